using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>How it was proved that the destination holds what the source held.</summary>
public enum ProofKind
{
    /// <summary>The source's MD5 ETag equals the ETag that the destination gave.</summary>
    ETagMd5,

    /// <summary>CRC-64/XZ of the bytes that were read equals the one that the destination declares.</summary>
    Crc64,

    /// <summary>The stamp that a copy carries in its metadata names this source version, and the sizes are equal.</summary>
    Stamp,

    /// <summary>A read of the source for its hash alone; nothing was written.</summary>
    HashRead,

    /// <summary>Nothing but key and size was compared.</summary>
    Assumed,

    /// <summary>
    /// Not settled any more: neither end has the object, or it was removed at the destination. It covers what older segments
    /// hold of the key and is never given out.
    /// </summary>
    Forgotten,

    /// <summary>
    /// No proof at all: after cut-over something else stood under the key. Kept so that its deletion is noticed; the
    /// CRC-64 is that of the source's content.
    /// </summary>
    Seen,

    /// <summary>Both ETags were the same MD5 when the object was found: the mirror or another tool brought it, not this job.</summary>
    FoundETag,

    /// <summary>Found as well, by its ETag or a read of the source, and its headers and user metadata are those of the source.</summary>
    FoundWhole,
}

/// <summary>One object that is settled: what the source held, what the destination holds, and how we know.</summary>
/// <param name="Key">The key relative to the prefixes; valid Unicode.</param>
/// <param name="Size">Content length in bytes; not negative.</param>
/// <param name="SourceVersion">The version of the source that was settled.</param>
/// <param name="DestinationETag">The destination's ETag without quotes in its own letter case; empty where it has none.</param>
/// <param name="Crc64">CRC-64/XZ of the content where it is known.</param>
/// <param name="Proof">How equality was proved.</param>
public sealed record SettledEntry(
    string Key,
    long Size,
    SourceVersion SourceVersion,
    string DestinationETag,
    ulong? Crc64,
    ProofKind Proof)
{
    /// <summary>Makes an entry of an ETag that was never a text.</summary>
    internal SettledEntry(string key, long size, SourceVersion sourceVersion, StoreTag destinationTag, ulong? crc64, ProofKind proof)
        : this(key, size, sourceVersion, "", crc64, proof) => DestinationTag = destinationTag;

    /// <summary>The destination's ETag.</summary>
    public StoreTag DestinationTag { get; private init; } = StoreTag.Of(DestinationETag);

    /// <summary>The destination's ETag without quotes in its own letter case; empty where it has none.</summary>
    public string DestinationETag
    {
        get => DestinationTag.Text!;
        init => DestinationTag = StoreTag.Of(value);
    }

    /// <summary>The entry that takes this key out of the manifest.</summary>
    internal SettledEntry Forget() => this with { DestinationETag = "", Crc64 = null, Proof = ProofKind.Forgotten };
}
