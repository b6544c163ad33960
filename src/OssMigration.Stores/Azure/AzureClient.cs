using System.Net;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>One request to a container before it is authorised. It may be sent again.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Key">The blob's name as it is; null for the container.</param>
/// <param name="Query">The encoded query, without question mark; empty for none.</param>
internal sealed record AzureRequest(HttpMethod Method, string? Key, string Query)
{
    /// <summary>Headers; those of the service's version, date and authorisation are added.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>The content; null for none.</summary>
    public byte[]? Body { get; init; }
}

/// <summary>
/// Authorises and sends. An error answer becomes a <see cref="StoreException"/>. A request is sent a second time only after something was
/// learnt: a fresh token after an expired one, an older version of the service where it does not know ours (Azure Stack, a sovereign cloud
/// that is behind).
/// </summary>
internal sealed class AzureClient : IDisposable
{
    /// <summary>The first version of the service that lists from the middle (List Blobs, startFrom). Source: Azure.Storage.Blobs 12.27.0-beta.1, release notes.</summary>
    public const string NewestVersion = "2026-02-06";

    /// <summary>Knows all else that is asked for here, names with characters that XML has not among it (2021-02-12 and newer).</summary>
    public const string OldestVersion = "2021-12-02";

    private static readonly string UserAgent = $"OssMigration/{typeof(AzureClient).Assembly.GetName().Version?.ToString(3)}";

    private readonly ICredentialProvider _credentials;
    private readonly HttpTransport _transport;
    private readonly ServerClock _clock;
    private volatile string _version = NewestVersion;

    /// <summary>Makes a client. Nothing is sent.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened.</exception>
    public AzureClient(StoreAddress address, ICredentialProvider credentials, HttpTransportOptions options)
    {
        Store = $"azblob://{address.Bucket}";
        Site = AzureSite.Of(address);
        _credentials = credentials;
        _clock = new ServerClock(options.Time);
        _transport = new HttpTransport(Store, Site.Layout.IsLoopback, options);
    }

    /// <summary>The store's display name.</summary>
    public string Store { get; }

    /// <summary>Where requests go.</summary>
    public AzureSite Site { get; }

    /// <summary>Sends a request and returns its answer, a success.</summary>
    public async Task<HttpAnswer> SendAsync(AzureRequest request, CancellationToken cancellationToken)
    {
        bool hasRefreshed = false;
        while (true)
        {
            string version = _version;
            StoreCredential? credential = await _credentials.GetAsync(refresh: false, cancellationToken).ConfigureAwait(false);
            using HttpRequestMessage message = Build(request, credential, version);
            HttpAnswer answer = await _transport.SendAsync(message, request.Key, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                return answer;
            using (answer)
            {
                StoreException error = await AzureErrors.ReadAsync(answer, request.Key, Store, _clock.UtcNow, cancellationToken).ConfigureAwait(false);
                if (AzureErrors.IsUnknownVersion(error) && version == NewestVersion)
                {
                    _version = OldestVersion;
                }
                else if (AzureErrors.IsExpiredToken(error) && credential?.SecurityToken is not null && !hasRefreshed)
                {
                    hasRefreshed = true;
                    await _credentials.GetAsync(refresh: true, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    throw error;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private HttpRequestMessage Build(AzureRequest request, StoreCredential? credential, string version)
    {
        string query = string.Join('&', ((string[])[request.Query, AzureAuthorization.QueryOf(credential)]).Where(part => part.Length > 0));
        HttpRequestMessage message = new(request.Method, UriOf(request.Key, query)) { Content = request.Body is null ? null : new ByteArrayContent(request.Body) };
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        message.Headers.TryAddWithoutValidation("x-ms-version", version);
        message.Headers.TryAddWithoutValidation("x-ms-date", HttpDate.Format(_clock.UtcNow));
        foreach ((string name, string value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content?.Headers.TryAddWithoutValidation(name, value) != true)
                throw new StoreException(StoreErrorKind.InvalidRequest, Store, $"The header '{name}' cannot be sent.") { Key = request.Key };
        }

        try
        {
            AzureAuthorization.Apply(message, Site, credential);
        }
        catch (FormatException)
        {
            throw new StoreException(StoreErrorKind.Credential, Store, "What was given is neither an account key, which is Base64, nor a shared access signature, which holds 'sig='.");
        }

        return message;
    }

    // The container itself has no slash at its end.
    private Uri UriOf(string? key, string query) => key is null
        ? new Uri($"{Site.Layout.Origin}{Site.Layout.BasePath}{(query.Length > 0 ? "?" : "")}{query}")
        : Site.Layout.BuildUri(PercentEncoding.EncodeKey(key), query);
}
