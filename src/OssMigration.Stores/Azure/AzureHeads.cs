using Azure;
using Azure.Storage.Blobs.Models;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Azure;

/// <summary>What the service says of a blob, in the engine's words. The version is Azure's ETag, which changes with metadata too.</summary>
internal static class AzureHeads
{
    /// <summary>A row of a listing.</summary>
    public static ObjectEntry Entry(BlobItem blob)
    {
        BlobItemProperties properties = blob.Properties;
        return Entry(blob.Name, properties.ContentLength ?? 0, properties.ETag, properties.LastModified, properties.AccessTier?.ToString());
    }

    /// <summary>The answer to Get Blob Properties.</summary>
    public static ObjectHead Head(string key, BlobProperties blob) => new(
        Entry(key, blob.ContentLength, blob.ETag, blob.LastModified, blob.AccessTier),
        Metadata(blob.ContentType, blob.CacheControl, blob.ContentDisposition, blob.ContentEncoding, blob.ContentLanguage, blob.Metadata),
        null,
        Checksums(blob.BlobType, blob.ContentHash))
    {
        Traits = Traits(blob.TagCount),
    };

    /// <summary>The headers of Get Blob.</summary>
    /// <param name="key">The key.</param>
    /// <param name="size">Bytes of the whole blob.</param>
    /// <param name="blob">What the SDK read.</param>
    /// <param name="isWhole">False for a range, of which the hash may be.</param>
    /// <param name="tier">The header x-ms-access-tier.</param>
    public static ObjectHead Head(string key, long size, BlobDownloadDetails blob, bool isWhole, string? tier) => new(
        Entry(key, size, blob.ETag, blob.LastModified, tier),
        Metadata(blob.ContentType, blob.CacheControl, blob.ContentDisposition, blob.ContentEncoding, blob.ContentLanguage, blob.Metadata),
        null,
        Checksums(blob.BlobType, isWhole ? blob.ContentHash : blob.BlobContentHash))
    {
        Traits = Traits(blob.TagCount),
    };

    // A blob has ten index tags at the most ("Manage and find Azure Blob data with blob index tags").
    private static ObjectTraits? Traits(long tags) => tags is > 0 and <= int.MaxValue ? new ObjectTraits { TagCount = (int)tags } : null;

    private static ObjectEntry Entry(string key, long size, ETag? etag, DateTimeOffset? modified, string? tier)
    {
        string version = etag?.ToString().Trim('"') ?? "";
        return new ObjectEntry(
            key, size, new SourceVersion(version), version, modified ?? default, tier,
            tier == "Archive" ? ObjectAvailability.NeedsRestore : ObjectAvailability.Readable);
    }

    // The SDK has two records with the same properties and nothing in common.
    private static ObjectMetadata Metadata(string? type, string? cache, string? disposition, string? encoding, string? language, IDictionary<string, string>? user) => new()
    {
        ContentType = type,
        CacheControl = cache,
        ContentDisposition = disposition,
        ContentEncoding = encoding,
        ContentLanguage = language,
        User = User(user),
    };

    // Names of metadata are identifiers of C#, told apart without regard to letter case.
    private static Dictionary<string, string> User(IDictionary<string, string>? metadata)
    {
        Dictionary<string, string> user = new(StringComparer.Ordinal);
        foreach ((string name, string value) in metadata ?? new Dictionary<string, string>())
            user[name.ToLowerInvariant()] = Http.HeaderText.Decode(value);
        return user;
    }

    // Writes to pages and appended blocks leave the stored hash as it was, so it says something of block blobs only.
    private static DeclaredChecksum[] Checksums(BlobType type, byte[]? md5)
        => type == BlobType.Block && md5 is { Length: 16 } ? [new DeclaredChecksum(ChecksumAlgorithm.Md5, Convert.ToBase64String(md5))] : [];
}
