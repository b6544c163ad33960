using System.Globalization;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>If-Match and its kin, on the object itself or on the source of a copy.</summary>
internal static class Conditions
{
    /// <summary>Throws PreconditionFailed or NotModified when a condition does not hold.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stored">The object.</param>
    /// <param name="prefix">Empty for plain headers, <c>x-oss-copy-source-</c> for a copy.</param>
    public static void Check(OssContext context, StoredObject stored, string prefix = "")
    {
        DateTimeOffset modified = OssTime.WholeSeconds(stored.LastModified);
        if (context.Header(prefix + "If-Match") is { } match && !Matches(match, stored.ETag))
            throw OssErrors.PreconditionFailed("If-Match");
        if (Date(context, prefix + "If-Unmodified-Since") is { } unmodified && modified > unmodified)
            throw OssErrors.PreconditionFailed("If-Unmodified-Since");
        if (context.Header(prefix + "If-None-Match") is { } none && Matches(none, stored.ETag))
            throw NotModified(stored);
        if (Date(context, prefix + "If-Modified-Since") is { } since && modified <= since)
            throw NotModified(stored);
    }

    private static OssErrorException NotModified(StoredObject stored) =>
        OssErrors.NotModified().WithHeader("ETag", $"\"{stored.ETag.ToUpperInvariant()}\"").WithHeader("Last-Modified", OssTime.Http(stored.LastModified));

    private static bool Matches(string header, string etag)
    {
        foreach (string candidate in header.Split(',', StringSplitOptions.TrimEntries))
            if (candidate == "*" || candidate.Trim('"').Equals(etag, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static DateTimeOffset? Date(OssContext context, string name)
    {
        if (context.Header(name) is not { } text)
            return null;
        return DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;
    }
}
