using System.Text.RegularExpressions;
using System.Xml.Linq;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Buckets themselves: list, create, delete, location, versioning.</summary>
internal static partial class BucketOperations
{
    /// <summary>GET of the service.</summary>
    public static async Task ListBucketsAsync(S3Request request)
    {
        XmlText xml = S3Answer.Document("ListAllMyBucketsResult"u8);
        Listings.WriteOwner(xml);
        xml.Open("Buckets"u8);
        foreach (Bucket bucket in request.Side.Buckets.List())
            xml.Open("Bucket"u8).Element("Name"u8, bucket.Name).Element("CreationDate"u8, bucket.Created).Close("Bucket"u8);
        await S3Answer.XmlAsync(request, xml.Close("Buckets"u8).Close("ListAllMyBucketsResult"u8));
    }

    /// <summary>PUT of a bucket, in the region that the body names.</summary>
    public static async Task CreateAsync(S3Request request)
    {
        string name = request.BucketName!;
        byte[] body = await S3Body.ReadAllAsync(request);
        string region = body.Length == 0 ? request.Side.Region : LocationIn(body) ?? request.Side.Region;
        if (request.Header("x-amz-acl") is { } acl)
            Acls.CheckCanned(acl);
        if (!BucketName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
            throw new S3Exception(400, "InvalidBucketName", "The specified bucket is not valid.") { Details = [("BucketName", name)] };
        if (request.Side.Buckets.Create(name, bucketRegion: region) is { } created)
            created.Acl = request.Header("x-amz-acl");
        else if (region != "us-east-1")
            throw new S3Exception(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.") { Details = [("BucketName", name)] };
        request.Context.Response.Headers.Location = "/" + name;
        await S3Answer.EmptyAsync(request, 200);
    }

    /// <summary>DELETE of an empty bucket.</summary>
    public static Task DeleteAsync(S3Request request)
    {
        if (!request.Bucket.IsEmpty())
            throw new S3Exception(409, "BucketNotEmpty", "The bucket you tried to delete is not empty") { Details = [("BucketName", request.Bucket.Name)] };
        request.Side.Buckets.Remove(request.Bucket.Name);
        return S3Answer.EmptyAsync(request, 204);
    }

    /// <summary>HEAD of a bucket.</summary>
    public static Task HeadAsync(S3Request request)
    {
        request.Context.Response.Headers["x-amz-bucket-region"] = request.Bucket.Region;
        request.Context.Response.ContentType = "application/xml";
        return S3Answer.EmptyAsync(request, 200);
    }

    /// <summary>GET ?location; us-east-1 is the empty one.</summary>
    public static Task LocationAsync(S3Request request)
    {
        string region = request.Bucket.Region == "us-east-1" ? "" : request.Bucket.Region;
        return S3Answer.XmlAsync(request, S3Answer.Document("LocationConstraint"u8).Text(region).Close("LocationConstraint"u8));
    }

    /// <summary>GET ?versioning.</summary>
    public static Task GetVersioningAsync(S3Request request)
    {
        XmlText xml = S3Answer.Document("VersioningConfiguration"u8);
        if (request.Bucket.Versioning != VersioningState.Off)
            xml.Element("Status"u8, request.Bucket.Versioning.ToString());
        return S3Answer.XmlAsync(request, xml.Close("VersioningConfiguration"u8));
    }

    /// <summary>PUT ?versioning.</summary>
    public static async Task PutVersioningAsync(S3Request request)
    {
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "VersioningConfiguration");
        string? status = root.Elements().FirstOrDefault(element => element.Name.LocalName == "Status")?.Value;
        VersioningState state = status switch
        {
            "Enabled" => VersioningState.Enabled,
            "Suspended" => VersioningState.Suspended,
            _ => throw new S3Exception(400, "IllegalVersioningConfigurationException", "The Versioning element must be specified"),
        };
        if (!request.Bucket.TrySetVersioning(state))
            throw S3Exception.NotImplemented("versioning of a folder or synthetic bucket");
        await S3Answer.EmptyAsync(request, 200);
    }

    private static string? LocationIn(byte[] body)
    {
        try
        {
            XElement root = XElement.Parse(System.Text.Encoding.UTF8.GetString(body));
            string? region = root.Elements().FirstOrDefault(element => element.Name.LocalName == "LocationConstraint")?.Value;
            return string.IsNullOrEmpty(region) ? null : region == "EU" ? "eu-west-1" : region;
        }
        catch (System.Xml.XmlException)
        {
            throw S3Exception.MalformedXml();
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName();
}
