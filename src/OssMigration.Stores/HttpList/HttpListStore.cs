using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.HttpList;

/// <summary>
/// The objects that a list names, each fetched from its own URL. The list is fetched once, when it is needed first, and sorted on this
/// machine's disk; size and version of every object are asked for by a HEAD when it is listed, or by a GET where the server knows no HEAD. A
/// server that sends no ranges is read in one stream. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync gives back what it holds; the semaphore makes no wait handle.")]
public sealed class HttpListStore : IObjectReader
{
    private const int HeadsAtATime = 16;

    // What cannot be looked at is listed all the same: the read that follows says what is wrong with it, and it gets its outcome.
    private static readonly SourceVersion Unknown = new("date 0 size 0");

    private readonly Uri _list;
    private readonly UrlClient _client;
    private readonly bool _allowsHttp;
    private readonly SequentialReads _sequential = new();
    private readonly ConcurrentDictionary<string, bool> _sendsRanges = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _gate = new(1);
    private SortedUrls? _sorted;

    internal HttpListStore(StoreAddress address, HttpTransportOptions options)
    {
        DisplayName = address.Uri;
        _list = new Uri(address.Uri);
        if (_list.Scheme == "http" && !_list.IsLoopback && !address.AllowInsecureEndpoint)
            throw new ArgumentException($"The list {address} is fetched by plain http. Use https, or allow it with AllowInsecureEndpoint.", nameof(address));
        _client = new UrlClient(DisplayName, address.AllowInsecureEndpoint, options);
        _allowsHttp = address.AllowInsecureEndpoint;
    }

    /// <summary>What a list can name; a page is small, because each of its objects costs a request.</summary>
    public static StoreLimits ListLimits { get; } = new() { MaxKeyBytes = 8 * 1024, MaxPageSize = 200, MaxObjectBytes = long.MaxValue };

    /// <inheritdoc/>
    public string DisplayName { get; }

    /// <inheritdoc/>
    public StoreLimits Limits => ListLimits;

    /// <summary>Opens the list of an address. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">Plain http that was not allowed.</exception>
    public static HttpListStore Open(StoreAddress address, StoreOpenOptions options)
        => new(address, new HttpTransportOptions { MaxConnections = options.MaxConnections, Time = options.Time, ConnectionBuffer = options.ConnectionBuffer });

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        SortedUrls sorted = await SortedAsync(cancellationToken).ConfigureAwait(false);
        string? after = request.ContinuationToken ?? request.StartAfter;
        string from = after is not null && KeyOrder.CompareKeys(after, request.Prefix) >= 0 ? after : request.Prefix;
        List<ListedUrl> urls = [.. sorted.From(from)
            .SkipWhile(url => url.Key == after)
            .TakeWhile(url => url.Key.StartsWith(request.Prefix, StringComparison.Ordinal))
            .Take(request.MaxKeys + 1)];
        bool isLast = urls.Count <= request.MaxKeys;
        if (!isLast)
            urls.RemoveAt(urls.Count - 1);
        ObjectEntry[] entries = new ObjectEntry[urls.Count];
        await Parallel.ForAsync(0, urls.Count, new ParallelOptions { MaxDegreeOfParallelism = HeadsAtATime, CancellationToken = cancellationToken }, async (i, token) =>
            entries[i] = await EntryAsync(urls[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return new ListPage(entries, isLast ? null : urls[^1].Key, entries.Length);
    }

    /// <inheritdoc/>
    public async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
        => (await SortedAsync(cancellationToken).ConfigureAwait(false)).Find(key) is { } url ? await HeadAsync(url, cancellationToken).ConfigureAwait(false) : null;

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        SortedUrls sorted = await SortedAsync(cancellationToken).ConfigureAwait(false);
        ListedUrl url = sorted.Find(request.Key) ?? throw Error(StoreErrorKind.NotFound, "The list does not name it.", request.Key);
        if (request.Range is not null && !await SendsRangesAsync(url, cancellationToken).ConfigureAwait(false))
            return await ReadInOrderAsync(url, request, first: null, consume, cancellationToken).ConfigureAwait(false);
        HttpAnswer answer = await GetAsync(url, request, cancellationToken).ConfigureAwait(false);
        if (request.Range is not null && answer.Status == HttpStatusCode.OK)
            return await ReadInOrderAsync(url, request, answer, consume, cancellationToken).ConfigureAwait(false);

        using (answer)
        {
            long length = answer.ContentLength ?? await CountAsync(url, request.Key, cancellationToken).ConfigureAwait(false);
            long size = request.Range is { } wanted ? WholeOf(answer, wanted, length, request.Key) : length;
            ObjectHead head = UrlHeads.Read(answer, request.Key, size, request.Range is null);
            RequireVersion(head, request);
            Stream body = answer.OpenBody(length);
            await using (body.ConfigureAwait(false))
                return await consume(new ObjectContent(head, length, body), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _sequential.Dispose();
        _client.Dispose();
        _sorted?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Uri UrlOf(ListedUrl url)
    {
        try
        {
            return new Uri(url.Base + PercentEncoding.EncodeKey(url.Key), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        }
        catch (EncoderFallbackException)
        {
            return new Uri(url.Base);
        }
    }

    private async Task<SortedUrls> SortedAsync(CancellationToken cancellationToken)
    {
        if (_sorted is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _sorted ??= await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<SortedUrls> FetchAsync(CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await _client.SendAsync(HttpMethod.Get, _list, null, [], cancellationToken).ConfigureAwait(false);
        if (answer.Status != HttpStatusCode.OK)
            throw _client.Refused(answer, null);
        using StreamReader text = new(answer.OpenBody(answer.ContentLength), Encoding.UTF8);
        return await SortedUrls.SortAsync(new UrlList(text, DisplayName, _allowsHttp), DisplayName, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectEntry> EntryAsync(ListedUrl url, CancellationToken cancellationToken)
    {
        try
        {
            return (await HeadAsync(url, cancellationToken).ConfigureAwait(false))?.Entry ?? new ObjectEntry(url.Key, 0, Unknown, null, default);
        }
        catch (StoreException error) when (!error.IsRetryable)
        {
            return new ObjectEntry(url.Key, 0, Unknown, null, default);
        }
    }

    private async Task<ObjectHead?> HeadAsync(ListedUrl url, CancellationToken cancellationToken)
    {
        using (HttpAnswer answer = await _client.SendAsync(HttpMethod.Head, UrlOf(url), url.Key, [], cancellationToken).ConfigureAwait(false))
        {
            if (answer.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            if (answer.Status == HttpStatusCode.OK && answer.ContentLength is { } size)
                return UrlHeads.Read(answer, url.Key, size, isWhole: true);
            if (answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
                throw _client.Refused(answer, url.Key);
        }

        // No HEAD there, or one that does not tell the size: the first byte, or the whole, does.
        using HttpAnswer first = await _client.SendAsync(HttpMethod.Get, UrlOf(url), url.Key, [("Range", "bytes=0-0")], cancellationToken).ConfigureAwait(false);
        if (first.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return null;
        if (!first.IsSuccess && first.Status != HttpStatusCode.RequestedRangeNotSatisfiable)
            throw _client.Refused(first, url.Key);
        long whole = UrlClient.RangeOf(first)?.Length ?? (first.Status == HttpStatusCode.OK ? first.ContentLength : null)
            ?? await CountAsync(url, url.Key, cancellationToken).ConfigureAwait(false);
        return UrlHeads.Read(first, url.Key, whole, isWhole: false);
    }

    // Asked once of each server, before many parts of an object each find out by getting the whole.
    private async Task<bool> SendsRangesAsync(ListedUrl url, CancellationToken cancellationToken)
    {
        string authority = UrlOf(url).Authority;
        if (_sendsRanges.TryGetValue(authority, out bool known))
            return known;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_sendsRanges.TryGetValue(authority, out known))
                return known;
            using HttpAnswer first = await _client.SendAsync(HttpMethod.Get, UrlOf(url), url.Key, [("Range", "bytes=0-0")], cancellationToken).ConfigureAwait(false);
            return !first.IsSuccess || (_sendsRanges[authority] = first.Status == HttpStatusCode.PartialContent);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<HttpAnswer> GetAsync(ListedUrl url, ReadRequest request, CancellationToken cancellationToken)
    {
        List<(string, string)> headers = [];
        if (request.Range is { } range)
            headers.Add(("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-{range.Last}")));
        if (request.IfVersion is { } version && UrlHeads.Pin(version) is { } pin)
            headers.Add(pin);
        HttpAnswer answer = await _client.SendAsync(HttpMethod.Get, UrlOf(url), request.Key, headers, cancellationToken).ConfigureAwait(false);
        if (answer.Status is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return answer;
        using (answer)
            throw _client.Refused(answer, request.Key);
    }

    private async Task<TResult> ReadInOrderAsync<TResult>(
        ListedUrl url, ReadRequest request, HttpAnswer? first, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
    {
        ByteRange range = request.Range!.Value;
        try
        {
            return await _sequential.ReadAsync(request.Key, range, OpenAsync, ConsumeAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            first?.Dispose();
        }

        async Task<OpenedObject> OpenAsync()
        {
            HttpAnswer answer = first ?? await GetAsync(url, request with { Range = null }, cancellationToken).ConfigureAwait(false);
            first = null;
            long size = answer.ContentLength ?? await CountAsync(url, request.Key, cancellationToken).ConfigureAwait(false);
            return new OpenedObject(answer, UrlHeads.Read(answer, request.Key, size, isWhole: false), answer.OpenBody(size));
        }

        async Task<TResult> ConsumeAsync(ObjectHead head, Stream body)
        {
            RequireVersion(head, request);
            if (range.Last >= head.Entry.Size)
                throw Beyond(range, head.Entry.Size, request.Key);
            return await consume(new ObjectContent(head, range.Length, body), cancellationToken).ConfigureAwait(false);
        }
    }

    // For servers that give no length: the content is read once to be counted.
    private async Task<long> CountAsync(ListedUrl url, string key, CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await GetAsync(url, new ReadRequest(key, null, null), cancellationToken).ConfigureAwait(false);
        Stream body = answer.OpenBody(answer.ContentLength);
        await using (body.ConfigureAwait(false))
        {
            byte[] buffer = new byte[64 * 1024];
            long count = 0;
            while (await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
                count += read;
            return count;
        }
    }

    private void RequireVersion(ObjectHead head, ReadRequest request)
    {
        if (request.IfVersion is { } wanted && wanted != head.Entry.Version)
            throw Error(StoreErrorKind.Changed, "The server answered with another version than was asked for.", request.Key);
    }

    private long WholeOf(HttpAnswer answer, ByteRange range, long length, string key)
    {
        if (UrlClient.RangeOf(answer) is { From: { } from, To: { } to, Length: { } size } && from == range.Offset)
        {
            if (to == range.Last && length == range.Length)
                return size;
            if (to == size - 1 && to < range.Last)
                throw Beyond(range, size, key);
        }

        throw Error(StoreErrorKind.ServerError, $"The server was asked for bytes {range.Offset} to {range.Last} and answered with range '{answer.Header("Content-Range")}'.", key);
    }

    private StoreException Beyond(ByteRange range, long size, string key)
        => Error(StoreErrorKind.InvalidRequest, $"The object has {size} bytes; bytes {range.Offset} to {range.Last} were asked for.", key);

    private StoreException Error(StoreErrorKind kind, string message, string key) => new(kind, DisplayName, message) { Key = key };
}
