namespace OssMigration.Sandbox.Storage;

/// <summary>
/// One version of one object, or a delete marker. Immutable: a change (tags, ACL, archive state) makes a new record through
/// <see cref="Bucket.TryUpdate"/>. Both sides share it; names of storage classes and ACLs are kept as the side's client wrote them.
/// </summary>
internal sealed record StoredObject
{
    /// <summary>The key, exactly as received.</summary>
    public required string Key { get; init; }

    /// <summary>The bytes.</summary>
    public required IObjectContent Content { get; init; }

    /// <summary>MD5 and CRC-64/XZ of the bytes.</summary>
    public required ObjectDigests Digests { get; init; }

    /// <summary>The number of bytes.</summary>
    public long Size => Content.Length;

    /// <summary>When the side's clock says it was written (for an S3 multipart object: initiated).</summary>
    public DateTimeOffset LastModified { get; init; }

    /// <summary>An ETag that is not the MD5 of the bytes (multipart, KMS), in lower case without quotes; null otherwise.</summary>
    public string? OpaqueETag { get; init; }

    /// <summary>The ETag in lower-case hex without quotes. Reads the bytes once when the MD5 is not known yet.</summary>
    public string ETag => OpaqueETag ?? Convert.ToHexStringLower(Digests.Md5);

    /// <summary>Content-Type, Cache-Control and the like.</summary>
    public ContentHeaders Headers { get; init; } = ContentHeaders.None;

    /// <summary>User metadata: lower-case names without the vendor's prefix, values as received.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> UserMetadata { get; init; } = [];

    /// <summary>Tags in the order in which they were set.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The canned ACL; null when none was set.</summary>
    public string? Acl { get; init; }

    /// <summary>The storage class as the client named it; null means the side's standard class.</summary>
    public string? StorageClass { get; init; }

    /// <summary>State of a restore from archive; null when none was asked for.</summary>
    public RestoreState? Restore { get; init; }

    /// <summary>The version id; null is the "null" version of a bucket without (or with suspended) versioning.</summary>
    public string? VersionId { get; init; }

    /// <summary>Whether this is a delete marker, which has no content.</summary>
    public bool IsDeleteMarker { get; init; }

    /// <summary>Whether it was written at once or in parts.</summary>
    public ObjectType Type { get; init; }

    /// <summary>Whether the server fetched it from an origin by a mirror rule (OSS).</summary>
    public bool IsMirrored { get; init; }

    /// <summary>The number of parts of a multipart object; 0 for others.</summary>
    public int PartCount { get; init; }

    /// <summary>A checksum that the writer declared and the server verified; null when none.</summary>
    public DeclaredChecksum? Checksum { get; init; }

    /// <summary>Server-side encryption as asked for by the writer (AES256, aws:kms, KMS); null when none.</summary>
    public string? Encryption { get; init; }

    /// <summary>Headers that the writer gave and that every read gives back: object lock, website redirect (S3).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> KeptHeaders { get; init; } = [];

    /// <summary>When it stopped being the current version; null while it is current.</summary>
    public DateTimeOffset? NoncurrentSince { get; init; }

    /// <summary>The version before this one; null when this is the oldest.</summary>
    public StoredObject? Older { get; init; }

    /// <summary>Whether a client means this version by this id; "null" names the version without an id.</summary>
    public bool IsVersion(string versionId) => string.Equals(VersionId ?? "null", versionId, StringComparison.Ordinal);
}

/// <summary>How an object was written.</summary>
internal enum ObjectType
{
    Normal,
    Multipart,
    Appendable,
}

/// <summary>The standard headers that belong to the content; null where not given.</summary>
internal sealed record ContentHeaders(
    string? ContentType,
    string? CacheControl,
    string? ContentDisposition,
    string? ContentEncoding,
    string? ContentLanguage,
    string? Expires)
{
    /// <summary>No header was given.</summary>
    public static readonly ContentHeaders None = new(null, null, null, null, null, null);
}

/// <summary>A restored copy of an archived object.</summary>
/// <param name="ReadyAt">From when on it can be read.</param>
/// <param name="ExpiresAt">Until when it can be read; null for ever.</param>
internal sealed record RestoreState(DateTimeOffset ReadyAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether the copy can be read at this time.</summary>
    public bool IsReadable(DateTimeOffset now) => now >= ReadyAt && (ExpiresAt is null || now < ExpiresAt);
}

/// <summary>An additional checksum as S3 knows them.</summary>
/// <param name="Algorithm">CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.</param>
/// <param name="Value">Base64, with "-N" when composite.</param>
/// <param name="IsComposite">Whether it is the checksum of the parts' checksums.</param>
internal sealed record DeclaredChecksum(string Algorithm, string Value, bool IsComposite);
