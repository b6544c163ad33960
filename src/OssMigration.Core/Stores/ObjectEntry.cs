using OssMigration.Core.Fidelity;

namespace OssMigration.Core.Stores;

/// <summary>Whether the content of an object can be read now.</summary>
public enum ObjectAvailability
{
    /// <summary>A read works.</summary>
    Readable,

    /// <summary>In an archive class and not restored: a read is refused until somebody restores it.</summary>
    NeedsRestore,
}

/// <summary>One row of a listing.</summary>
/// <param name="Key">The key, byte-exact, relative to the address's prefix where the engine sees it.</param>
/// <param name="Size">Content length in bytes.</param>
/// <param name="Version">The version token that a read of this entry is pinned to.</param>
/// <param name="ETag">The ETag without quotes, in the store's own letter case; null where the store has none (files).</param>
/// <param name="LastModified">The store's date (UTC). Dates lie in both directions; see design: identity decides, dates do not.</param>
/// <param name="StorageClass">The store's own name of the class, or null.</param>
/// <param name="Availability">Whether a read works now, as far as a listing tells.</param>
public sealed record ObjectEntry(
    string Key,
    long Size,
    SourceVersion Version,
    string? ETag,
    DateTimeOffset LastModified,
    string? StorageClass = null,
    ObjectAvailability Availability = ObjectAvailability.Readable)
{
    /// <summary>Makes an entry of an ETag that was never a text.</summary>
    public ObjectEntry(string key, long size, SourceVersion version, StoreTag tag, DateTimeOffset lastModified, string? storageClass, ObjectAvailability availability)
        : this(key, size, version, (string?)null, lastModified, storageClass, availability) => Tag = tag;

    /// <summary>With a job of histories: the versions that this row stands for; null for a row of one object.</summary>
    internal Versions.ObjectHistory? History { get; init; }

    /// <summary>The ETag.</summary>
    public StoreTag Tag { get; private init; } = StoreTag.Of(ETag);

    /// <summary>The ETag without quotes, in the store's own letter case; null where the store has none (files).</summary>
    public string? ETag
    {
        get => Tag.Text;
        init => Tag = StoreTag.Of(value);
    }
}

/// <summary>Everything a HEAD (or the headers of a GET) says of one object.</summary>
/// <param name="Entry">The same facts a listing gives, read now. The size is the size of the whole object.</param>
/// <param name="Metadata">Content headers and user metadata.</param>
/// <param name="Crc64">CRC-64/XZ of the whole object where the store declares it (OSS does), else null.</param>
/// <param name="Checksums">Checksums of the whole object that the store declares (S3 additional checksums); empty where none.</param>
/// <param name="IsMirrored">True where OSS says that back-to-origin fetched the object (x-oss-tag: MIRROR).</param>
/// <param name="IsETagOpaque">True where the store says that the ETag is no MD5 though it may look like one (S3: SSE-KMS, SSE-C).</param>
public sealed record ObjectHead(
    ObjectEntry Entry,
    ObjectMetadata Metadata,
    ulong? Crc64,
    IReadOnlyList<DeclaredChecksum> Checksums,
    bool IsMirrored = false,
    bool IsETagOpaque = false)
{
    /// <summary>What the headers say besides (tags, encryption, retention, redirect); null where they say nothing of it.</summary>
    public ObjectTraits? Traits { get; init; }
}
