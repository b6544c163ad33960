using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.S3;

/// <summary>Configuration documents of buckets, kept as they were sent.</summary>
internal static class BucketDocuments
{
    // Sub-resource, name in operations, root element (null for JSON), and what GET answers where nothing was put.
    private static readonly (string Name, string Operation, string? Root, string MissingCode)[] Known =
    [
        ("lifecycle", "BucketLifecycleConfiguration", "LifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("website", "BucketWebsite", "WebsiteConfiguration", "NoSuchWebsiteConfiguration"),
        ("policy", "BucketPolicy", null, "NoSuchBucketPolicy"),
        ("cors", "BucketCors", "CORSConfiguration", "NoSuchCORSConfiguration"),
        ("tagging", "BucketTagging", "Tagging", "NoSuchTagSet"),
        ("encryption", "BucketEncryption", "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
        ("replication", "BucketReplication", "ReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
        ("publicAccessBlock", "PublicAccessBlock", "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", "BucketOwnershipControls", "OwnershipControls", "OwnershipControlsNotFoundError"),
        ("object-lock", "ObjectLockConfiguration", "ObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
        ("logging", "BucketLogging", "BucketLoggingStatus", ""),
        ("notification", "BucketNotificationConfiguration", "NotificationConfiguration", ""),
        ("accelerate", "BucketAccelerateConfiguration", "AccelerateConfiguration", ""),
        ("requestPayment", "BucketRequestPayment", "RequestPaymentConfiguration", ""),
    ];

    private static readonly Dictionary<(string Verb, string Name), S3Route> Routes = Build();

    /// <summary>The operation on a document that the query names; null when it names none.</summary>
    public static S3Route? Find(S3Request request, string verb)
    {
        foreach (var parameter in request.Target.Query)
            if (Routes.TryGetValue((verb, parameter.Name), out S3Route? route))
                return route;
        return null;
    }

    private static Dictionary<(string, string), S3Route> Build()
    {
        var routes = new Dictionary<(string, string), S3Route>();
        foreach ((string name, string operation, string? root, string missing) in Known)
        {
            routes[("GET", name)] = new("Get" + operation, request => GetAsync(request, name, root, missing));
            routes[("PUT", name)] = new("Put" + operation, request => PutAsync(request, name, root));
            routes[("DELETE", name)] = new("Delete" + operation, request => DeleteAsync(request, name));
        }
        return routes;
    }

    private static async Task GetAsync(S3Request request, string name, string? root, string missing)
    {
        HttpResponse response = request.Context.Response;
        if (!request.Bucket.Documents.TryGetValue(name, out string? document))
        {
            if (missing.Length > 0)
                throw new S3Exception(404, missing, $"The {name} configuration does not exist") { Details = [("BucketName", request.Bucket.Name)] };
            document = name == "requestPayment"
                ? $"<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Payer>BucketOwner</Payer></{root}>"
                : $"<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
        }
        if (name == "lifecycle")
            response.Headers["x-amz-transition-default-minimum-object-size"] =
                request.Bucket.Documents.GetValueOrDefault("lifecycle-minimum-size", "all_storage_classes_128K");
        byte[] bytes = Encoding.UTF8.GetBytes(document);
        response.ContentType = root is null ? "application/json" : "application/xml";
        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes, request.Aborted);
    }

    private static async Task PutAsync(S3Request request, string name, string? root)
    {
        if (root is null)
        {
            request.Bucket.Documents[name] = Encoding.UTF8.GetString(await S3Body.ReadAllAsync(request));
            await S3Answer.EmptyAsync(request, 204);
            return;
        }
        if (name == "lifecycle" && !S3Body.HasIntegrity(request))
            throw S3Exception.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        (XElement element, string text) = await S3Body.ReadXmlAsync(request, root);
        if (name == "lifecycle")
        {
            if (request.Has(BucketHabits.LifecycleByConditions) && element.Descendants().All(part => part.Name.LocalName != "Condition"))
                throw S3Exception.MalformedXml();
            LifecycleDocument.Check(element);
            request.Bucket.Documents["lifecycle-minimum-size"] =
                request.Header("x-amz-transition-default-minimum-object-size") ?? "all_storage_classes_128K";
        }
        request.Bucket.Documents[name] = text;
        await S3Answer.EmptyAsync(request, 200);
    }

    private static Task DeleteAsync(S3Request request, string name)
    {
        request.Bucket.Documents.TryRemove(name, out _);
        return S3Answer.EmptyAsync(request, 204);
    }
}
