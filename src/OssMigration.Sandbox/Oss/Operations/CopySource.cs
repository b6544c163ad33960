using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>The object that <c>x-oss-copy-source</c> names, checked for readability and its conditions.</summary>
internal static class CopySource
{
    /// <summary>Finds the source: <c>/bucket/url-encoded-key[?versionId=id]</c>.</summary>
    /// <exception cref="OssErrorException">It is malformed, missing, archived or a condition does not hold.</exception>
    public static (Bucket Bucket, StoredObject Object) Find(OssContext context)
    {
        string header = context.Header("x-oss-copy-source")!;
        (string bucketName, string key, string? versionId) = Parse(header);
        if (!context.Side.Buckets.TryGet(bucketName, out Bucket? bucket))
            throw OssErrors.NoSuchBucket(bucketName);
        StoredObject? source = versionId is null ? bucket.Find(key) : bucket.FindVersion(key, versionId) ?? throw OssErrors.NoSuchVersion(key, versionId);
        if (source is null or { IsDeleteMarker: true })
            throw OssErrors.NoSuchKey(key);
        ObjectAnswer.CheckReadable(context, source);
        Conditions.Check(context, source, "x-oss-copy-source-");
        return (bucket, source);
    }

    private static (string Bucket, string Key, string? VersionId) Parse(string header)
    {
        try
        {
            RequestTarget target = RequestTarget.Parse(header.StartsWith('/') ? header : "/" + header);
            string path = target.RawPath[1..];
            int slash = path.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && slash < path.Length - 1)
                return (RequestTarget.DecodePath(path[..slash]), RequestTarget.DecodePath(path[(slash + 1)..]), target.Value("versionId"));
        }
        catch (FormatException)
        {
            // Falls through to the same answer as any other malformed source.
        }

        throw OssErrors.InvalidArgument("Copy Source must mention the source bucket and key: /sourcebucket/sourcekey", "x-oss-copy-source", header);
    }
}
