using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>What proves that the destination holds what was read, without reading it again.</summary>
internal static class ProofRules
{
    /// <summary>
    /// The settled entry of a write, or null when nothing proves it. The source's MD5 ETag equal to the ETag of the write
    /// spans the whole way; else CRC-64/XZ of the bytes that were read must be the one the store answered.
    /// </summary>
    public static SettledEntry? Prove(ObjectEntry source, PutResult written, ulong crc64)
    {
        if (written.Crc64 is { } stored && stored != crc64)
            return null;
        if (Identity.LooksLikeMd5(source.Tag) && source.Tag.EqualsIgnoringCase(StoreTag.Of(written.ETag)))
            return Settled(source, written.ETag, crc64, ProofKind.ETagMd5);
        return written.Crc64 is null ? null : Settled(source, written.ETag, crc64, ProofKind.Crc64);
    }

    /// <summary>What the manifest remembers of a source object and what the destination holds.</summary>
    public static SettledEntry Settled(ObjectEntry source, string destinationETag, ulong? crc64, ProofKind proof)
        => new(source.Key, source.Size, source.Version, destinationETag, crc64, proof);
}
