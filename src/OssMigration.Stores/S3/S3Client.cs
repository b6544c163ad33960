using System.Net;
using System.Security.Cryptography;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>
/// Signs and sends. An error answer becomes a <see cref="StoreException"/>. A request is sent a second time only after
/// something was learnt: fresh keys after an expired token, the server's time after a skewed clock, the bucket's region
/// where the address names none. Each is learnt once per request.
/// </summary>
internal sealed class S3Client : IDisposable
{
    // Beyond five minutes servers begin to refuse; a HEAD answer says so with nothing but its Date.
    private static readonly TimeSpan TolerableSkew = TimeSpan.FromMinutes(4);
    private static readonly string UserAgent = $"OssMigration/{typeof(S3Client).Assembly.GetName().Version?.ToString(3)}";

    private readonly StoreAddress _address;
    private readonly ICredentialProvider _credentials;
    private readonly Func<string, string?> _environment;
    private readonly HttpTransport _transport;
    private readonly ServerClock _clock;
    private volatile S3Site _site;

    /// <summary>Makes a client. Nothing is sent.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened.</exception>
    public S3Client(StoreAddress address, ICredentialProvider credentials, HttpTransportOptions options, Func<string, string?> environment)
    {
        _address = address;
        _credentials = credentials;
        _environment = environment;
        Store = $"s3://{address.Bucket}";
        Provider = S3Providers.Of(address);
        _site = S3Site.Create(address, Provider, null, environment);
        _clock = new ServerClock(options.Time);
        _transport = new HttpTransport(Store, _site.Layout.IsLoopback, options);
    }

    [Flags]
    private enum Lessons
    {
        None = 0,
        Clock = 1,
        Token = 2,
        Region = 4,
    }

    /// <summary>The store's display name.</summary>
    public string Store { get; }

    /// <summary>The region that requests are signed for now.</summary>
    public string Region => _site.Region;

    /// <summary>Whether address or provider names the region, so that nothing has to be learnt.</summary>
    public bool IsRegionGiven => S3Site.RegionOf(_address, Provider) is not null;

    /// <summary>Where requests go now.</summary>
    public EndpointLayout Layout => _site.Layout;

    /// <summary>What is different about the server.</summary>
    public S3Provider Provider { get; }

    /// <summary>Sends a request and returns its answer: a success, or 404 where the request accepts it.</summary>
    public async Task<HttpAnswer> SendAsync(S3Request request, CancellationToken cancellationToken)
    {
        Lessons learnt = Lessons.None;
        while (true)
        {
            S3Site site = _site;
            StoreCredential? credential = await _credentials.GetAsync(refresh: false, cancellationToken).ConfigureAwait(false);
            DateTimeOffset signedAt = _clock.UtcNow;
            if (credential is not null)
            {
                string payload = request.Body is null ? S3Signer.EmptyPayload : await PayloadAsync(request.Body, site, cancellationToken).ConfigureAwait(false);
                signedAt = _clock.UtcNow;
                site.Signer.Sign(request, site.Layout, credential, signedAt, payload);
            }

            using HttpRequestMessage message = Build(request, site);
            HttpAnswer answer = await _transport.SendAsync(message, request.Key, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess || (answer.Status == HttpStatusCode.NotFound && request.AcceptsNotFound))
                return answer;
            using (answer)
            {
                StoreException error = (await S3Errors.ReadAsync(answer, request, Origin, cancellationToken).ConfigureAwait(false)).Without(request.Headers);
                Lessons lesson = !learnt.HasFlag(Lessons.Clock) && MayBeSkew(error, answer, signedAt) && _clock.Learn(answer)
                    ? Lessons.Clock
                    : await LearnAsync(error, site, credential, learnt, cancellationToken).ConfigureAwait(false);
                if (lesson == Lessons.None)
                    throw error;
                learnt |= lesson;
            }
        }
    }

    /// <summary>The error for an answer of status 200 whose body is an error.</summary>
    public StoreException ErrorIn(HttpAnswer answer, System.Xml.Linq.XElement error, S3Request request) =>
        S3Errors.Create(answer, error, request, Origin).Without(request.Headers);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private ErrorOrigin Origin => new(Store, Provider, _clock.UtcNow);

    // Without TLS the signature is all that protects the content on its way.
    private static async ValueTask<string> PayloadAsync(Stream body, S3Site site, CancellationToken cancellationToken)
    {
        if (site.Layout.Origin.StartsWith("https:", StringComparison.Ordinal))
            return S3Signer.UnsignedPayload;
        body.Position = 0;
        byte[] hash = await SHA256.HashDataAsync(body, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexString(hash).ToLowerInvariant();
    }

    private HttpRequestMessage Build(S3Request request, S3Site site)
    {
        HttpRequestMessage message = new(request.Method, site.Layout.BuildUri(request.EncodedKey, request.Query));
        if (request.Body is not null)
            message.Content = new StreamBody(request.Body);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        foreach ((string name, string value) in request.Headers)
        {
            bool isAdded = message.Headers.TryAddWithoutValidation(name, value)
                || (message.Content is not null && message.Content.Headers.TryAddWithoutValidation(name, value));
            if (!isAdded)
                throw new StoreException(StoreErrorKind.InvalidRequest, Store, $"The header '{name}' cannot be sent.") { Key = request.Key };
        }

        return message;
    }

    private async ValueTask<Lessons> LearnAsync(
        StoreException error, S3Site used, StoreCredential? credential, Lessons learnt, CancellationToken cancellationToken)
    {
        if (!learnt.HasFlag(Lessons.Token) && credential?.SecurityToken is not null && S3Errors.IsExpiredToken(error)
            && await RefreshAsync(credential, cancellationToken).ConfigureAwait(false))
            return Lessons.Token;
        if (!learnt.HasFlag(Lessons.Region) && error.Kind == StoreErrorKind.WrongRegion && !IsRegionGiven
            && error.Region is { } region && region != used.Region && S3Site.IsRegion(region))
        {
            // Another request may have learnt the same meanwhile, which does no harm.
            _site = S3Site.Create(_address, Provider, region, _environment);
            return Lessons.Region;
        }

        return Lessons.None;
    }

    // Held against the time of this request: another may have learnt the server's meanwhile.
    private static bool MayBeSkew(StoreException error, HttpAnswer answer, DateTimeOffset signedAt)
    {
        if (error.Kind == StoreErrorKind.ClockSkew)
            return true;
        return error.Code is null && error.HttpStatus == 403
            && HttpDate.TryParse(answer.Header("Date"), out DateTimeOffset server)
            && (server - signedAt).Duration() > TolerableSkew;
    }

    private async ValueTask<bool> RefreshAsync(StoreCredential used, CancellationToken cancellationToken)
    {
        StoreCredential? current = await _credentials.GetAsync(refresh: false, cancellationToken).ConfigureAwait(false);
        if (current == used)
            current = await _credentials.GetAsync(refresh: true, cancellationToken).ConfigureAwait(false);
        return current != used;
    }
}
