using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore
{
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    private sealed record Upload(string Key, string Id, ObjectMetadata Metadata, DateTimeOffset Initiated, long Serial)
    {
        public SortedDictionary<int, Part> Parts { get; } = [];
    }

    private sealed record Part(byte[] Content, string ETag);

    /// <summary>How many uploads are open.</summary>
    public int OpenUploads
    {
        get
        {
            lock (_gate)
                return _uploads.Count;
        }
    }

    /// <summary>Drops all uploads that are open, as a lifecycle rule does.</summary>
    public void ExpireUploads()
    {
        lock (_gate)
            _uploads.Clear();
    }

    /// <inheritdoc/>
    public async Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Initiate, request.Key, cancellationToken);
        CheckWritable(request.Key, 0, request.Metadata);
        string id;
        lock (_gate)
        {
            RefuseOverwrite(request.Key, request.ForbidOverwrite);
            long serial = Interlocked.Increment(ref _serial);
            id = string.Create(CultureInfo.InvariantCulture, $"upload-{serial}");
            _uploads.Add(id, new Upload(request.Key, id, request.Metadata, Now(), serial));
        }

        await EndAsync(StoreOperation.Initiate, request.Key, cancellationToken);
        return id;
    }

    /// <inheritdoc/>
    public async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.UploadPart, request.Key, cancellationToken);
        if (request.Number < 1 || request.Number > Limits.MaxParts)
            throw Error(StoreErrorKind.InvalidRequest, "InvalidArgument", 400, request.Key, $"There is no part {request.Number}.");
        byte[] content = await ReadAllAsync(request.Body, cancellationToken);
        Part part = new(content, Letters(Convert.ToHexString(Md5(content))));
        lock (_gate)
            FindUpload(request.Key, request.UploadId).Parts[request.Number] = part;
        Counters.CountWritten(content.Length);
        await EndAsync(StoreOperation.UploadPart, request.Key, cancellationToken);
        ulong? crc = _options.Flavor == StoreFlavor.Oss ? ReferenceCrc64.Of(content) : null;
        return new UploadedPart(request.Number, part.ETag, crc, content.Length);
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Complete, request.Key, cancellationToken);
        MemoryObject stored;
        lock (_gate)
        {
            Upload upload = FindUpload(request.Key, request.UploadId);
            List<Part> parts = CheckParts(upload, request);
            RefuseOverwrite(request.Key, request.ForbidOverwrite);
            byte[] content = [.. parts.SelectMany(part => part.Content)];
            // S3 dates a multipart object at its initiation, OSS at its completion.
            DateTimeOffset date = _options.Flavor == StoreFlavor.S3 ? upload.Initiated : Now();
            stored = Store(upload.Key, content, upload.Metadata, date, MultipartETag(parts));
            _uploads.Remove(upload.Id);
        }

        await EndAsync(StoreOperation.Complete, request.Key, cancellationToken);
        return new PutResult(stored.ETag, stored.Crc64) { VersionId = stored.VersionId };
    }

    /// <inheritdoc/>
    public async Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Abort, key, cancellationToken);
        lock (_gate)
            _uploads.Remove(uploadId);
        await EndAsync(StoreOperation.Abort, key, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.ListUploads, null, cancellationToken);
        List<OpenUpload> open;
        lock (_gate)
        {
            open = [.. _uploads.Values
                .Where(upload => upload.Key.StartsWith(keyPrefix, StringComparison.Ordinal))
                .OrderBy(upload => upload.Key, KeyOrder.Instance)
                .ThenBy(upload => upload.Serial)
                .Select(upload => new OpenUpload(upload.Key, upload.Id, upload.Initiated))];
        }

        await EndAsync(StoreOperation.ListUploads, null, cancellationToken);
        return open;
    }

    private string MultipartETag(List<Part> parts)
    {
        // OSS documents multipart ETags as opaque, and KMS ones are no hash of the content either.
        if (_options.ETagStyle == ETagStyle.Kms || _options.Flavor == StoreFlavor.Oss)
            return Letters($"{Convert.ToHexString(Md5([.. BitConverter.GetBytes(++_serial)]))}-{parts.Count}");
        byte[] digests = [.. parts.SelectMany(part => Convert.FromHexString(part.ETag))];
        return Letters($"{Convert.ToHexString(Md5(digests))}-{parts.Count}");
    }

    private Upload FindUpload(string key, string uploadId) =>
        _uploads.TryGetValue(uploadId, out Upload? upload) && upload.Key == key
            ? upload
            : throw Error(StoreErrorKind.NoSuchUpload, "NoSuchUpload", 404, key);

    private List<Part> CheckParts(Upload upload, CompleteRequest request)
    {
        if (request.Parts.Count == 0)
            throw Error(StoreErrorKind.InvalidRequest, "MalformedXML", 400, request.Key, "No parts were named.");
        List<Part> parts = [];
        int last = 0;
        foreach (UploadedPart named in request.Parts)
        {
            if (named.Number <= last)
                throw Error(StoreErrorKind.InvalidRequest, "InvalidPartOrder", 400, request.Key);
            last = named.Number;
            if (!upload.Parts.TryGetValue(named.Number, out Part? part) || part.ETag != named.ETag)
                throw Error(StoreErrorKind.InvalidRequest, "InvalidPart", 400, request.Key);
            parts.Add(part);
        }

        if (parts.SkipLast(1).Any(part => part.Content.Length < Limits.MinPartBytes))
            throw Error(StoreErrorKind.InvalidRequest, "EntityTooSmall", 400, request.Key);
        if (parts.Sum(part => (long)part.Content.Length) > Limits.MaxObjectBytes)
            throw Error(StoreErrorKind.InvalidRequest, "EntityTooLarge", 400, request.Key);
        return parts;
    }
}
