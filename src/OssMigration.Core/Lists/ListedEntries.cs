using OssMigration.Core.Stores;

namespace OssMigration.Core.Lists;

/// <summary>How a row of a list is kept as an entry, also where it does not tell all that an entry has.</summary>
internal static class ListedEntries
{
    private const long UnknownSize = -1;

    // No store gives such a version: what is pinned to it is never read.
    private static readonly SourceVersion NoVersion = new("not known");

    /// <summary>The entry of a row.</summary>
    public static ObjectEntry Make(string key, long? size, string? etag, DateTimeOffset modified, string? storageClass)
        => new(key, size ?? UnknownSize, etag is null ? NoVersion : new SourceVersion(etag), etag, modified, storageClass);

    /// <summary>Whether a row tells all that a listing would.</summary>
    public static bool IsComplete(ObjectEntry row) => row.Size >= 0 && row.ETag is not null && row.LastModified != default;

    /// <summary>The row with what the store says where it does not say it itself. What it says stays, so that a difference is found when the object is read.</summary>
    /// <param name="row">The row.</param>
    /// <param name="found">The object; null where there is none, or it could not be asked for: reading it will tell.</param>
    public static ObjectEntry Complete(ObjectEntry row, ObjectEntry? found)
    {
        if (found is null)
            return row with { Size = Math.Max(row.Size, 0) };
        bool isSameTag = row.Tag.IsNone || row.Tag.EqualsIgnoringCase(found.Tag);
        return found with
        {
            Key = row.Key,
            Size = row.Size < 0 ? found.Size : row.Size,
            Version = isSameTag ? found.Version : row.Version,
            ETag = isSameTag ? found.ETag : row.ETag,
            LastModified = row.LastModified == default ? found.LastModified : row.LastModified,
        };
    }

    /// <summary>Whether an object at the store is what a row says.</summary>
    public static bool IsAsListed(ObjectEntry row, ObjectEntry found)
        => row.Size == found.Size && (row.Version == found.Version || (!row.Tag.IsNone && row.Tag.EqualsIgnoringCase(found.Tag)));
}
