namespace OssMigration.Sandbox.S3;

/// <summary>What a request asks for.</summary>
/// <param name="Operation">The operation's name, as in statistics and faults.</param>
/// <param name="ServeAsync">Serves it.</param>
/// <param name="NeedsBucket">Whether the bucket must be there.</param>
internal sealed record S3Route(string Operation, Func<S3Request, Task> ServeAsync, bool NeedsBucket = true);

/// <summary>Finds the operation from verb, bucket or key, and sub-resource.</summary>
internal static class S3Router
{
    private static readonly S3Route ListBuckets = new("ListBuckets", BucketOperations.ListBucketsAsync, NeedsBucket: false);
    private static readonly S3Route CreateBucket = new("CreateBucket", BucketOperations.CreateAsync, NeedsBucket: false);
    private static readonly S3Route DeleteBucket = new("DeleteBucket", BucketOperations.DeleteAsync);
    private static readonly S3Route HeadBucket = new("HeadBucket", BucketOperations.HeadAsync);
    private static readonly S3Route ListObjects = new("ListObjects", Listings.ListV1Async);
    private static readonly S3Route ListObjectsV2 = new("ListObjectsV2", Listings.ListV2Async);
    private static readonly S3Route GetObject = new("GetObject", Reads.GetAsync);
    private static readonly S3Route HeadObject = new("HeadObject", Reads.HeadAsync);
    private static readonly S3Route PutObject = new("PutObject", Writes.PutAsync);
    private static readonly S3Route CopyObject = new("CopyObject", Writes.CopyAsync);
    private static readonly S3Route DeleteObject = new("DeleteObject", Deletes.DeleteAsync);
    private static readonly S3Route UploadPart = new("UploadPart", Multipart.UploadPartAsync);
    private static readonly S3Route UploadPartCopy = new("UploadPartCopy", Multipart.UploadPartCopyAsync);

    // Sub-resources are looked for in this order; the first that the query names decides.
    private static readonly (string Verb, string Name, S3Route Route)[] OfObjects =
    [
        ("GET", "uploadId", new("ListParts", Multipart.ListPartsAsync)),
        ("GET", "tagging", new("GetObjectTagging", Tagging.GetAsync)),
        ("GET", "acl", new("GetObjectAcl", Acls.GetObjectAsync)),
        ("GET", "attributes", new("GetObjectAttributes", Reads.AttributesAsync)),
        ("PUT", "tagging", new("PutObjectTagging", Tagging.PutAsync)),
        ("PUT", "acl", new("PutObjectAcl", Acls.PutObjectAsync)),
        ("POST", "uploads", new("CreateMultipartUpload", Multipart.CreateAsync)),
        ("POST", "uploadId", new("CompleteMultipartUpload", Multipart.CompleteAsync)),
        ("POST", "restore", new("RestoreObject", Archive.RestoreAsync)),
        ("DELETE", "uploadId", new("AbortMultipartUpload", Multipart.AbortAsync)),
        ("DELETE", "tagging", new("DeleteObjectTagging", Tagging.DeleteAsync)),
    ];

    private static readonly (string Verb, string Name, S3Route Route)[] OfBuckets =
    [
        ("GET", "location", new("GetBucketLocation", BucketOperations.LocationAsync)),
        ("GET", "versioning", new("GetBucketVersioning", BucketOperations.GetVersioningAsync)),
        ("PUT", "versioning", new("PutBucketVersioning", BucketOperations.PutVersioningAsync)),
        ("GET", "versions", new("ListObjectVersions", Listings.ListVersionsAsync)),
        ("GET", "uploads", new("ListMultipartUploads", Multipart.ListUploadsAsync)),
        ("GET", "acl", new("GetBucketAcl", Acls.GetBucketAsync)),
        ("PUT", "acl", new("PutBucketAcl", Acls.PutBucketAsync)),
        ("POST", "delete", new("DeleteObjects", Deletes.DeleteManyAsync)),
    ];

    /// <summary>Finds the operation.</summary>
    /// <exception cref="S3Exception">There is none for this verb and query.</exception>
    public static S3Route Find(S3Request request)
    {
        string verb = request.Context.Request.Method;
        if (request.BucketName is null)
            return verb == "GET" ? ListBuckets : throw NotAllowed();
        if (!request.HasKey)
            return OfBucket(request, verb);
        return Named(request, verb, OfObjects) ?? verb switch
        {
            "GET" => GetObject,
            "HEAD" => HeadObject,
            "PUT" => OfPut(request),
            "DELETE" => DeleteObject,
            _ => throw NotAllowed(),
        };
    }

    private static S3Route OfBucket(S3Request request, string verb) =>
        Named(request, verb, OfBuckets) ?? BucketDocuments.Find(request, verb) ?? verb switch
        {
            "GET" => request.Target.Value("list-type") == "2" ? ListObjectsV2 : ListObjects,
            "HEAD" => HeadBucket,
            "PUT" => CreateBucket,
            "DELETE" => DeleteBucket,
            _ => throw NotAllowed(),
        };

    private static S3Route OfPut(S3Request request)
    {
        bool isCopy = request.Header("x-amz-copy-source") is not null;
        if (request.Target.Has("partNumber") && request.Target.Has("uploadId"))
            return isCopy ? UploadPartCopy : UploadPart;
        foreach (string name in (ReadOnlySpan<string>)["retention", "legal-hold", "torrent"])
            if (request.Target.Has(name))
                throw S3Exception.NotImplemented(name);
        return isCopy ? CopyObject : PutObject;
    }

    private static S3Route? Named(S3Request request, string verb, (string Verb, string Name, S3Route Route)[] routes)
    {
        if (request.Target.Query.Count == 0)
            return null;
        foreach ((string routeVerb, string name, S3Route route) in routes)
            if (routeVerb == verb && request.Target.Has(name))
                return route;
        return null;
    }

    private static S3Exception NotAllowed() =>
        new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
}
