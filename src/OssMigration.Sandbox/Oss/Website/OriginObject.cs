using System.Globalization;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>What an origin's answer says about the object to be stored.</summary>
internal static class OriginObject
{
    private const string OssMetadata = "x-oss-meta-";
    private const string AmzMetadata = "x-amz-meta-";

    /// <summary>The object without its bytes.</summary>
    /// <exception cref="OssErrorException">MirrorFailed when user metadata is over 8 KB.</exception>
    public static StoredObject Draft(string key, string? storageClass, HttpResponseMessage answer, MirrorBehaviour behaviour) => new()
    {
        Key = key,
        Content = MemoryContent.Empty,
        Digests = new ObjectDigests(MemoryContent.Empty, [], 0),
        Headers = new ContentHeaders(
            Header(answer, "Content-Type") ?? "application/octet-stream",
            Header(answer, "Cache-Control"),
            Header(answer, "Content-Disposition"),
            Header(answer, "Content-Encoding"),
            Header(answer, "Content-Language"),
            Header(answer, "Expires")),
        UserMetadata = behaviour.SaveOssMeta ? Metadata(answer) : [],
        Tags = behaviour.Taggings,
        StorageClass = storageClass,
        IsMirrored = true,
        LastModified = behaviour.UserLastModified ? LastModified(answer) : default,
    };

    /// <summary>A header of the answer, wherever .NET keeps it; null when absent.</summary>
    public static string? Header(HttpResponseMessage answer, string name)
    {
        if (answer.Headers.NonValidated.TryGetValues(name, out var values) || answer.Content.Headers.NonValidated.TryGetValues(name, out values))
            return values.ToString() is { Length: > 0 } text ? text : null;
        return null;
    }

    private static DateTimeOffset LastModified(HttpResponseMessage answer) =>
        DateTimeOffset.TryParseExact(Header(answer, "Last-Modified"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : default;

    private static List<KeyValuePair<string, string>> Metadata(HttpResponseMessage answer)
    {
        List<KeyValuePair<string, string>> metadata = [];
        int bytes = 0;
        foreach (var (name, values) in answer.Headers.NonValidated)
        {
            string lower = name.ToLowerInvariant();
            string? bare = lower.StartsWith(OssMetadata, StringComparison.Ordinal) ? lower[OssMetadata.Length..]
                : lower.StartsWith(AmzMetadata, StringComparison.Ordinal) ? lower[AmzMetadata.Length..] : null;
            string value = values.ToString();
            if (bare is null || !bare.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || !value.All(c => c is >= ' ' and <= '~'))
                continue;
            metadata.Add(KeyValuePair.Create(bare, value));
            bytes += OssMetadata.Length + bare.Length + value.Length;
        }

        return bytes <= OssLimits.MetadataBytes ? metadata : throw OssErrors.MirrorFailed("Meta is too large.");
    }
}
