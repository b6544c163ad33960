using System.Globalization;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>Reads what the headers of HEAD and GET say of an object.</summary>
internal static class S3Heads
{
    private static readonly (string Header, ChecksumAlgorithm Algorithm)[] ChecksumHeaders =
    [
        ("x-amz-checksum-crc32", ChecksumAlgorithm.Crc32),
        ("x-amz-checksum-crc32c", ChecksumAlgorithm.Crc32C),
        ("x-amz-checksum-crc64nvme", ChecksumAlgorithm.Crc64Nvme),
        ("x-amz-checksum-sha1", ChecksumAlgorithm.Sha1),
        ("x-amz-checksum-sha256", ChecksumAlgorithm.Sha256),
    ];

    /// <summary>Reads the head.</summary>
    /// <param name="answer">A success.</param>
    /// <param name="key">The full key.</param>
    /// <param name="size">Bytes of the whole object.</param>
    /// <param name="isWhole">False for a range: S3 may then declare the checksum of a part, which says nothing of the object.</param>
    public static ObjectHead Read(HttpAnswer answer, string key, long size, bool isWhole)
    {
        StoreTag etag = StoreTag.Of(answer.Header("ETag")?.Trim('"', ' '));
        DateTimeOffset modified = HttpDate.TryParse(answer.Header("Last-Modified"), out DateTimeOffset date) ? date : default;
        string? storageClass = answer.Header("x-amz-storage-class");
        ObjectEntry entry = new(
            key, size, Version(etag, size, modified), etag, modified, storageClass, Availability(answer, storageClass));
        return new ObjectHead(entry, Metadata(answer), null, isWhole ? Checksums(answer) : [], IsETagOpaque: IsETagOpaque(answer)) { Traits = Traits(answer) };
    }

    /// <summary>The ETag; for servers that give none, size and date, which is the best that listing and HEAD both know.</summary>
    public static SourceVersion Version(StoreTag etag, long size, DateTimeOffset modified)
        => etag.IsDigest || !string.IsNullOrEmpty(etag.Text)
            ? new(etag)
            : new(string.Create(CultureInfo.InvariantCulture, $"size {size} date {modified.ToUnixTimeSeconds()}"));

    /// <summary>Whether a class is one of the archives that are read only after a restore.</summary>
    public static bool IsArchive(string? storageClass) => storageClass is "GLACIER" or "DEEP_ARCHIVE";

    // "Objects encrypted by SSE-C or SSE-KMS have ETags that are not an MD5 digest of their object data": S3, API_Object.
    private static bool IsETagOpaque(HttpAnswer answer)
        => answer.Header("x-amz-server-side-encryption")?.StartsWith("aws:kms", StringComparison.OrdinalIgnoreCase) == true
            || answer.Header("x-amz-server-side-encryption-customer-algorithm") is not null;

    // Most objects have none of it. AES256 is what S3 does with every object, and is not told.
    private static ObjectTraits? Traits(HttpAnswer answer)
    {
        int.TryParse(answer.Header("x-amz-tagging-count"), NumberStyles.None, CultureInfo.InvariantCulture, out int tags);
        string? encryption = Encryption(answer);
        string? retention = answer.HasHeaderWithPrefix("x-amz-object-lock-") ? Retention(answer) : null;
        string? redirect = answer.Header("x-amz-website-redirect-location");
        return tags == 0 && encryption is null && retention is null && redirect is null
            ? null
            : new ObjectTraits { TagCount = tags, Encryption = encryption, Retention = retention, Redirect = redirect };
    }

    private static string? Encryption(HttpAnswer answer)
    {
        if (answer.Header("x-amz-server-side-encryption-customer-algorithm") is { } own)
            return $"SSE-C {own}";
        return answer.Header("x-amz-server-side-encryption") is { } named && named != "AES256" ? named : null;
    }

    private static string? Retention(HttpAnswer answer)
    {
        string? mode = answer.Header("x-amz-object-lock-mode"), until = answer.Header("x-amz-object-lock-retain-until-date");
        string? hold = answer.Header("x-amz-object-lock-legal-hold") == "ON" ? "legal hold" : null;
        string? kept = mode is null ? null : $"{mode} until {until}";
        return kept is null ? hold : hold is null ? kept : $"{kept}; {hold}";
    }

    private static ObjectAvailability Availability(HttpAnswer answer, string? storageClass)
    {
        if (!IsArchive(storageClass) && answer.Header("x-amz-archive-status") is null)
            return ObjectAvailability.Readable;
        return answer.Header("x-amz-restore")?.Contains("ongoing-request=\"false\"", StringComparison.Ordinal) == true
            ? ObjectAvailability.Readable
            : ObjectAvailability.NeedsRestore;
    }

    private static ObjectMetadata Metadata(HttpAnswer answer) => new()
    {
        ContentType = answer.Header("Content-Type"),
        CacheControl = answer.Header("Cache-Control"),
        ContentDisposition = answer.Header("Content-Disposition"),
        ContentEncoding = WithoutTransport(answer.Header("Content-Encoding")),
        ContentLanguage = answer.Header("Content-Language"),
        Expires = answer.Header("Expires"),
        User = answer.HeadersWithPrefix("x-amz-meta-"),
    };

    // Clients that signed chunk by chunk left the name of their transport in the metadata of the object.
    private static string? WithoutTransport(string? encoding)
    {
        if (encoding is null || !encoding.Contains("aws-chunked", StringComparison.OrdinalIgnoreCase))
            return encoding;
        string[] left = [.. encoding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(token => !token.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase))];
        return left.Length == 0 ? null : string.Join(", ", left);
    }

    private static List<DeclaredChecksum> Checksums(HttpAnswer answer)
    {
        if (!answer.HasHeaderWithPrefix("x-amz-checksum-"))
            return [];
        List<DeclaredChecksum> found = [];
        if (string.Equals(answer.Header("x-amz-checksum-type"), "COMPOSITE", StringComparison.OrdinalIgnoreCase))
            return found;
        foreach ((string header, ChecksumAlgorithm algorithm) in ChecksumHeaders)
        {
            // A composite value ends in -N, and base64 has no hyphen.
            if (answer.Header(header) is { Length: > 0 } value && !value.Contains('-', StringComparison.Ordinal))
                found.Add(new DeclaredChecksum(algorithm, value));
        }

        return found;
    }
}
