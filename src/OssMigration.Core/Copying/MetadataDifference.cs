using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>What headers and user metadata of an object at the destination lack of the source's.</summary>
internal static class MetadataDifference
{
    /// <summary>
    /// The metadata that the object should have, or null where it has them. What only the destination has is kept: it is
    /// not the source's to take away.
    /// </summary>
    public static ObjectMetadata? Repair(ObjectMetadata source, ObjectMetadata standing)
    {
        ObjectMetadata headers = standing with
        {
            ContentType = Or(source.ContentType, standing.ContentType),
            CacheControl = Or(source.CacheControl, standing.CacheControl),
            ContentDisposition = Or(source.ContentDisposition, standing.ContentDisposition),
            ContentEncoding = Or(source.ContentEncoding, standing.ContentEncoding),
            ContentLanguage = Or(source.ContentLanguage, standing.ContentLanguage),
            Expires = Or(source.Expires, standing.Expires),
        };
        bool hasUser = source.User.All(pair => standing.User.TryGetValue(pair.Key, out string? value) && value == pair.Value);
        return hasUser && headers == standing ? null : headers.WithUser(source.User);
    }

    private static string? Or(string? wanted, string? there) => string.IsNullOrEmpty(wanted) ? there : wanted;
}
