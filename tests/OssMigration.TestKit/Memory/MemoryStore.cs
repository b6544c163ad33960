using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>
/// A whole store in memory, as strict as the real ones about keys, order, conditions and parts. Thread-safe.
/// Tests arrange and look through Seed, <see cref="Find"/>, <see cref="Change"/> and <see cref="Keys"/>,
/// which count as no operation.
/// </summary>
public sealed partial class MemoryStore : IObjectStore, IBucketInspector, IBucketDocuments, IVersionReader, IMetadataWriter
{
    private readonly object _gate = new();
    private readonly Dictionary<string, MemoryObject> _objects = new(StringComparer.Ordinal);
    private readonly List<string> _sortedKeys = [];
    private readonly MemoryStoreOptions _options;
    private long _serial;

    /// <summary>An empty store.</summary>
    public MemoryStore(MemoryStoreOptions? options = null)
    {
        _options = options ?? new MemoryStoreOptions();
        Limits = _options.EffectiveLimits;
    }

    /// <inheritdoc/>
    public string DisplayName => $"{(_options.Flavor == StoreFlavor.S3 ? "s3" : "oss")}://{_options.Bucket}";

    /// <inheritdoc/>
    public StoreLimits Limits { get; }

    /// <summary>What the store was asked for.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>Runs before an operation does anything; null key for operations on the bucket. What it throws, the caller gets.</summary>
    public Func<StoreOperation, string?, CancellationToken, ValueTask>? BeforeOperation { get; set; }

    /// <summary>Runs after an operation succeeded, before its answer is given.</summary>
    public Func<StoreOperation, string?, CancellationToken, ValueTask>? AfterOperation { get; set; }

    /// <summary>False: every call finds no bucket.</summary>
    public bool BucketExists { get; set; } = true;

    /// <summary>All keys in order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
                return [.. _sortedKeys];
        }
    }

    /// <summary>Puts an object without counting it; what is null follows the store's habits.</summary>
    public MemoryObject Seed(string key, byte[] content, ObjectMetadata? metadata = null, DateTimeOffset? lastModified = null, string? etag = null)
    {
        lock (_gate)
            return Store(key, content, metadata ?? ObjectMetadata.Empty, lastModified, etag);
    }

    /// <summary>As above, with text.</summary>
    public MemoryObject Seed(string key, string content) => Seed(key, Encoding.UTF8.GetBytes(content));

    /// <summary>An object, or null.</summary>
    public MemoryObject? Find(string key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(key);
    }

    /// <summary>Changes facts of an object that exists (date, class, availability, metadata, ETag), content excepted.</summary>
    public void Change(string key, Func<MemoryObject, MemoryObject> change)
    {
        lock (_gate)
            _objects[key] = change(_objects[key]);
    }

    /// <summary>Removes an object without counting it.</summary>
    public bool Remove(string key)
    {
        lock (_gate)
        {
            _histories.Remove(key);
            return RemoveCurrent(key);
        }
    }

    private bool RemoveCurrent(string key)
    {
        if (!_objects.Remove(key))
            return false;
        _sortedKeys.RemoveAt(_sortedKeys.BinarySearch(key, KeyOrder.Instance));
        return true;
    }

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.List, null, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.MaxKeys);
        int limit = Math.Min(Math.Min(request.MaxKeys, Limits.MaxPageSize), _options.PageSize);
        ListPage page;
        lock (_gate)
            page = Page(request.Prefix, DecodeToken(request.ContinuationToken) ?? request.StartAfter, limit);
        await EndAsync(StoreOperation.List, null, cancellationToken);
        return page;
    }

    /// <inheritdoc/>
    public async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Head, key, cancellationToken);
        ObjectHead? head = Find(key)?.ToHead();
        await EndAsync(StoreOperation.Head, key, cancellationToken);
        return head;
    }

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Read, request.Key, cancellationToken);
        MemoryObject found = (request.VersionId is { } id ? FindVersion(request.Key, id) : Find(request.Key)) ?? throw Error(StoreErrorKind.NotFound, "NoSuchKey", 404, request.Key);
        if (request.IfVersion is { } version && version.Value != found.ETag)
            throw Error(StoreErrorKind.Changed, "PreconditionFailed", 412, request.Key);
        if (found.Availability == ObjectAvailability.NeedsRestore)
            throw Error(StoreErrorKind.NeedsRestore, "InvalidObjectState", 403, request.Key);

        ByteRange range = request.Range ?? new ByteRange(0, found.Content.Length);
        if (request.Range is not null && (range.Offset < 0 || range.Length < 1 || range.Last >= found.Content.Length))
            throw Error(StoreErrorKind.InvalidRequest, "InvalidRange", 416, request.Key);

        using MemoryStream content = new(found.Content, (int)range.Offset, (int)range.Length, writable: false);
        using CountingStream body = new(content, Counters);
        TResult result = await consume(new ObjectContent(found.ToHead(), range.Length, body), cancellationToken);
        await EndAsync(StoreOperation.Read, request.Key, cancellationToken);
        return result;
    }

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Put, request.Key, cancellationToken);
        byte[] content = await ReadAllAsync(request.Body, cancellationToken);
        CheckWritable(request.Key, content.Length, request.Metadata);
        if (request.Md5 is { } md5 && !string.Equals(md5, Convert.ToHexString(Md5(content)), StringComparison.OrdinalIgnoreCase))
            throw Error(StoreErrorKind.DigestMismatch, "InvalidDigest", 400, request.Key);
        MemoryObject stored;
        lock (_gate)
        {
            RefuseOverwrite(request.Key, request.ForbidOverwrite);
            stored = Store(request.Key, content, request.Metadata, null, null);
        }

        Counters.CountWritten(content.Length);
        await EndAsync(StoreOperation.Put, request.Key, cancellationToken);
        return new PutResult(stored.ETag, stored.Crc64) { VersionId = stored.VersionId };
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Delete, key, cancellationToken);
        if (_options.Versioning == BucketVersioning.Enabled)
            SeedDeleteMarker(key);
        else
            Remove(key);
        await EndAsync(StoreOperation.Delete, key, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.ReplaceMetadata, key, cancellationToken);
        CheckMetadata(key, metadata);
        MemoryObject stored;
        lock (_gate)
        {
            MemoryObject standing = _objects.GetValueOrDefault(key) ?? throw Error(StoreErrorKind.NotFound, "NoSuchKey", 404, key);
            if (!string.Equals(standing.ETag, ifETag, StringComparison.OrdinalIgnoreCase))
                throw Error(StoreErrorKind.Changed, "PreconditionFailed", 412, key);
            stored = Store(key, standing.Content, metadata, null, standing.ETag);
        }

        await EndAsync(StoreOperation.ReplaceMetadata, key, cancellationToken);
        return new PutResult(stored.ETag, null);
    }

    /// <inheritdoc/>
    public async Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Inspect, null, cancellationToken);
        await EndAsync(StoreOperation.Inspect, null, cancellationToken);
        return new BucketFacts(_options.Region, _options.Versioning, "STANDARD");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private static string EncodeToken(string lastKey) => "next:" + Convert.ToBase64String(Encoding.UTF8.GetBytes(lastKey));

    private static string? DecodeToken(string? token) =>
        token is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(token["next:".Length..]));

    private static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        body.Position = 0;
        using MemoryStream copy = new();
        await body.CopyToAsync(copy, cancellationToken);
        return copy.ToArray();
    }

    private ListPage Page(string prefix, string? after, int limit)
    {
        int index = Seek(after is not null && KeyOrder.CompareKeys(after, prefix) >= 0 ? after : null, prefix);
        List<ObjectEntry> entries = [];
        bool more = false;
        for (; index < _sortedKeys.Count && _sortedKeys[index].StartsWith(prefix, StringComparison.Ordinal); index++)
        {
            if (entries.Count == limit)
            {
                more = true;
                break;
            }

            entries.Add(_objects[_sortedKeys[index]].ToEntry());
        }

        return new ListPage(entries, more ? EncodeToken(entries[^1].Key) : null, entries.Count);
    }

    private int Seek(string? after, string prefix)
    {
        int index = _sortedKeys.BinarySearch(after ?? prefix, KeyOrder.Instance);
        if (index < 0)
            return ~index;
        return after is null ? index : index + 1;
    }

    private MemoryObject Store(string key, byte[] content, ObjectMetadata metadata, DateTimeOffset? date, string? etag)
    {
        MemoryObject stored = new()
        {
            Key = key,
            Content = content,
            ETag = etag ?? MakeETag(content),
            LastModified = date ?? Now(),
            Metadata = (metadata.ContentType is null ? metadata with { ContentType = DefaultContentType } : metadata) with { Settings = null },
            StorageClass = metadata.Settings?.StorageClass ?? "STANDARD",
            Tags = metadata.Settings?.Tags ?? [],
            Access = _options.Flavor == StoreFlavor.Oss ? new AccessList(metadata.Settings?.Acl ?? "default", []) : new AccessList(null, [new AccessGrant(GranteeKind.Owner, "FULL_CONTROL")]),
            Crc64 = _options.Flavor == StoreFlavor.Oss ? ReferenceCrc64.Of(content) : null,
            VersionId = _options.Versioning == BucketVersioning.Enabled ? NewVersionId() : null,
        };
        if (stored.VersionId is { } versionId)
            HistoryOf(key).Add(new KeptVersion(versionId, stored.LastModified, stored));
        if (!_objects.ContainsKey(key))
        {
            int index = _sortedKeys.BinarySearch(key, KeyOrder.Instance);
            _sortedKeys.Insert(~index, key);
        }

        _objects[key] = stored;
        return stored;
    }

    private string DefaultContentType => _options.Flavor == StoreFlavor.S3 ? "binary/octet-stream" : "application/octet-stream";

    // A key id of this process stands in for the random part of a KMS ETag, so that runs can be repeated exactly.
    private string MakeETag(byte[] content) => Letters(_options.ETagStyle == ETagStyle.Md5
        ? Convert.ToHexString(Md5(content))
        : Convert.ToHexString(Md5(Encoding.UTF8.GetBytes($"kms {++_serial}"))));

    private string Letters(string etag) => _options.Flavor == StoreFlavor.S3 ? etag.ToLowerInvariant() : etag.ToUpperInvariant();

#pragma warning disable CA5351 // MD5 is what S3 and OSS define their ETags by.
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351

    private DateTimeOffset Now()
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    private void CheckWritable(string key, long size, ObjectMetadata metadata)
    {
        if (!IsUnicode(key))
            throw Error(StoreErrorKind.InvalidRequest, "InvalidURI", 400, key, "The key is no Unicode text.");
        if (Limits.WhyUnsupported(key, size) is { } why)
            throw Error(StoreErrorKind.InvalidRequest, "InvalidObjectName", 400, key, why);
        if (size > Limits.MaxSinglePutBytes)
            throw Error(StoreErrorKind.InvalidRequest, "EntityTooLarge", 400, key);
        CheckMetadata(key, metadata);
    }

    private static bool IsUnicode(string key)
    {
        for (ReadOnlySpan<char> rest = key; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int consumed) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[consumed..];
        }

        return true;
    }

    private void CheckMetadata(string key, ObjectMetadata metadata)
    {
        int bytes = metadata.User.Sum(pair => pair.Key.Length + Encoding.UTF8.GetByteCount(pair.Value));
        if (bytes > Limits.MaxMetadataBytes)
            throw Error(StoreErrorKind.InvalidRequest, "MetadataTooLarge", 400, key);
    }

    private void RefuseOverwrite(string key, bool forbid)
    {
        bool isVoid = _options.Flavor == StoreFlavor.Oss && _options.Versioning != BucketVersioning.Off;
        if (forbid && !isVoid && _objects.ContainsKey(key))
            throw Error(StoreErrorKind.AlreadyExists, "FileAlreadyExists", 409, key);
    }

    private async ValueTask BeginAsync(StoreOperation operation, string? key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Counters.Count(operation);
        if (BeforeOperation is { } hook)
            await hook(operation, key, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!BucketExists)
            throw Error(StoreErrorKind.NoSuchBucket, "NoSuchBucket", 404, null);
    }

    private async ValueTask EndAsync(StoreOperation operation, string? key, CancellationToken cancellationToken)
    {
        if (AfterOperation is { } hook)
            await hook(operation, key, cancellationToken);
    }

    private StoreException Error(StoreErrorKind kind, string code, int status, string? key, string? why = null) =>
        new(kind, DisplayName, why ?? $"The memory store answered {code}.")
        {
            Key = key,
            Code = code,
            HttpStatus = status,
            RequestId = string.Create(CultureInfo.InvariantCulture, $"memory-{Interlocked.Increment(ref _serial)}"),
        };
}
