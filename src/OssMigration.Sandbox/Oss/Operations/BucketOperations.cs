using System.Globalization;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>The service and its buckets: list, create, delete, information, statistics, ACL.</summary>
internal static class BucketOperations
{
    /// <summary><c>GET /</c>.</summary>
    public static Task ListBucketsAsync(OssContext context)
    {
        string prefix = context.Query.Value("prefix") ?? string.Empty;
        string marker = context.Query.Value("marker") ?? string.Empty;
        int most = context.Number("max-keys", OssLimits.DefaultListKeys, 1, OssLimits.ListKeys);
        List<Bucket> following = [.. context.Side.Buckets.List()
            .Where(bucket => bucket.Name.StartsWith(prefix, StringComparison.Ordinal) && KeyOrder.Compare(bucket.Name, marker) > 0)];
        XmlText xml = new XmlText().Open("ListAllMyBucketsResult"u8)
            .Element("Prefix"u8, prefix).Element("Marker"u8, marker).Element("MaxKeys"u8, most)
            .Element("IsTruncated"u8, following.Count > most)
            .Element("NextMarker"u8, following.Count > most ? following[most - 1].Name : string.Empty)
            .Owner().Open("Buckets"u8);
        foreach (Bucket bucket in following.Take(most))
        {
            xml.Open("Bucket"u8);
            AddPlace(xml, bucket);
            xml.Close("Bucket"u8);
        }

        return context.AnswerXmlAsync(xml.Close("Buckets"u8).Close("ListAllMyBucketsResult"u8));
    }

    /// <summary><c>PUT /</c>; the own bucket with the same attributes may be put again.</summary>
    public static async Task PutBucketAsync(OssContext context)
    {
        string name = context.Target.Bucket!;
        OssNames.CheckBucket(name);
        string? acl = ReadAcl(context);
        (string? storageClass, string? redundancy) = ReadCreation(await BodyReceiver.ReceiveXmlAsync(context));
        if (!context.Side.Buckets.TryGet(name, out Bucket? bucket))
        {
            if (context.Side.Buckets.List().Count >= OssLimits.Buckets)
                throw OssErrors.TooManyBuckets();
            bucket = context.Side.Buckets.Create(name) ?? throw OssErrors.BucketAlreadyExists(name);
            bucket.StorageClass = storageClass;
            bucket.Redundancy = redundancy;
        }
        else if ((bucket.StorageClass ?? "Standard") != (storageClass ?? "Standard") || (bucket.Redundancy ?? "LRS") != (redundancy ?? "LRS"))
        {
            throw OssErrors.BucketAlreadyExists(name);
        }

        bucket.Acl = acl ?? bucket.Acl;
        context.SetHeader("Location", "/" + name);
        context.Answer(200);
    }

    /// <summary><c>DELETE /</c>.</summary>
    public static Task DeleteBucketAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        if (!bucket.IsEmpty() || bucket.Uploads.List().Count > 0)
            throw OssErrors.BucketNotEmpty(bucket.Name);
        context.Side.Buckets.Remove(bucket.Name);
        context.Answer(204);
        return Task.CompletedTask;
    }

    /// <summary><c>HEAD /</c>.</summary>
    public static Task HeadBucketAsync(OssContext context)
    {
        context.SetHeader("x-oss-bucket-region", context.Bucket.Region);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /?bucketInfo</c>.</summary>
    public static Task GetBucketInfoAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        XmlText xml = new XmlText().Open("BucketInfo"u8).Open("Bucket"u8);
        AddPlace(xml, bucket);
        xml.Element("DataRedundancyType"u8, bucket.Redundancy ?? "LRS").Owner()
            .Open("AccessControlList"u8).Element("Grant"u8, bucket.Acl ?? "private").Close("AccessControlList"u8)
            .Element("TransferAcceleration"u8, "Disabled").Element("CrossRegionReplication"u8, "Disabled")
            .Element("AccessMonitor"u8, "Disabled").Element("BlockPublicAccess"u8, false)
            .Open("ServerSideEncryptionRule"u8).Element("SSEAlgorithm"u8, "None").Close("ServerSideEncryptionRule"u8)
            .Open("BucketPolicy"u8).Element("LogBucket"u8, string.Empty).Element("LogPrefix"u8, string.Empty).Close("BucketPolicy"u8);
        if (bucket.Versioning != VersioningState.Off)
            xml.Element("Versioning"u8, bucket.Versioning.ToString());
        return context.AnswerXmlAsync(xml.Close("Bucket"u8).Close("BucketInfo"u8));
    }

    /// <summary><c>GET /?location</c>.</summary>
    public static Task GetBucketLocationAsync(OssContext context) =>
        context.AnswerXmlAsync(new XmlText().Element("LocationConstraint"u8, "oss-" + context.Bucket.Region));

    /// <summary><c>GET /?stat</c>; old versions count as storage, delete markers do not.</summary>
    public static Task GetBucketStatAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        (long storage, long objects, DateTimeOffset modified) = bucket.Read(Count);
        return context.AnswerXmlAsync(new XmlText().Open("BucketStat"u8)
            .Element("Storage"u8, storage).Element("ObjectCount"u8, objects)
            .Element("MultipartUploadCount"u8, bucket.Uploads.List().Count)
            .Element("LastModifiedTime"u8, Math.Max(0, modified.ToUnixTimeSeconds()))
            .Close("BucketStat"u8));
    }

    /// <summary><c>GET /?acl</c>.</summary>
    public static Task GetBucketAclAsync(OssContext context) => context.AnswerXmlAsync(Acl(context.Bucket.Acl ?? "private"));

    /// <summary><c>PUT /?acl</c>.</summary>
    public static Task PutBucketAclAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        bucket.Acl = ReadAcl(context) ?? throw OssErrors.MissingArgument("x-oss-acl");
        context.Answer(200);
        return Task.CompletedTask;
    }

    /// <summary>An AccessControlPolicy.</summary>
    public static XmlText Acl(string grant) => new XmlText().Open("AccessControlPolicy"u8).Owner()
        .Open("AccessControlList"u8).Element("Grant"u8, grant).Close("AccessControlList"u8).Close("AccessControlPolicy"u8);

    private static void AddPlace(XmlText xml, Bucket bucket) => xml
        .Element("Name"u8, bucket.Name)
        .Element("Location"u8, "oss-" + bucket.Region)
        .Element("Region"u8, bucket.Region)
        .Element("CreationDate"u8, bucket.Created)
        .Element("ExtranetEndpoint"u8, $"oss-{bucket.Region}.aliyuncs.com")
        .Element("IntranetEndpoint"u8, $"oss-{bucket.Region}-internal.aliyuncs.com")
        .Element("StorageClass"u8, bucket.StorageClass ?? "Standard");

    private static (long Storage, long Objects, DateTimeOffset Modified) Count(ObjectCursor cursor)
    {
        long storage = 0;
        long objects = 0;
        DateTimeOffset modified = DateTimeOffset.UnixEpoch;
        cursor.Seek(KeyBound.Start);
        while (cursor.MoveNext())
        {
            for (StoredObject? version = cursor.Current; version is not null; version = version.Older)
            {
                if (version.IsDeleteMarker)
                    continue;
                storage += version.Size;
                objects++;
                modified = version.LastModified > modified ? version.LastModified : modified;
            }
        }

        return (storage, objects, modified);
    }

    private static string? ReadAcl(OssContext context)
    {
        string? acl = context.Header("x-oss-acl");
        return acl is null or "private" or "public-read" or "public-read-write"
            ? acl
            : throw OssErrors.InvalidArgument("no such bucket access control exists", "x-oss-acl", acl);
    }

    private static (string? StorageClass, string? Redundancy) ReadCreation(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return (null, null);
        XElement root = XmlBody.Parse(body, "CreateBucketConfiguration");
        string? redundancy = root.Word("DataRedundancyType");
        if (redundancy is not (null or "LRS" or "ZRS"))
            throw OssErrors.InvalidArgument("The data redundancy type is invalid.", "DataRedundancyType", redundancy);
        return (root.Word("StorageClass") is { } storageClass ? ObjectDraft.CheckStorageClass(storageClass) : null, redundancy);
    }
}
