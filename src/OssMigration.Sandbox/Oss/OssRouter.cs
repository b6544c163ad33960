using OssMigration.Sandbox.Oss.Operations;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss;

/// <summary>An operation of OSS.</summary>
/// <param name="Name">Its name in the documentation, in statistics and in fault plans.</param>
/// <param name="Access">What it needs to be allowed.</param>
/// <param name="Serve">Answers the request.</param>
internal sealed record OssOperation(string Name, OssAccess Access, Func<OssContext, Task> Serve);

/// <summary>Finds the operation that a method, a target and its sub-resources mean.</summary>
internal static class OssRouter
{
    private static readonly OssOperation Unknown = new("Unknown", OssAccess.Owner, static context =>
        throw OssErrors.MethodNotAllowed(context.Http.Request.Method, context.Target.Key is not null ? "Object" : context.Target.Bucket is not null ? "Bucket" : "Service"));

    private static readonly OssOperation Unsupported = new("Unsupported", OssAccess.Owner, static _ =>
        throw OssErrors.OperationNotSupported("The sandbox does not have this sub-resource."));

    private static readonly OssOperation ListBuckets = new("ListBuckets", OssAccess.Owner, BucketOperations.ListBucketsAsync);

    private static readonly Dictionary<(string Method, string SubResource), OssOperation> OfBucket = new()
    {
        [("GET", "")] = new("ListObjects", OssAccess.ReadBucket, ListOperations.ListObjectsAsync),
        [("GET", "list-type")] = new("ListObjectsV2", OssAccess.ReadBucket, ListOperations.ListObjectsV2Async),
        [("GET", "versions")] = new("ListObjectVersions", OssAccess.ReadBucket, ListOperations.ListObjectVersionsAsync),
        [("GET", "uploads")] = new("ListMultipartUploads", OssAccess.Owner, MultipartListOperations.ListMultipartUploadsAsync),
        [("GET", "bucketInfo")] = new("GetBucketInfo", OssAccess.Owner, BucketOperations.GetBucketInfoAsync),
        [("GET", "location")] = new("GetBucketLocation", OssAccess.Owner, BucketOperations.GetBucketLocationAsync),
        [("GET", "stat")] = new("GetBucketStat", OssAccess.Owner, BucketOperations.GetBucketStatAsync),
        [("GET", "acl")] = new("GetBucketAcl", OssAccess.Owner, BucketOperations.GetBucketAclAsync),
        [("GET", "versioning")] = new("GetBucketVersioning", OssAccess.Owner, ConfigurationOperations.GetVersioningAsync),
        [("GET", "website")] = new("GetBucketWebsite", OssAccess.Owner, ConfigurationOperations.GetWebsiteAsync),
        [("GET", "lifecycle")] = new("GetBucketLifecycle", OssAccess.Owner, ConfigurationOperations.GetLifecycleAsync),
        [("GET", "cname")] = new("ListCname", OssAccess.Owner, CnameOperations.ListAsync),
        [("HEAD", "")] = new("HeadBucket", OssAccess.ReadBucket, BucketOperations.HeadBucketAsync),
        [("PUT", "")] = new("PutBucket", OssAccess.Owner, BucketOperations.PutBucketAsync),
        [("PUT", "acl")] = new("PutBucketAcl", OssAccess.Owner, BucketOperations.PutBucketAclAsync),
        [("PUT", "versioning")] = new("PutBucketVersioning", OssAccess.Owner, ConfigurationOperations.PutVersioningAsync),
        [("PUT", "website")] = new("PutBucketWebsite", OssAccess.Owner, ConfigurationOperations.PutWebsiteAsync),
        [("PUT", "lifecycle")] = new("PutBucketLifecycle", OssAccess.Owner, ConfigurationOperations.PutLifecycleAsync),
        [("POST", "delete")] = new("DeleteMultipleObjects", OssAccess.WriteObject, DeleteOperations.DeleteMultipleObjectsAsync),
        [("POST", "cname")] = new("PutCname", OssAccess.Owner, CnameOperations.ChangeAsync),
        [("DELETE", "")] = new("DeleteBucket", OssAccess.Owner, BucketOperations.DeleteBucketAsync),
        [("DELETE", "website")] = new("DeleteBucketWebsite", OssAccess.Owner, ConfigurationOperations.DeleteWebsiteAsync),
        [("DELETE", "lifecycle")] = new("DeleteBucketLifecycle", OssAccess.Owner, ConfigurationOperations.DeleteLifecycleAsync),
    };

    private static readonly Dictionary<(string Method, string SubResource), OssOperation> OfObject = new()
    {
        [("GET", "")] = new("GetObject", OssAccess.ReadObject, ReadOperations.GetObjectAsync),
        [("GET", "objectMeta")] = new("GetObjectMeta", OssAccess.ReadObject, ReadOperations.GetObjectMetaAsync),
        [("GET", "uploadId")] = new("ListParts", OssAccess.Owner, MultipartListOperations.ListPartsAsync),
        [("GET", "acl")] = new("GetObjectAcl", OssAccess.Owner, ObjectPropertyOperations.GetAclAsync),
        [("GET", "tagging")] = new("GetObjectTagging", OssAccess.Owner, ObjectPropertyOperations.GetTaggingAsync),
        [("HEAD", "")] = new("HeadObject", OssAccess.ReadObject, ReadOperations.HeadObjectAsync),
        [("HEAD", "objectMeta")] = new("GetObjectMeta", OssAccess.ReadObject, ReadOperations.GetObjectMetaAsync),
        [("PUT", "")] = new("PutObject", OssAccess.WriteObject, WriteOperations.PutObjectAsync),
        [("PUT", "copy")] = new("CopyObject", OssAccess.Owner, CopyOperations.CopyObjectAsync),
        [("PUT", "uploadId")] = new("UploadPart", OssAccess.Owner, MultipartOperations.UploadPartAsync),
        [("PUT", "uploadId+copy")] = new("UploadPartCopy", OssAccess.Owner, CopyOperations.UploadPartCopyAsync),
        [("PUT", "acl")] = new("PutObjectAcl", OssAccess.Owner, ObjectPropertyOperations.PutAclAsync),
        [("PUT", "tagging")] = new("PutObjectTagging", OssAccess.Owner, ObjectPropertyOperations.PutTaggingAsync),
        [("POST", "append")] = new("AppendObject", OssAccess.WriteObject, WriteOperations.AppendObjectAsync),
        [("POST", "uploads")] = new("InitiateMultipartUpload", OssAccess.Owner, MultipartOperations.InitiateAsync),
        [("POST", "uploadId")] = new("CompleteMultipartUpload", OssAccess.Owner, MultipartOperations.CompleteAsync),
        [("POST", "restore")] = new("RestoreObject", OssAccess.Owner, ObjectPropertyOperations.RestoreAsync),
        [("DELETE", "")] = new("DeleteObject", OssAccess.WriteObject, DeleteOperations.DeleteObjectAsync),
        [("DELETE", "uploadId")] = new("AbortMultipartUpload", OssAccess.Owner, MultipartOperations.AbortAsync),
        [("DELETE", "tagging")] = new("DeleteObjectTagging", OssAccess.Owner, ObjectPropertyOperations.DeleteTaggingAsync),
    };

    private static readonly HashSet<string> Foreign = new(StringComparer.Ordinal)
    {
        "cors", "logging", "referer", "policy", "encryption", "inventory", "inventoryId", "worm", "wormId", "replication", "replicationLocation",
        "replicationProgress", "requestPayment", "transferAcceleration", "qosInfo", "style", "styleName", "metaQuery", "resourceGroup",
        "accessPoint", "publicAccessBlock", "symlink", "asyncFetch", "x-oss-process", "x-oss-async-process", "regionList", "httpsConfig",
    };

    /// <summary>The operation of a request.</summary>
    public static OssOperation Resolve(string method, OssTarget target, bool hasCopySource)
    {
        if (target.Bucket is null)
            return target.Query.Has("regionList") ? Unsupported : method == "GET" ? ListBuckets : Unknown;
        Dictionary<(string, string), OssOperation> operations = target.Key is null ? OfBucket : OfObject;
        string subResource = string.Empty;
        foreach (QueryParameter parameter in target.Query.Query)
        {
            if (Foreign.Contains(parameter.Name) || (target.Key is null && parameter.Name == "tagging"))
                return Unsupported;
            if (parameter.Name == "list-type" && parameter.Value != "2")
                continue;
            if (operations.ContainsKey((method, parameter.Name)))
                subResource = parameter.Name;
        }

        if (hasCopySource && method == "PUT" && target.Key is not null)
            subResource = subResource switch { "" => "copy", "uploadId" => "uploadId+copy", _ => subResource };
        return operations.GetValueOrDefault((method, subResource), Unknown);
    }
}
