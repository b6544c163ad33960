using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Xml;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>
/// A bucket of Alibaba Cloud OSS, by its native API. Keys are full keys of the bucket: the address's prefix is the
/// business of whoever calls. Thread-safe.
/// </summary>
public sealed partial class OssStore : IObjectStore, IBucketInspector, IVersionReader, IMetadataWriter, IObjectTraitReader, IObjectRestorer
{
    private const int MaxListBytes = 32 << 20;
    private const int MaxAnswerBytes = 4 << 20;

    private readonly string _bucket;
    private readonly OssClient _client;
    private readonly OssHeaders _headers;

    internal OssStore(string bucket, OssClientParts parts, HttpTransportOptions options)
    {
        _bucket = bucket;
        DisplayName = parts.Store;
        _headers = new OssHeaders(parts.Store);
        _client = new OssClient(parts, options);
    }

    /// <summary>
    /// What OSS can hold: keys of 1 to 1,023 bytes that start with neither <c>/</c> nor <c>\</c>, 5 GB in one PUT, parts of
    /// 100 KB to 5 GB, 10,000 parts and so 48.8 TB, 8 KB of user metadata, 1 GB in one CopyObject. Source: "Limits" and
    /// "UploadPartCopy", December 2025.
    /// </summary>
    public static StoreLimits OssLimits { get; } = new()
    {
        MaxKeyBytes = 1023,
        ForbiddenFirstCharacters = "/\\",
        MaxSinglePutBytes = 5L << 30,
        MinPartBytes = 100L << 10,
        MaxPartBytes = 5L << 30,
        MaxCopyBytes = 1L << 30,
        MaxParts = 10_000,
        MaxObjectBytes = 10_000 * (5L << 30),
        MaxMetadataBytes = 8 << 10,
        MaxPageSize = 1000,
    };

    /// <inheritdoc/>
    public string DisplayName { get; }

    /// <inheritdoc/>
    public StoreLimits Limits => OssLimits;

    /// <summary>Opens the bucket of an address. Nothing is sent yet.</summary>
    /// <param name="address">Scheme oss.</param>
    /// <param name="options">Keys given for this process, clock, connections.</param>
    /// <exception cref="ArgumentException">
    /// No bucket, plain http that was not allowed, no region for a V4 signature, or neither region nor endpoint.
    /// </exception>
    public static OssStore Open(StoreAddress address, StoreOpenOptions options) =>
        Open(address, options, OssCredentialSources.ForThisProcess(options.Time), handler: null);

    internal static OssStore Open(StoreAddress address, StoreOpenOptions options, OssCredentialSources sources, HttpMessageHandler? handler)
    {
        if (string.IsNullOrWhiteSpace(address.Bucket))
            throw new ArgumentException("The address of OSS names no bucket.", nameof(address));
        return OpenUnchecked(address, options, sources, handler);
    }

    private static OssStore OpenUnchecked(StoreAddress address, StoreOpenOptions options, OssCredentialSources sources, HttpMessageHandler? handler)
    {
        string? region = OssEndpoint.FindRegion(address, sources.Environment);
        if (region is null && (address.Endpoint is null || address.SignatureVersion == SignatureVersion.V4))
            throw new ArgumentException($"{address} needs a region, for example cn-hangzhou: give it with the address or in OSS_REGION.", nameof(address));
        EndpointLayout layout = EndpointLayout.Resolve(address, address.Endpoint ?? OssEndpoint.DefaultFor(region!));
        string store = $"oss://{address.Bucket}";
        IOssSigner signer = address.SignatureVersion == SignatureVersion.V1 ? new OssSignerV1() : new OssSignerV4(region!);
        ICredentialProvider credentials = options.Credential ?? OssCredentials.Create(address.Credential, store, sources);
        return new OssStore(
            address.Bucket,
            new OssClientParts(store, layout, signer, credentials),
            new HttpTransportOptions { MaxConnections = options.MaxConnections, Time = options.Time, ConnectionBuffer = options.ConnectionBuffer, Handler = handler });
    }

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        OssRequest list = Request(HttpMethod.Get, null)
            .With("list-type", "2")
            .With("encoding-type", "url")
            .With("max-keys", request.MaxKeys.ToString(CultureInfo.InvariantCulture));
        if (request.Prefix.Length > 0)
            list.With("prefix", InUtf8(request.Prefix));
        if (request.ContinuationToken is not null)
            list.With("continuation-token", request.ContinuationToken);
        else if (request.StartAfter is { Length: > 0 })
            list.With("start-after", InUtf8(request.StartAfter));

        using HttpAnswer answer = await _client.SendAsync(list, cancellationToken).ConfigureAwait(false);
        using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
        ListingPage page;
        try
        {
            page = ListingXml.Read(body, ToEntry);
        }
        catch (Exception error) when (error is XmlException or FormatException or OverflowException)
        {
            throw AnswerXml.NotUnderstood(DisplayName, null, error);
        }

        return ToListPage(page);
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => HeadAsync(Request(HttpMethod.Head, key), key, cancellationToken);

    private async Task<ObjectHead?> HeadAsync(OssRequest request, string key, CancellationToken cancellationToken)
    {
        try
        {
            using HttpAnswer answer = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return _headers.Read(answer, key, answer.ContentLength ?? throw NoLength(answer, key));
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        // Identity: OSS compresses text on the fly otherwise, and then drops ETag and length.
        OssRequest get = Request(HttpMethod.Get, request.Key).WithHeader("accept-encoding", "identity");
        if (request.VersionId is { } versionId)
            get.With("versionId", versionId);
        if (request.Range is { } range)
        {
            get.WithHeader("range", string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-{range.Last}"));
            // Without it, OSS answers a range beyond the end with the whole object.
            get.WithHeader("x-oss-range-behavior", "standard");
        }

        if (request.IfVersion is { } version)
            get.WithHeader("if-match", $"\"{version.Value}\"");

        using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
        (long length, long size) = request.Range is null ? WholeLength(answer, request.Key) : RangeLength(answer, request.Key, request.Range.Value);
        ObjectHead head = _headers.Read(answer, request.Key, size);
        if (request.IfVersion is { } wanted && !string.Equals(wanted.Value, head.Entry.ETag, StringComparison.OrdinalIgnoreCase))
            throw Error(StoreErrorKind.Changed, "OSS ignored the condition and answered with another version.", answer, request.Key);
        Stream body = answer.OpenBody(length);
        await using (body.ConfigureAwait(false))
            return await consume(new ObjectContent(head, length, body), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A URL that reads the object without keys for a while, at most seven days.</summary>
    internal Task<Uri> PresignReadAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        _client.PresignAsync(Request(HttpMethod.Get, key), lifetime, cancellationToken);

    private ListPage ToListPage(ListingPage page)
    {
        string? token = page.NextContinuationToken is { Length: > 0 } next
            ? page.IsUrlEncoded ? PercentEncoding.Decode(next) : next
            : null;
        // A page that does not say how it goes on must not pass for the last one.
        if (page.IsTruncated is null || (page.IsTruncated.Value && token is null))
            throw AnswerXml.NotUnderstood(DisplayName, null, null);
        return new ListPage(page.Entries, page.IsTruncated.Value ? token : null, page.DeclaredCount);
    }

    private static ObjectEntry ToEntry(in ListedObject listed) => new(
        listed.Key,
        listed.Size,
        listed.ETag.IsNone ? new SourceVersion("") : new SourceVersion(listed.ETag),
        listed.ETag,
        listed.LastModified,
        listed.StorageClass,
        OssHeaders.Availability(listed.StorageClass, listed.Restore));

    private (long Length, long Size) WholeLength(HttpAnswer answer, string key)
    {
        if (answer.Status != HttpStatusCode.OK)
            throw Error(StoreErrorKind.ServerError, $"OSS answered a read of the whole object with status {(int)answer.Status}.", answer, key);
        long length = answer.ContentLength ?? throw NoLength(answer, key);
        return (length, length);
    }

    private (long Length, long Size) RangeLength(HttpAnswer answer, string key, ByteRange range)
    {
        string? header = answer.Header("Content-Range");
        if (answer.Status == HttpStatusCode.PartialContent
            && ContentRangeHeaderValue.TryParse(header, out ContentRangeHeaderValue? given)
            && given is { Unit: "bytes", From: { } from, To: { } to, Length: { } size }
            && from == range.Offset)
        {
            if (to == range.Last && (answer.ContentLength ?? range.Length) == range.Length)
                return (range.Length, size);
            if (to < range.Last && to == size - 1)
                throw Error(StoreErrorKind.InvalidRequest, $"Bytes {range.Offset}-{range.Last} are not all there: the object has {size}.", answer, key);
        }

        throw Error(
            StoreErrorKind.ServerError,
            $"OSS was asked for bytes {range.Offset}-{range.Last} and answered with status {(int)answer.Status} and range '{header}'.",
            answer,
            key);
    }

    private OssRequest Request(HttpMethod method, string? key, Stream? body = null)
    {
        if (key is null)
            return new OssRequest(method, _bucket, null) { Body = body };
        string? reason = Limits.WhyUnsupported(key, 0);
        if (reason is not null)
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, reason) { Key = key };
        return new OssRequest(method, _bucket, InUtf8(key)) { Body = body };
    }

    private string InUtf8(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsSurrogatePair(text, i))
                throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, "Half a surrogate pair has no form in UTF-8.") { Key = text };
            i++;
        }

        return text;
    }

    private StoreException NoLength(HttpAnswer answer, string key) =>
        Error(StoreErrorKind.ServerError, "OSS answered without a length.", answer, key);

    private StoreException Error(StoreErrorKind kind, string message, HttpAnswer answer, string? key) =>
        new(kind, DisplayName, message) { Key = key, HttpStatus = (int)answer.Status, RequestId = answer.Header("x-oss-request-id") };
}
