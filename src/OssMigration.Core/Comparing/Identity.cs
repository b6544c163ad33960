using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>When two entries are the same object. Dates have no say: see design, "Identity decides, dates do not".</summary>
internal static class Identity
{
    /// <summary>
    /// Whether an ETag has the form of an MD5 (32 hex digits). SSE-KMS ETags have it too without being one: equality of
    /// two such ETags is proof, inequality is proof of nothing.
    /// </summary>
    public static bool LooksLikeMd5(StoreTag etag) => etag.IsDigest || LooksLikeMd5(etag.Text);

    /// <summary>The same of a text.</summary>
    public static bool LooksLikeMd5(string? etag) => etag is { Length: 32 } && !etag.AsSpan().ContainsAnyExcept(HexDigits);

    /// <summary>Sizes are equal and both ETags have the form of an MD5 and are equal.</summary>
    public static bool SameByETag(ObjectEntry source, ObjectEntry destination)
        => source.Size == destination.Size
            && LooksLikeMd5(source.Tag)
            && source.Tag.EqualsIgnoringCase(destination.Tag);

    /// <summary>A settled entry holds exactly this source version and this destination ETag.</summary>
    public static bool SameBySettled(ObjectEntry source, SettledEntry settled, ObjectEntry destination)
        => source.Size == destination.Size
            && settled.Size == source.Size
            && settled.SourceVersion == source.Version
            && settled.DestinationTag.EqualsIgnoringCase(destination.Tag);

    /// <summary>ETags are compared without regard to letter case (oss-facts 2.9).</summary>
    public static bool SameETag(string? left, string? right)
        => left is not null && string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
