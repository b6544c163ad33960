using System.Globalization;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>Reads what the headers of HEAD and GET say of an object.</summary>
internal static class S3Heads
{
    /// <summary>Reads the head.</summary>
    /// <param name="answer">A success.</param>
    /// <param name="provider">What is different about the server.</param>
    /// <param name="key">The full key.</param>
    /// <param name="size">Bytes of the whole object.</param>
    /// <param name="isWhole">False for a range: S3 may then declare the checksum of a part, which says nothing of the object.</param>
    public static ObjectHead Read(HttpAnswer answer, S3Provider provider, string key, long size, bool isWhole)
    {
        Reader reader = new(answer, provider);
        StoreTag etag = StoreTag.Of(answer.Header("ETag")?.Trim('"', ' '));
        DateTimeOffset modified = HttpDate.TryParse(answer.Header("Last-Modified"), out DateTimeOffset date) ? date : default;
        string? storageClass = reader.Header("x-amz-storage-class");
        ObjectEntry entry = new(
            key, size, Version(etag, size, modified), etag, modified, storageClass, Availability(reader, storageClass));
        ulong? crc64 = provider.Crc64Header is { } name && ulong.TryParse(answer.Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong crc) ? crc : null;
        return new ObjectHead(entry, Metadata(reader), crc64, isWhole ? S3Checksums.Read(answer, provider) : [], IsETagOpaque: IsETagOpaque(reader)) { Traits = Traits(reader) };
    }

    /// <summary>The ETag; for servers that give none, size and date, which is the best that listing and HEAD both know.</summary>
    public static SourceVersion Version(StoreTag etag, long size, DateTimeOffset modified)
        => etag.IsDigest || !string.IsNullOrEmpty(etag.Text)
            ? new(etag)
            : new(string.Create(CultureInfo.InvariantCulture, $"size {size} date {modified.ToUnixTimeSeconds()}"));

    // "Objects encrypted by SSE-C or SSE-KMS have ETags that are not an MD5 digest of their object data": S3, API_Object.
    private static bool IsETagOpaque(Reader reader)
        => reader.Header("x-amz-server-side-encryption")?.StartsWith("aws:kms", StringComparison.OrdinalIgnoreCase) == true
            || reader.Header("x-amz-server-side-encryption-customer-algorithm") is not null
            || (reader.Provider.IsEncryptedETagOpaque && reader.Header("x-amz-server-side-encryption") is not null);

    // Most objects have none of it. AES256 is what S3 does with every object, and is not told.
    private static ObjectTraits? Traits(Reader reader)
    {
        int.TryParse(reader.Header("x-amz-tagging-count"), NumberStyles.None, CultureInfo.InvariantCulture, out int tags);
        string? encryption = Encryption(reader);
        string? retention = reader.HasPrefix("x-amz-object-lock-") ? Retention(reader) : null;
        string? redirect = reader.Header("x-amz-website-redirect-location");
        return tags == 0 && encryption is null && retention is null && redirect is null
            ? null
            : new ObjectTraits { TagCount = tags, Encryption = encryption, Retention = retention, Redirect = redirect };
    }

    private static string? Encryption(Reader reader)
    {
        if (reader.Header("x-amz-server-side-encryption-customer-algorithm") is { } own)
            return $"SSE-C {own}";
        return reader.Header("x-amz-server-side-encryption") is { } named && named != "AES256" ? named : null;
    }

    private static string? Retention(Reader reader)
    {
        string? mode = reader.Header("x-amz-object-lock-mode"), until = reader.Header("x-amz-object-lock-retain-until-date");
        string? hold = reader.Header("x-amz-object-lock-legal-hold") == "ON" ? "legal hold" : null;
        string? kept = mode is null ? null : $"{mode} until {until}";
        return kept is null ? hold : hold is null ? kept : $"{kept}; {hold}";
    }

    private static ObjectAvailability Availability(Reader reader, string? storageClass)
    {
        if (!reader.Provider.IsArchive(storageClass) && reader.Header("x-amz-archive-status") is null)
            return ObjectAvailability.Readable;
        return reader.Header("x-amz-restore")?.Contains("ongoing-request=\"false\"", StringComparison.Ordinal) == true
            ? ObjectAvailability.Readable
            : ObjectAvailability.NeedsRestore;
    }

    private static ObjectMetadata Metadata(Reader reader) => new()
    {
        ContentType = reader.Header("Content-Type"),
        CacheControl = reader.Header("Cache-Control"),
        ContentDisposition = reader.Header("Content-Disposition"),
        ContentEncoding = WithoutTransport(reader.Header("Content-Encoding")),
        ContentLanguage = reader.Header("Content-Language"),
        Expires = reader.Header("Expires"),
        User = reader.WithPrefix("x-amz-meta-"),
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

    // Where an answer uses the provider's own words, a header has another prefix.
    private readonly record struct Reader(HttpAnswer Answer, S3Provider Provider)
    {
        private const string Prefix = "x-amz-";

        public string? Header(string name) => Answer.Header(name)
            ?? (Provider.HeaderPrefix is { } own && name.StartsWith(Prefix, StringComparison.Ordinal) ? Answer.Header(own + name[Prefix.Length..]) : null);

        public IReadOnlyDictionary<string, string> WithPrefix(string prefix)
        {
            IReadOnlyDictionary<string, string> found = Answer.HeadersWithPrefix(prefix);
            return found.Count == 0 && Provider.HeaderPrefix is { } own ? Answer.HeadersWithPrefix(own + prefix[Prefix.Length..]) : found;
        }

        public bool HasPrefix(string prefix)
            => Answer.HasHeaderWithPrefix(prefix) || (Provider.HeaderPrefix is { } own && Answer.HasHeaderWithPrefix(own + prefix[Prefix.Length..]));
    }
}
