using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>One object of a <see cref="MemoryStore"/>. Immutable; a write makes another one.</summary>
public sealed record MemoryObject
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The content. Do not change it.</summary>
    public required byte[] Content { get; init; }

    /// <summary>The ETag without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>When it was written (for multipart objects: initiated), by the store's clock.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>Headers and user metadata.</summary>
    public ObjectMetadata Metadata { get; init; } = ObjectMetadata.Empty;

    /// <summary>The class's name.</summary>
    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>Whether a read works.</summary>
    public ObjectAvailability Availability { get; init; } = ObjectAvailability.Readable;

    /// <summary>CRC-64/XZ; null where the store gives none.</summary>
    public ulong? Crc64 { get; init; }

    /// <summary>Checksums the store declares.</summary>
    public IReadOnlyList<DeclaredChecksum> Checksums { get; init; } = [];

    /// <summary>Came by back-to-origin.</summary>
    public bool IsMirrored { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>Who may do what with it.</summary>
    public AccessList Access { get; init; } = new(null, []);

    /// <summary>What its headers say besides; the number of tags is added.</summary>
    public ObjectTraits? Traits { get; init; }

    /// <summary>The version's id; null where the store keeps none.</summary>
    public string? VersionId { get; init; }

    /// <summary>As a listing shows it.</summary>
    public ObjectEntry ToEntry() =>
        new(Key, Content.Length, new SourceVersion(ETag), ETag, LastModified, StorageClass, Availability);

    internal ObjectHead ToHead() => new(ToEntry(), Metadata, Crc64, Checksums, IsMirrored)
    {
        Traits = Tags.Count == 0 ? Traits : (Traits ?? new ObjectTraits()) with { TagCount = Tags.Count },
    };
}
