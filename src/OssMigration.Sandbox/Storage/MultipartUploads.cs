using System.Globalization;
using System.Security.Cryptography;

namespace OssMigration.Sandbox.Storage;

/// <summary>The open multipart uploads of a bucket, in order of key and then upload id. Safe for concurrent use.</summary>
internal sealed class MultipartUploads(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly OrderedKeyMap<SortedList<string, MultipartUpload>> _byKey = new();
    private long _counter;

    /// <summary>Opens an upload.</summary>
    /// <param name="draft">What the object will be, but for content and digests.</param>
    /// <param name="checksumAlgorithm">The checksum algorithm announced for the object (S3); null when none.</param>
    /// <param name="checksumIsFullObject">Whether that checksum covers the whole object rather than the parts' checksums.</param>
    public MultipartUpload Open(StoredObject draft, string? checksumAlgorithm = null, bool checksumIsFullObject = false)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_gate)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{now.UtcTicks:X16}{++_counter:X8}{RandomNumberGenerator.GetHexString(16)}");
            var upload = new MultipartUpload(id, draft, now)
            {
                ChecksumAlgorithm = checksumAlgorithm,
                ChecksumIsFullObject = checksumIsFullObject,
            };
            Add(upload);
            return upload;
        }
    }

    /// <summary>Puts back an upload that was closed for a Complete that was then refused.</summary>
    public void Reopen(MultipartUpload upload)
    {
        lock (_gate)
            Add(upload);
    }

    /// <summary>Finds an open upload; null when there is none of this id for this key.</summary>
    public MultipartUpload? Find(string key, string uploadId)
    {
        lock (_gate)
            return _byKey.TryGet(key, out SortedList<string, MultipartUpload>? uploads) ? uploads.GetValueOrDefault(uploadId) : null;
    }

    /// <summary>Takes an upload out of the open ones; false when another request did so before.</summary>
    public bool Close(MultipartUpload upload)
    {
        lock (_gate)
        {
            if (!_byKey.TryGet(upload.Draft.Key, out SortedList<string, MultipartUpload>? uploads) || !uploads.Remove(upload.Id))
                return false;
            if (uploads.Count == 0)
                _byKey.Remove(upload.Draft.Key);
            return true;
        }
    }

    /// <summary>All open uploads, by key and id.</summary>
    public IReadOnlyList<MultipartUpload> List()
    {
        lock (_gate)
        {
            var all = new List<MultipartUpload>();
            OrderedKeyMap<SortedList<string, MultipartUpload>>.Cursor cursor = _byKey.OpenCursor();
            while (cursor.MoveNext())
                all.AddRange(cursor.Value.Values);
            return all;
        }
    }

    private void Add(MultipartUpload upload)
    {
        if (!_byKey.TryGet(upload.Draft.Key, out SortedList<string, MultipartUpload>? uploads))
            _byKey.Set(upload.Draft.Key, uploads = new(StringComparer.Ordinal));
        uploads.Add(upload.Id, upload);
    }
}

/// <summary>One open multipart upload. Safe for concurrent use.</summary>
internal sealed class MultipartUpload(string id, StoredObject draft, DateTimeOffset initiated)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, UploadedPart> _parts = [];

    /// <summary>The upload id.</summary>
    public string Id => id;

    /// <summary>What the object will be, but for content and digests.</summary>
    public StoredObject Draft => draft;

    /// <summary>When it was opened, by the side's clock.</summary>
    public DateTimeOffset Initiated => initiated;

    /// <summary>The checksum algorithm announced when it was opened (S3); null when none.</summary>
    public string? ChecksumAlgorithm { get; init; }

    /// <summary>Whether the announced checksum covers the whole object rather than the parts' checksums (S3).</summary>
    public bool ChecksumIsFullObject { get; init; }

    /// <summary>Adds a part; one of the same number is replaced.</summary>
    public void Add(UploadedPart part)
    {
        lock (_gate)
        {
            if (_parts.Remove(part.Number, out UploadedPart? replaced))
                replaced.Content.Discard();
            _parts.Add(part.Number, part);
        }
    }

    /// <summary>The parts by number.</summary>
    public IReadOnlyList<UploadedPart> Parts()
    {
        lock (_gate)
            return [.. _parts.Values];
    }
}

/// <summary>A part that has been uploaded.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Md5">The MD5 of its bytes; in hex it is the part's ETag.</param>
/// <param name="Crc64">The CRC-64/XZ of its bytes; 0 on a side that does not use it.</param>
/// <param name="LastModified">When it was uploaded, by the side's clock.</param>
internal sealed record UploadedPart(int Number, IObjectContent Content, byte[] Md5, ulong Crc64, DateTimeOffset LastModified)
{
    /// <summary>The ETag in lower-case hex without quotes.</summary>
    public string ETag { get; } = Convert.ToHexStringLower(Md5);

    /// <summary>The checksum that the writer declared (S3); null when none.</summary>
    public DeclaredChecksum? Checksum { get; init; }
}
