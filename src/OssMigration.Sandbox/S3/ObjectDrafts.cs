using System.Text;
using Microsoft.Extensions.Primitives;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.S3;

/// <summary>What the headers of a write say about the object to be.</summary>
internal static class ObjectDrafts
{
    private const int LargestMetadata = 2048;
    private const string MetaPrefix = "x-amz-meta-";

    private static readonly string[] KeptHeaders =
        ["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold", "x-amz-website-redirect-location"];

    /// <summary>Reads the headers; content and digests are put in later.</summary>
    /// <exception cref="S3Exception">A header has an impossible value.</exception>
    public static StoredObject FromHeaders(S3Request request)
    {
        string? storageClass = request.Header("x-amz-storage-class");
        if (storageClass is not null && !Archive.IsStorageClass(storageClass))
            throw new S3Exception(400, "InvalidStorageClass", "The storage class you specified is not valid");
        string? acl = Acls.FromHeaders(request);
        string? encryption = request.Header("x-amz-server-side-encryption");
        return new StoredObject
        {
            Key = request.Key,
            Content = MemoryContent.Empty,
            Digests = new ObjectDigests(MemoryContent.Empty, [], 0),
            Headers = ContentHeadersOf(request),
            UserMetadata = MetadataOf(request),
            Tags = request.Header("x-amz-tagging") is { } tagging ? Tagging.FromHeader(tagging) : [],
            Acl = acl,
            StorageClass = storageClass == "STANDARD" ? null : storageClass,
            Encryption = encryption,
            KeptHeaders = [.. KeptHeaders.Where(name => request.Header(name) is not null).Select(name => KeyValuePair.Create(name, request.Header(name)!))],
        };
    }

    /// <summary>The ETag for a write: null for the MD5, a random one where a KMS key encrypts.</summary>
    public static string? OpaqueETag(StoredObject draft) => draft.Encryption is "aws:kms" or "aws:kms:dsse"
        ? System.Security.Cryptography.RandomNumberGenerator.GetHexString(32, lowercase: true)
        : null;

    private static ContentHeaders ContentHeadersOf(S3Request request)
    {
        IHeaderDictionary headers = request.Context.Request.Headers;
        return new ContentHeaders(
            Text(headers.ContentType),
            Text(headers.CacheControl),
            Text(headers.ContentDisposition),
            WithoutAwsChunked(Text(headers.ContentEncoding)),
            Text(headers.ContentLanguage),
            Text(headers.Expires));
    }

    private static string? Text(StringValues values) => values.Count == 0 ? null : values.ToString() is { Length: > 0 } text ? text : null;

    // aws-chunked is the framing of the upload, not an encoding of the object.
    private static string? WithoutAwsChunked(string? encoding)
    {
        if (encoding is null || !encoding.Contains("aws-chunked", StringComparison.OrdinalIgnoreCase))
            return encoding;
        string left = string.Join(", ", encoding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(part => !part.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase)));
        return left.Length == 0 ? null : left;
    }

    private static List<KeyValuePair<string, string>> MetadataOf(S3Request request)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        int size = 0;
        foreach (KeyValuePair<string, StringValues> header in request.Context.Request.Headers)
        {
            if (!header.Key.StartsWith(MetaPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            string name = header.Key[MetaPrefix.Length..].ToLowerInvariant();
            string value = header.Value.ToString();
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            metadata.Add(new(name, value));
        }
        if (size > LargestMetadata)
        {
            throw new S3Exception(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
            {
                Details = [("Size", $"{size}"), ("MaxSizeAllowed", $"{LargestMetadata}")],
            };
        }
        return metadata;
    }
}
