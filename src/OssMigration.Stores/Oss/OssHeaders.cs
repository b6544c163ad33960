using System.Buffers;
using System.Globalization;
using System.Net;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>Objects in headers: what is sent with a write, what a read says.</summary>
internal sealed class OssHeaders(string store)
{
    /// <summary>In the answer to a write: the version that it made, in a bucket that has versioning.</summary>
    public const string VersionId = "x-oss-version-id";

    private const string UserPrefix = "x-oss-meta-";
    private const string DefaultContentType = "application/octet-stream";

    // EC 0011-00000004: letters, digits and hyphens.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Adds the headers of an object to be. Always a Content-Type: OSS would guess one from the key.</summary>
    /// <exception cref="StoreException">InvalidRequest: metadata that OSS refuses; the message names it.</exception>
    public void Write(OssRequest request, ObjectMetadata metadata)
    {
        request.WithHeader("content-type", Checked(request, "Content-Type", metadata.ContentType is { Length: > 0 } type ? type : DefaultContentType));
        WriteOptional(request, "Cache-Control", metadata.CacheControl);
        WriteOptional(request, "Content-Disposition", metadata.ContentDisposition);
        WriteOptional(request, "Content-Encoding", metadata.ContentEncoding);
        WriteOptional(request, "Content-Language", metadata.ContentLanguage);
        WriteOptional(request, "Expires", metadata.Expires);
        int bytes = 0;
        foreach ((string name, string value) in metadata.User)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
                throw Refused(request, $"OSS takes letters, digits and hyphens in names of metadata only; it refuses '{name}'.");
            bytes += name.Length + value.Length;
            string header = UserPrefix + name.ToLowerInvariant();
            request.WithHeader(header, Checked(request, header, value));
        }

        if (metadata.Settings is { } settings)
            WriteSettings(request, settings);
        if (bytes > OssStore.OssLimits.MaxMetadataBytes)
            throw Refused(request, $"The user metadata has {bytes} bytes; OSS takes at most {OssStore.OssLimits.MaxMetadataBytes}.");
    }

    /// <summary>Asks OSS to leave an existing object alone.</summary>
    public static void WriteForbidOverwrite(OssRequest request, bool forbid)
    {
        if (forbid)
            request.WithHeader("x-oss-forbid-overwrite", "true");
    }

    /// <summary>Asks OSS to refuse a body of another MD5 (Content-MD5). In hex; null for any body.</summary>
    public static void WriteMd5(OssRequest request, string? md5)
    {
        if (md5 is not null)
            request.WithHeader("content-md5", Convert.ToBase64String(Convert.FromHexString(md5)));
    }

    /// <summary>What the headers of a HEAD or GET say.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="key">The full key.</param>
    /// <param name="size">Bytes of the whole object.</param>
    /// <exception cref="StoreException">ServerError: an answer without ETag.</exception>
    public ObjectHead Read(HttpAnswer answer, string key, long size)
    {
        string etag = ETag(answer, key);
        DateTimeOffset modified = HttpDate.TryParse(answer.Header("Last-Modified"), out DateTimeOffset date) ? date : DateTimeOffset.MinValue;
        string? storageClass = answer.Header("x-oss-storage-class");
        return new ObjectHead(
            new ObjectEntry(key, size, new SourceVersion(etag), etag, modified, storageClass, Availability(storageClass, answer.Header("x-oss-restore"))),
            new ObjectMetadata
            {
                ContentType = answer.Header("Content-Type"),
                CacheControl = answer.Header("Cache-Control"),
                ContentDisposition = answer.Header("Content-Disposition"),
                ContentEncoding = answer.Header("Content-Encoding"),
                ContentLanguage = answer.Header("Content-Language"),
                Expires = answer.Header("Expires"),
                User = answer.HeadersWithPrefix(UserPrefix),
            },
            Crc64(answer),
            [],
            string.Equals(answer.Header("x-oss-tag"), "MIRROR", StringComparison.OrdinalIgnoreCase))
        {
            Traits = Traits(answer),
        };
    }

    private static ObjectTraits? Traits(HttpAnswer answer)
    {
        int.TryParse(answer.Header("x-oss-tagging-count"), NumberStyles.None, CultureInfo.InvariantCulture, out int tags);
        string? encryption = answer.Header("x-oss-server-side-encryption") is { } named && named != "AES256" ? named : null;
        return tags == 0 && encryption is null ? null : new ObjectTraits { TagCount = tags, Encryption = encryption };
    }

    /// <summary>The ETag of an answer without quotes.</summary>
    /// <exception cref="StoreException">ServerError: there is none.</exception>
    public string ETag(HttpAnswer answer, string key) =>
        answer.Header("ETag")?.Trim('"', ' ') is { Length: > 0 } etag
            ? etag
            : throw new StoreException(StoreErrorKind.ServerError, store, "OSS answered without an ETag.")
            {
                Key = key,
                HttpStatus = (int)answer.Status,
                RequestId = answer.Header("x-oss-request-id"),
            };

    /// <summary>CRC-64/XZ of the whole object or part, or null.</summary>
    public static ulong? Crc64(HttpAnswer answer) =>
        ulong.TryParse(answer.Header("x-oss-hash-crc64ecma"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong crc) ? crc : null;

    /// <summary>Whether a read works: archive classes need a restore, unless one is in force.</summary>
    /// <param name="storageClass">The class, any case.</param>
    /// <param name="restore">The text of x-oss-restore or RestoreInfo.</param>
    public static ObjectAvailability Availability(string? storageClass, string? restore)
    {
        bool isArchived = storageClass is not null && storageClass.EndsWith("Archive", StringComparison.OrdinalIgnoreCase);
        bool isRestored = restore is not null && restore.Contains("ongoing-request=\"false\"", StringComparison.OrdinalIgnoreCase);
        return isArchived && !isRestored ? ObjectAvailability.NeedsRestore : ObjectAvailability.Readable;
    }

    private void WriteSettings(OssRequest request, ObjectSettings settings)
    {
        if (settings.Tags is { Count: > 0 } tags)
            request.WithHeader("x-oss-tagging", string.Join('&', tags.Select(tag => $"{PercentEncoding.EncodeValue(tag.Key)}={PercentEncoding.EncodeValue(tag.Value)}")));
        WriteOptional(request, "x-oss-object-acl", settings.Acl);
        WriteOptional(request, "x-oss-storage-class", settings.StorageClass);
        WriteOptional(request, "x-oss-server-side-encryption", settings.Encryption);
        WriteOptional(request, "x-oss-server-side-encryption-key-id", settings.EncryptionKeyId);
    }

    private void WriteOptional(OssRequest request, string name, string? value)
    {
        if (value is { Length: > 0 })
            request.WithHeader(name.ToLowerInvariant(), Checked(request, name, value));
    }

    private string Checked(OssRequest request, string name, string value)
    {
        foreach (char c in value)
        {
            if (c is < ' ' or > '~')
                throw Refused(request, $"OSS takes visible ASCII in headers only; it refuses the value of '{name}'.");
        }

        return value;
    }

    private StoreException Refused(OssRequest request, string message) =>
        new(StoreErrorKind.InvalidRequest, store, message) { Key = request.Key };
}
