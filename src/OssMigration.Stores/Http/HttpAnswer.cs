using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>What an answer belongs to, and what it gives back at its end.</summary>
/// <param name="Store">The store's display name.</param>
/// <param name="Key">The full key, or null.</param>
/// <param name="Watch">The watch over silence; owned by the answer.</param>
/// <param name="Slots">The slot to release.</param>
internal sealed record AnswerContext(string Store, string? Key, IdleWatch Watch, SemaphoreSlim Slots);

/// <summary>An answer whose headers have arrived. It holds a connection until it is disposed.</summary>
internal sealed class HttpAnswer : IDisposable
{
    private const int UsualHeaders = 16;
    private static readonly Dictionary<string, string> None = [];

    private readonly HttpResponseMessage _response;
    private readonly AnswerContext _context;
    private List<KeyValuePair<string, HeaderStringValues>>? _headers;
    private bool _disposed;

    /// <summary>Takes over the response and the context.</summary>
    public HttpAnswer(HttpResponseMessage response, AnswerContext context)
    {
        _response = response;
        _context = context;
        Status = response.StatusCode;
    }

    /// <summary>The status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Whether it answers a HEAD, and so has no body whatever its headers say.</summary>
    public bool IsOfHead => _response.RequestMessage?.Method == HttpMethod.Head;

    /// <summary>The Content-Length header, of HEAD answers too; null where there is none.</summary>
    public long? ContentLength =>
        Header("Content-Length") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;

    /// <summary>
    /// The raw text of a header, or null. Bytes beyond ASCII are read as UTF-8 where they are UTF-8, else as Latin-1.
    /// </summary>
    public string? Header(string name)
    {
        foreach ((string header, HeaderStringValues values) in AllHeaders())
        {
            if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
                return HeaderText.Decode(values.ToString());
        }

        return null;
    }

    /// <summary>Whether there is a header whose name starts with the prefix (any case).</summary>
    public bool HasHeaderWithPrefix(string prefix)
    {
        foreach ((string header, _) in AllHeaders())
        {
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>All headers whose name starts with the prefix (any case): the lower-case rest of the name, and the value.</summary>
    public IReadOnlyDictionary<string, string> HeadersWithPrefix(string prefix)
    {
        Dictionary<string, string>? found = null;
        foreach ((string name, HeaderStringValues values) in AllHeaders())
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                (found ??= new(StringComparer.Ordinal))[name[prefix.Length..].ToLowerInvariant()] = HeaderText.Decode(values.ToString());
        }

        return found ?? None;
    }

    /// <summary>The body as a stream of exactly so many bytes, or as many as come for null. Valid until the answer is disposed.</summary>
    public Stream OpenBody(long? length) => new AnswerStream(_response.Content.ReadAsStream(_context.Watch.Token), length, _context);

    /// <summary>The answer for a vendor's SDK: its headers, and its body, with which this is disposed.</summary>
    public HttpResponseMessage ToMessage(HttpRequestMessage request)
    {
        bool hasBody = request.Method != HttpMethod.Head;
        HttpContent content = hasBody
            ? new StreamContent(new AnswerStream(_response.Content.ReadAsStream(_context.Watch.Token), ContentLength, _context, this))
            : new ByteArrayContent([]);
        HttpResponseMessage message = new(Status) { RequestMessage = request, Content = content };
        foreach ((string name, HeaderStringValues values) in _response.Headers.NonValidated)
            message.Headers.TryAddWithoutValidation(name, values);
        foreach ((string name, HeaderStringValues values) in _response.Content.Headers.NonValidated)
            content.Headers.TryAddWithoutValidation(name, values);
        if (!hasBody)
            Dispose();
        return message;
    }

    /// <summary>The whole body in memory: listings, XML answers, errors.</summary>
    /// <param name="maxBytes">More is an error (ServerError).</param>
    public async Task<PooledBody> ReadBodyAsync(int maxBytes)
    {
        long? length = ContentLength;
        if (length > maxBytes)
            throw TooLarge(maxBytes);
        Stream inner = await _response.Content.ReadAsStreamAsync(_context.Watch.Token).ConfigureAwait(false);
        using AnswerStream stream = new(inner, length, _context);
        PooledBody body = new((int)(length ?? 0));
        try
        {
            while (await stream.ReadAsync(body.Free(), _context.Watch.Caller).ConfigureAwait(false) is > 0 and int read)
            {
                body.Advance(read);
                if (body.Length > maxBytes)
                    throw TooLarge(maxBytes);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>How long the answer asks to wait, from Retry-After (seconds or date), or null.</summary>
    /// <param name="now">The time by the server's clock.</param>
    public TimeSpan? RetryAfter(DateTimeOffset now)
    {
        string? text = Header("Retry-After");
        if (text is null)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < 86_400)
            return TimeSpan.FromSeconds(seconds);
        if (HttpDate.TryParse(text, out DateTimeOffset until))
            return until > now ? until - now : TimeSpan.Zero;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _response.Dispose();
        _context.Watch.Dispose();
        try
        {
            _context.Slots.Release();
        }
        catch (ObjectDisposedException)
        {
            // The transport was closed first.
        }
    }

    // A dozen is asked for one after the other; looked up by name, each would be parsed as a name first, in two collections.
    private List<KeyValuePair<string, HeaderStringValues>> AllHeaders()
    {
        if (_headers is { } known)
            return known;
        List<KeyValuePair<string, HeaderStringValues>> all = new(UsualHeaders);
        foreach (KeyValuePair<string, HeaderStringValues> header in _response.Headers.NonValidated)
            all.Add(header);
        foreach (KeyValuePair<string, HeaderStringValues> header in _response.Content.Headers.NonValidated)
            all.Add(header);
        return _headers = all;
    }

    private StoreException TooLarge(int maxBytes) =>
        new(StoreErrorKind.ServerError, _context.Store, $"The answer is larger than {maxBytes} bytes.") { Key = _context.Key, HttpStatus = (int)Status };
}

/// <summary>Text of headers.</summary>
internal static class HeaderText
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Turns text that was read as Latin-1 into what its bytes say in UTF-8, where they are UTF-8.</summary>
    public static string Decode(string latin1)
    {
        if (Ascii.IsValid(latin1))
            return latin1;
        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(latin1));
        }
        catch (DecoderFallbackException)
        {
            return latin1;
        }
    }
}

/// <summary>Dates of HTTP headers (RFC 9110, IMF-fixdate).</summary>
internal static class HttpDate
{
    /// <summary>Reads a date of a header.</summary>
    public static bool TryParse(string? text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date)
        || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    /// <summary>Writes a date as a header has it.</summary>
    public static string Format(DateTimeOffset date) => date.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
}
