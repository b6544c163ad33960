using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.HttpList;

/// <summary>Fetches URLs, follows redirections, and says what answers mean. Neither keys nor cookies are sent.</summary>
internal sealed class UrlClient : IDisposable
{
    private const int MostRedirections = 5;
    private static readonly string UserAgent = $"OssMigration/{typeof(UrlClient).Assembly.GetName().Version?.ToString(3)}";

    private readonly string _store;
    private readonly bool _allowsHttp;
    private readonly Lazy<HttpTransport> _near;
    private readonly Lazy<HttpTransport> _far;
    private readonly ServerClock _clock;

    /// <summary>Makes a client. Nothing is sent.</summary>
    public UrlClient(string store, bool allowsHttp, HttpTransportOptions options)
    {
        _store = store;
        _allowsHttp = allowsHttp;
        _clock = new ServerClock(options.Time);
        _near = new Lazy<HttpTransport>(() => new HttpTransport(store, isLoopback: true, options));
        _far = new Lazy<HttpTransport>(() => new HttpTransport(store, isLoopback: false, options));
    }

    /// <summary>Sends and returns the answer, whatever its status is but a redirection.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="url">Where to.</param>
    /// <param name="key">The object's key, for errors; null for the list.</param>
    /// <param name="headers">Names and values.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<HttpAnswer> SendAsync(HttpMethod method, Uri url, string? key, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        for (int hop = 0; ; hop++)
        {
            using HttpRequestMessage request = new(method, url);
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            foreach ((string name, string value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            HttpAnswer answer = await (url.IsLoopback ? _near : _far).Value.SendAsync(request, key, cancellationToken).ConfigureAwait(false);
            if (answer.Status is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return answer;
            using (answer)
                url = Follow(answer, url, hop, key);
        }
    }

    /// <summary>The error for an answer that is no success.</summary>
    public StoreException Refused(HttpAnswer answer, string? key)
    {
        int status = (int)answer.Status;
        StoreErrorKind kind = status switch
        {
            404 or 410 => key is null ? StoreErrorKind.NoSuchBucket : StoreErrorKind.NotFound,
            401 or 403 => StoreErrorKind.AccessDenied,
            408 => StoreErrorKind.Network,
            412 => StoreErrorKind.Changed,
            429 or 503 => StoreErrorKind.Throttled,
            >= 400 and < 500 => StoreErrorKind.InvalidRequest,
            _ => StoreErrorKind.ServerError,
        };
        return new StoreException(kind, _store, string.Create(CultureInfo.InvariantCulture, $"The server answered with status {status}."))
        {
            Key = key,
            HttpStatus = status,
            RetryAfter = answer.RetryAfter(_clock.UtcNow),
        };
    }

    /// <summary>Bytes of the whole object as a Content-Range tells them; null where there is none.</summary>
    public static ContentRangeHeaderValue? RangeOf(HttpAnswer answer)
        => answer.Status == HttpStatusCode.PartialContent && ContentRangeHeaderValue.TryParse(answer.Header("Content-Range"), out ContentRangeHeaderValue? range) && range.Unit == "bytes" ? range : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<HttpTransport> transport in (Lazy<HttpTransport>[])[_near, _far])
        {
            if (transport.IsValueCreated)
                transport.Value.Dispose();
        }
    }

    private Uri Follow(HttpAnswer answer, Uri url, int hop, string? key)
    {
        if (hop == MostRedirections || answer.Header("Location") is not { } location || !Uri.TryCreate(url, location, out Uri? next) || next.Scheme is not ("http" or "https"))
            throw new StoreException(StoreErrorKind.InvalidRequest, _store, "The server redirects without an end, or to where nothing can be fetched.") { Key = key, HttpStatus = (int)answer.Status };
        if (next.Scheme == "http" && !next.IsLoopback && !_allowsHttp)
            throw new StoreException(StoreErrorKind.InvalidRequest, _store, "The server redirects to plain http, which is refused unless the address allows it with AllowInsecureEndpoint.") { Key = key, HttpStatus = (int)answer.Status };
        return next;
    }
}
