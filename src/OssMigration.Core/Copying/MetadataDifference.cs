using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>What headers, user metadata and settings of an object at the destination lack of what they should be.</summary>
internal static class MetadataDifference
{
    /// <summary>
    /// The metadata that the object should have, or null where it has them. What only the destination has is kept: it is
    /// not the source's to take away.
    /// </summary>
    /// <param name="wanted">The source's, translated.</param>
    /// <param name="standing">What stands there.</param>
    public static ObjectMetadata? Repair(ObjectMetadata wanted, ObjectHead standing)
    {
        ObjectMetadata there = standing.Metadata;
        ObjectMetadata headers = there with
        {
            ContentType = Or(wanted.ContentType, there.ContentType),
            CacheControl = Or(wanted.CacheControl, there.CacheControl),
            ContentDisposition = Or(wanted.ContentDisposition, there.ContentDisposition),
            ContentEncoding = Or(wanted.ContentEncoding, there.ContentEncoding),
            ContentLanguage = Or(wanted.ContentLanguage, there.ContentLanguage),
            Expires = Or(wanted.Expires, there.Expires),
        };
        bool hasUser = wanted.User.All(pair => there.User.TryGetValue(pair.Key, out string? value) && value == pair.Value);
        return hasUser && headers == there && HasSettings(wanted.Settings, standing)
            ? null
            : headers.WithUser(wanted.User) with { Settings = wanted.Settings };
    }

    // An ACL is told by no header, so an object that wants one is written once in any case.
    private static bool HasSettings(ObjectSettings? wanted, ObjectHead standing)
        => wanted is null
            || (wanted.Acl is null
                && (wanted.StorageClass is null || wanted.StorageClass == standing.Entry.StorageClass)
                && (wanted.Tags is null || wanted.Tags.Count == (standing.Traits?.TagCount ?? 0)));

    private static string? Or(string? wanted, string? there) => string.IsNullOrEmpty(wanted) ? there : wanted;
}
