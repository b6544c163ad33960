using System.Globalization;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.HttpList;

/// <summary>What the headers of an answer say of an object, and how a read is pinned to it.</summary>
internal static class UrlHeads
{
    private const string DatePrefix = "date ";

    // Seconds from 1970 to the year 10000.
    private const long EndOfTime = 253_402_300_800;

    /// <summary>Reads the head.</summary>
    public static ObjectHead Read(HttpAnswer answer, string key, long size, bool isWhole)
    {
        string? etag = answer.Header("ETag")?.Trim();
        bool isStrong = etag is { Length: > 2 } && etag[0] == '"' && etag[^1] == '"';
        DateTimeOffset modified = HttpDate.TryParse(answer.Header("Last-Modified"), out DateTimeOffset date) ? date : default;
        string version = isStrong
            ? etag!.Trim('"')
            : string.Create(CultureInfo.InvariantCulture, $"{DatePrefix}{modified.ToUnixTimeSeconds()} size {size}");
        string? md5 = isWhole ? answer.Header("Content-MD5") : null;
        return new ObjectHead(
            new ObjectEntry(key, size, new SourceVersion(version), isStrong ? version : null, modified),
            new ObjectMetadata
            {
                ContentType = answer.Header("Content-Type"),
                CacheControl = answer.Header("Cache-Control"),
                ContentDisposition = answer.Header("Content-Disposition"),
                ContentEncoding = answer.Header("Content-Encoding"),
                ContentLanguage = answer.Header("Content-Language"),
                Expires = answer.Header("Expires"),
            },
            null,
            md5 is null ? [] : [new DeclaredChecksum(ChecksumAlgorithm.Md5, md5)]);
    }

    /// <summary>The condition under which exactly this version is sent: If-Match for a strong ETag, else If-Unmodified-Since; none where neither is known.</summary>
    public static (string Name, string Value)? Pin(SourceVersion version)
    {
        string text = version.Value;
        // A server's own ETag may begin so too.
        if (!text.StartsWith(DatePrefix, StringComparison.Ordinal) || text.Split(' ') is not [_, var date, "size", _]
            || !long.TryParse(date, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) || seconds >= EndOfTime)
            return ("If-Match", $"\"{text}\"");
        return seconds <= 0 ? null : ("If-Unmodified-Since", HttpDate.Format(DateTimeOffset.FromUnixTimeSeconds(seconds)));
    }
}
