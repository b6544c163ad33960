using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>What a client is made of.</summary>
/// <param name="Store">The display name.</param>
/// <param name="Layout">Where requests go.</param>
/// <param name="Signer">How they are signed.</param>
/// <param name="Credentials">With which keys.</param>
internal sealed record OssClientParts(string Store, EndpointLayout Layout, IOssSigner Signer, ICredentialProvider Credentials);

/// <summary>
/// Signs and sends. An error answer becomes a <see cref="StoreException"/>. It sends a request a second time in two cases
/// only: with fresh keys after an expired token, and with the server's time after a skewed clock.
/// </summary>
internal sealed class OssClient : IDisposable
{
    private static readonly string UserAgent =
        $"OssMigration/{typeof(OssClient).Assembly.GetName().Version?.ToString(3)}";

    private readonly OssClientParts _parts;
    private readonly HttpTransport _transport;
    private readonly ServerClock _clock;

    /// <summary>Makes a client. Nothing is sent.</summary>
    public OssClient(OssClientParts parts, HttpTransportOptions options)
    {
        _parts = parts;
        _clock = new ServerClock(options.Time);
        _transport = new HttpTransport(parts.Store, parts.Layout.IsLoopback, options);
    }

    /// <summary>Where requests go.</summary>
    public EndpointLayout Layout => _parts.Layout;

    /// <summary>Sends a request and returns its answer, which is a success.</summary>
    public async Task<HttpAnswer> SendAsync(OssRequest request, CancellationToken cancellationToken)
    {
        StoreCredential? credential = await _parts.Credentials.GetAsync(refresh: false, cancellationToken).ConfigureAwait(false);
        bool isRefreshed = false, isClockSet = false;
        while (true)
        {
            using HttpRequestMessage message = Build(request, credential);
            HttpAnswer answer = await _transport.SendAsync(message, request.Key, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                return answer;
            using (answer)
            {
                StoreException error = (await OssErrors.ReadAsync(answer, _parts.Store, request.Key, _clock.UtcNow, cancellationToken).ConfigureAwait(false)).Without(request.Headers);
                if (error.Kind == StoreErrorKind.ClockSkew && !isClockSet && _clock.Learn(answer))
                {
                    isClockSet = true;
                    continue;
                }

                if (isRefreshed || credential?.SecurityToken is null || error.Code is not ("SecurityTokenExpired" or "InvalidSecurityToken"))
                    throw error;
                isRefreshed = true;
                StoreCredential? fresh = await _parts.Credentials.GetAsync(refresh: true, cancellationToken).ConfigureAwait(false);
                if (fresh == credential)
                    throw error;
                credential = fresh;
            }
        }
    }

    /// <summary>The error for an answer of status 200 whose body is an error.</summary>
    public StoreException ErrorIn(HttpAnswer answer, XElement error, OssRequest request) =>
        OssErrors.Create(answer, error, _parts.Store, request.Key, _clock.UtcNow).Without(request.Headers);

    /// <summary>A URL that works without keys for a while.</summary>
    /// <exception cref="StoreException">Credential: there are no keys to sign it with.</exception>
    public async Task<Uri> PresignAsync(OssRequest request, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        StoreCredential credential = await _parts.Credentials.GetAsync(refresh: false, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreErrorKind.Credential, _parts.Store, "A URL cannot be signed without keys.");
        return _parts.Layout.BuildUri(request.EncodedKey, _parts.Signer.Presign(request, credential, _clock.UtcNow, lifetime));
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private HttpRequestMessage Build(OssRequest request, StoreCredential? credential)
    {
        if (credential is not null)
            _parts.Signer.Sign(request, credential, _clock.UtcNow);
        HttpRequestMessage message = new(request.Method, _parts.Layout.BuildUri(request.EncodedKey, request.EncodedQuery));
        if (request.Body is not null)
            message.Content = new StreamBody(request.Body);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        foreach ((string name, string value) in request.Headers)
        {
            bool isAdded = message.Headers.TryAddWithoutValidation(name, value)
                || (message.Content is not null && message.Content.Headers.TryAddWithoutValidation(name, value));
            if (!isAdded)
                throw new StoreException(StoreErrorKind.InvalidRequest, _parts.Store, $"The header '{name}' cannot be sent.") { Key = request.Key };
        }

        return message;
    }
}
