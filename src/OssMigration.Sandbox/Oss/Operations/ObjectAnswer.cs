using System.Globalization;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>What is known about a stored object, as headers of GET and HEAD.</summary>
internal static class ObjectAnswer
{
    /// <summary>The object that a request means, by key and <c>versionId</c>; null when there is none.</summary>
    /// <exception cref="OssErrorException">The version is not there or is a delete marker.</exception>
    public static StoredObject? Find(OssContext context, Bucket bucket)
    {
        string? versionId = context.Query.Value("versionId");
        if (string.IsNullOrEmpty(versionId))
        {
            StoredObject? current = bucket.Find(context.Key);
            return current is { IsDeleteMarker: true } ? throw OssErrors.DeleteMarker(context.Key, current.VersionId ?? "null") : current;
        }

        StoredObject version = bucket.FindVersion(context.Key, versionId) ?? throw OssErrors.NoSuchVersion(context.Key, versionId);
        if (version.IsDeleteMarker)
            throw OssErrors.MethodNotAllowed(context.Http.Request.Method, "DeleteMarker")
                .WithHeader("x-oss-delete-marker", "true").WithHeader("x-oss-version-id", version.VersionId ?? "null");
        return version;
    }

    /// <summary>As <see cref="Find"/>, but NoSuchKey when there is none.</summary>
    public static StoredObject Require(OssContext context, Bucket bucket) => Find(context, bucket) ?? throw OssErrors.NoSuchKey(context.Key);

    /// <summary>Throws InvalidObjectState when the object lies in an archive and is not restored.</summary>
    public static void CheckReadable(OssContext context, StoredObject stored)
    {
        if (IsArchived(stored) && stored.Restore?.IsReadable(context.Now) != true)
            throw OssErrors.InvalidObjectState(stored.Key);
    }

    /// <summary>Whether the storage class needs a restore before reading.</summary>
    public static bool IsArchived(StoredObject stored) => stored.StorageClass is "Archive" or "ColdArchive" or "DeepColdArchive";

    /// <summary>The storage class as OSS writes it.</summary>
    public static string StorageClassOf(StoredObject stored) => stored.StorageClass ?? "Standard";

    /// <summary>Sets all headers that belong to the object.</summary>
    public static void SetHeaders(OssContext context, Bucket bucket, StoredObject stored)
    {
        SetBrief(context, bucket, stored);
        SetContentHeaders(context, stored);
        IHeaderDictionary headers = context.Http.Response.Headers;
        headers.AcceptRanges = "bytes";
        if (stored.Type == ObjectType.Normal)
            headers.ContentMD5 = Convert.ToBase64String(stored.Digests.Md5);
        SetIfKnown(headers, "x-oss-restore", RestoreText(stored, context.Now));
        if (stored.Type == ObjectType.Appendable)
            headers["x-oss-next-append-position"] = stored.Size.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Sets the headers that do not depend on the bytes, which a mirrored object has before its last byte.</summary>
    public static void SetContentHeaders(OssContext context, StoredObject stored)
    {
        IHeaderDictionary headers = context.Http.Response.Headers;
        headers.ContentType = stored.Headers.ContentType ?? "application/octet-stream";
        SetIfKnown(headers, "Cache-Control", stored.Headers.CacheControl);
        SetIfKnown(headers, "Content-Disposition", stored.Headers.ContentDisposition);
        SetIfKnown(headers, "Content-Encoding", stored.Headers.ContentEncoding);
        SetIfKnown(headers, "Content-Language", stored.Headers.ContentLanguage);
        SetIfKnown(headers, "Expires", stored.Headers.Expires);
        headers["x-oss-object-type"] = stored.Type.ToString();
        headers["x-oss-storage-class"] = StorageClassOf(stored);
        foreach ((string name, string value) in stored.UserMetadata)
            headers["x-oss-meta-" + name] = value;
        if (stored.Tags.Count > 0)
            headers["x-oss-tagging-count"] = stored.Tags.Count.ToString(CultureInfo.InvariantCulture);
        SetIfKnown(headers, "x-oss-server-side-encryption", stored.Encryption);
        if (stored.IsMirrored)
            headers["x-oss-tag"] = "MIRROR";
    }

    /// <summary>Sets what GetObjectMeta answers: ETag, date, CRC-64 and version.</summary>
    public static void SetBrief(OssContext context, Bucket bucket, StoredObject stored)
    {
        context.SetETag(stored.ETag);
        context.Http.Response.Headers.LastModified = OssTime.Http(stored.LastModified);
        context.SetCrc64(stored.Digests.Crc64);
        context.SetVersionId(bucket, stored);
    }

    /// <summary>The text of <c>x-oss-restore</c>; null when no restore was asked for or it has run out.</summary>
    public static string? RestoreText(StoredObject stored, DateTimeOffset now)
    {
        if (stored.Restore is not { } restore || !IsArchived(stored))
            return null;
        if (now < restore.ReadyAt)
            return "ongoing-request=\"true\"";
        if (!restore.IsReadable(now))
            return null;
        return restore.ExpiresAt is { } end ? $"ongoing-request=\"false\", expiry-date=\"{OssTime.Http(end)}\"" : "ongoing-request=\"false\"";
    }

    private static void SetIfKnown(IHeaderDictionary headers, string name, string? value)
    {
        if (value is not null)
            headers[name] = value;
    }
}
