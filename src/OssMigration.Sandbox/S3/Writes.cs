using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>PutObject and CopyObject.</summary>
internal static class Writes
{
    private const long LargestCopy = 5L * 1024 * 1024 * 1024;

    /// <summary>PUT of an object.</summary>
    public static async Task PutAsync(S3Request request)
    {
        StoredObject draft = ObjectDrafts.FromHeaders(request);
        // A condition that fails already needs no body; it is checked again when the object is stored.
        Conditions.CheckWrite(request, Current(request));
        ReceivedBody? body = await S3Body.ReceiveAsync(request);
        if (body is null)
            return;
        draft = draft with
        {
            Content = body.Content,
            Digests = new ObjectDigests(body.Content, body.Md5, null),
            Checksum = body.Checksum,
            OpaqueETag = ObjectDrafts.OpaqueETag(draft),
        };
        StoredObject stored = await StoreAsync(request, draft);
        SetWritten(request, stored);
        S3Answer.SetChecksum(request, stored.Checksum, withType: true);
        await S3Answer.EmptyAsync(request, 200);
    }

    /// <summary>PUT with x-amz-copy-source.</summary>
    public static async Task CopyAsync(S3Request request)
    {
        CopySource source = CopySource.Of(request);
        StoredObject from = source.Find(request);
        if (from.Size > LargestCopy)
            throw S3Exception.InvalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
        StoredObject headers = ObjectDrafts.FromHeaders(request);
        bool replaces = Directive(request, "x-amz-metadata-directive");
        bool replacesTags = Directive(request, "x-amz-tagging-directive");
        bool changesClass = (request.Header("x-amz-storage-class") ?? "STANDARD") != (from.StorageClass ?? "STANDARD");
        bool isItself = ReferenceEquals(source.Bucket, request.Bucket) && source.Key == request.Key && source.VersionId is null;
        if (isItself && !replaces && !changesClass && headers.Encryption is null)
            throw S3Exception.InvalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        StoredObject draft = headers with
        {
            Content = from.Content,
            Digests = from.Digests,
            Headers = replaces ? headers.Headers : from.Headers,
            UserMetadata = replaces ? headers.UserMetadata : from.UserMetadata,
            Tags = replacesTags ? headers.Tags : from.Tags,
            Checksum = from.Checksum is { IsComposite: false } ? from.Checksum : null,
            OpaqueETag = ObjectDrafts.OpaqueETag(headers),
        };
        StoredObject stored = await StoreAsync(request, draft);
        S3Answer.SetVersion(request, stored);
        if (from.VersionId is not null)
            request.Context.Response.Headers["x-amz-copy-source-version-id"] = from.VersionId;
        await S3Answer.XmlAsync(request, S3Answer.Document("CopyObjectResult"u8)
            .Element("LastModified"u8, stored.LastModified)
            .Element("ETag"u8, S3Answer.Quoted(request, stored.ETag))
            .Close("CopyObjectResult"u8));
    }

    /// <summary>Stores a draft under the write's conditions.</summary>
    /// <exception cref="S3Exception">A condition does not hold; nothing was stored.</exception>
    public static async Task<StoredObject> StoreAsync(S3Request request, StoredObject draft)
    {
        S3Exception? refusal = null;
        StoredObject? stored = await request.Bucket.PutAsync(draft, IsAllowed, request.Aborted);
        return stored ?? throw refusal!;

        bool IsAllowed(StoredObject? current)
        {
            try
            {
                Conditions.CheckWrite(request, current);
                return true;
            }
            catch (S3Exception e)
            {
                refusal = e;
                return false;
            }
        }
    }

    /// <summary>The headers that tell about a stored object.</summary>
    public static void SetWritten(S3Request request, StoredObject stored)
    {
        IHeaderDictionary headers = request.Context.Response.Headers;
        headers.ETag = S3Answer.Quoted(request, stored.ETag);
        if (stored.Encryption is { } encryption)
            headers["x-amz-server-side-encryption"] = encryption;
        S3Answer.SetVersion(request, stored);
    }

    private static StoredObject? Current(S3Request request) =>
        request.Header("If-None-Match") is null && request.Header("If-Match") is null
            ? null
            : request.Bucket.Find(request.Key) is { IsDeleteMarker: false } current ? current : null;

    private static bool Directive(S3Request request, string name) => request.Header(name) switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        { } other => throw S3Exception.InvalidArgument("Unknown directive.", name, other),
    };
}

/// <summary>The source that a copy names.</summary>
internal sealed record CopySource(Bucket Bucket, string Key, string? VersionId)
{
    /// <summary>Reads x-amz-copy-source: [/]bucket/key[?versionId=id], percent-encoded.</summary>
    /// <exception cref="S3Exception">It has not that form, or there is no such bucket.</exception>
    public static CopySource Of(S3Request request)
    {
        string header = request.Header("x-amz-copy-source")!;
        string? versionId = null;
        int question = header.IndexOf("?versionId=", StringComparison.Ordinal);
        if (question >= 0)
        {
            versionId = header[(question + "?versionId=".Length)..];
            header = header[..question];
        }
        string path = header.StartsWith('/') ? header[1..] : header;
        // Some clients encode the slash behind the bucket as well.
        string decoded;
        try
        {
            decoded = RequestTarget.DecodePath(path);
        }
        catch (FormatException)
        {
            throw S3Exception.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", header);
        }
        int slash = decoded.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == decoded.Length - 1)
            throw S3Exception.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", header);
        return request.Side.Buckets.TryGet(decoded[..slash], out Bucket? bucket)
            ? new CopySource(bucket, decoded[(slash + 1)..], versionId)
            : throw S3Exception.NoSuchBucket(decoded[..slash]);
    }

    /// <summary>The source object, checked for conditions and archive state.</summary>
    /// <exception cref="S3Exception">It is missing, archived, or a condition does not hold.</exception>
    public StoredObject Find(S3Request request)
    {
        StoredObject? found = VersionId is null ? Bucket.Find(Key) : Bucket.FindVersion(Key, VersionId);
        if (found is null or { IsDeleteMarker: true })
            throw S3Exception.NoSuchKey(Key);
        Conditions.CheckCopySource(request, found);
        Archive.CheckReadable(Bucket, found, request.Now);
        return found;
    }
}
