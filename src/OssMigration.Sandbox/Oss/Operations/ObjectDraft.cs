using System.Text;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Primitives;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Reads from a request's headers what an object will be: everything but its bytes.</summary>
internal static class ObjectDraft
{
    private const string MetadataPrefix = "x-oss-meta-";

    private static readonly ObjectDigests NoDigests = new(MemoryContent.Empty, [], 0);
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();
    private static readonly string[] ForeignConditions = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

    /// <summary>The draft of the object that a write asks for.</summary>
    /// <exception cref="OssErrorException">A header holds what the service refuses.</exception>
    public static StoredObject Read(OssContext context)
    {
        // With a copy they are let pass: ali-oss sends them beside the x-oss-copy-source-if-* headers, which decide.
        if (context.Header("x-oss-copy-source") is null)
            foreach (string condition in ForeignConditions)
                if (context.Headers.ContainsKey(condition))
                    throw OssErrors.NotImplemented(condition);
        CheckTrafficLimit(context);
        return new StoredObject
        {
            Key = context.Key,
            Content = MemoryContent.Empty,
            Digests = NoDigests,
            Headers = ReadHeaders(context),
            UserMetadata = ReadMetadata(context),
            Tags = context.Header("x-oss-tagging") is { } tagging ? OssNames.ParseTagging(tagging) : [],
            Acl = ReadAcl(context),
            StorageClass = ReadStorageClass(context) ?? context.Bucket.StorageClass,
            Encryption = ReadEncryption(context),
        };
    }

    /// <summary>Whether the request says <c>x-oss-forbid-overwrite: true</c> and the bucket heeds it: with versioning the header is void.</summary>
    public static bool ForbidsOverwrite(OssContext context, Bucket bucket)
    {
        string? value = context.Header("x-oss-forbid-overwrite");
        if (value is not (null or "true" or "false"))
            throw OssErrors.InvalidArgument("x-oss-forbid-overwrite must be true or false.", "x-oss-forbid-overwrite", value);
        return value == "true" && bucket.Versioning == VersioningState.Off;
    }

    /// <summary>The ACL a header asks for; null when none.</summary>
    public static string? ReadAcl(OssContext context)
    {
        string? acl = context.Header("x-oss-object-acl");
        return acl is null or "private" or "public-read" or "public-read-write" or "default"
            ? acl
            : throw OssErrors.InvalidArgument("no such object access control exists", "x-oss-object-acl", acl);
    }

    /// <summary>Throws unless a storage class is one of the service's own.</summary>
    public static string CheckStorageClass(string storageClass) =>
        storageClass is "Standard" or "IA" or "Archive" or "ColdArchive" or "DeepColdArchive"
            ? storageClass
            : throw OssErrors.InvalidArgument("The storage class is invalid.", "x-oss-storage-class", storageClass);

    private static string? ReadStorageClass(OssContext context) =>
        context.Header("x-oss-storage-class") is { } storageClass ? CheckStorageClass(storageClass) : null;

    private static string? ReadEncryption(OssContext context)
    {
        string? encryption = context.Header("x-oss-server-side-encryption");
        return encryption is null or "AES256" or "KMS" or "SM4"
            ? encryption
            : throw new OssErrorException(400, "InvalidEncryptionAlgorithmError", "The encryption algorithm is not supported.");
    }

    private static ContentHeaders ReadHeaders(OssContext context)
    {
        string contentType = context.Header("Content-Type") ?? "";
        if (contentType.Length == 0 && !ContentTypes.TryGetContentType(context.Key, out contentType!))
            contentType = "application/octet-stream";
        return new ContentHeaders(
            contentType,
            context.Header("Cache-Control"),
            context.Header("Content-Disposition"),
            context.Header("Content-Encoding"),
            context.Header("Content-Language"),
            context.Header("Expires"));
    }

    private static List<KeyValuePair<string, string>> ReadMetadata(OssContext context)
    {
        List<KeyValuePair<string, string>> metadata = [];
        int bytes = 0;
        foreach ((string header, StringValues values) in context.Headers)
        {
            if (!header.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            string name = header[MetadataPrefix.Length..].ToLowerInvariant();
            string value = values.ToString().Trim();
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                throw OssErrors.InvalidArgument("The name of a user metadata item holds other characters than letters, digits and hyphens.", header, value)
                    .WithEc("0011-00000004");
            if (!value.All(c => c is >= ' ' and <= '~'))
                throw OssErrors.InvalidArgument("The value of a user metadata item holds other characters than visible ASCII.", header)
                    .WithEc("0011-00000005");
            metadata.Add(KeyValuePair.Create(name, value));
            bytes += Encoding.UTF8.GetByteCount(header) + value.Length;
        }

        if (bytes > OssLimits.MetadataBytes)
            throw OssErrors.InvalidArgument("The total size of user metadata exceeds 8 KB.").WithEc("0011-00000002");
        metadata.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return metadata;
    }

    private static void CheckTrafficLimit(OssContext context)
    {
        if (context.Header("x-oss-traffic-limit") is { } limit
            && (!long.TryParse(limit, out long bits) || bits is < OssLimits.SmallestTrafficLimit or > OssLimits.LargestTrafficLimit))
            throw OssErrors.InvalidArgument("The traffic limit must be between 819200 and 838860800 bit/s.", "x-oss-traffic-limit", limit);
    }
}
