using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>One object of a listing, keys and ETags as the answer has them but url-decoded and unquoted.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">Without quotes, or none.</param>
/// <param name="LastModified">UTC.</param>
/// <param name="StorageClass">The vendor's name, or null.</param>
/// <param name="Restore">OSS: the text of RestoreInfo. S3: "restored" or "restoring" out of RestoreStatus. Null where absent.</param>
internal readonly record struct ListedObject(
    string Key, long Size, StoreTag ETag, DateTimeOffset LastModified, string? StorageClass, string? Restore);

/// <summary>Makes the entry of an object, as the store at hand reads it.</summary>
internal delegate ObjectEntry EntryMaker(in ListedObject listed);

/// <summary>A page of ListObjectsV2 (or V1), S3 and OSS alike.</summary>
internal sealed class ListingPage
{
    /// <summary>The objects in the order of the answer.</summary>
    public List<ObjectEntry> Entries { get; } = [];

    /// <summary>Common prefixes of the page, counted.</summary>
    public int CommonPrefixes { get; set; }

    /// <summary>KeyCount as the store wrote it; null where it did not.</summary>
    public int? KeyCount { get; set; }

    /// <summary>Objects of the page as it declares them, counted apart from the entries where the store tells.</summary>
    public int DeclaredCount => KeyCount is { } count ? count - CommonPrefixes : Entries.Count;

    /// <summary>Whether the answer says that its names are url-encoded. Keys and markers here are decoded already.</summary>
    public bool IsUrlEncoded { get; set; }

    /// <summary>Whether more is to come; null where the answer does not say, so that it must not be taken for the last page.</summary>
    public bool? IsTruncated { get; set; }

    /// <summary>The token of the next page as it stands in the answer (OSS encodes it with the names, S3 does not), or null.</summary>
    public string? NextContinuationToken { get; set; }

    /// <summary>Whether it names the marker that it begins after, which only a V1 listing does.</summary>
    public bool HasMarker { get; set; }

    /// <summary>The marker of the next page of a V1 listing, or null.</summary>
    public string? NextMarker { get; set; }
}
