using System.Xml.Linq;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>DeleteObject and DeleteObjects.</summary>
internal static class Deletes
{
    private const int MostKeys = 1000;

    /// <summary>DELETE of an object: 204 whether or not it was there.</summary>
    public static Task DeleteAsync(S3Request request)
    {
        Deletion deletion = Deletion.Do(request.Bucket, request.Key, request.VersionId);
        IHeaderDictionary headers = request.Context.Response.Headers;
        if (deletion.IsMarker)
            headers["x-amz-delete-marker"] = "true";
        if (deletion.VersionId is not null)
            headers["x-amz-version-id"] = deletion.VersionId;
        return S3Answer.EmptyAsync(request, 204);
    }

    /// <summary>POST ?delete: up to 1,000 keys.</summary>
    public static async Task DeleteManyAsync(S3Request request)
    {
        if (!S3Body.HasIntegrity(request))
            throw S3Exception.InvalidRequest("Missing required header for this request: Content-MD5");
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "Delete");
        List<XElement> objects = [.. root.Elements().Where(element => element.Name.LocalName == "Object")];
        if (objects.Count is 0 or > MostKeys)
            throw S3Exception.MalformedXml();
        bool quiet = string.Equals(Child(root, "Quiet"), "true", StringComparison.OrdinalIgnoreCase);
        XmlText xml = S3Answer.Document("DeleteResult"u8);
        foreach (XElement element in objects)
        {
            string key = Child(element, "Key") ?? throw S3Exception.MalformedXml();
            string? versionId = Child(element, "VersionId");
            Deletion deletion = Deletion.Do(request.Bucket, key, versionId);
            if (quiet)
                continue;
            xml.Open("Deleted"u8).Element("Key"u8, key).OptionalElement("VersionId"u8, versionId);
            if (deletion.IsMarker)
                xml.Element("DeleteMarker"u8, true).OptionalElement("DeleteMarkerVersionId"u8, deletion.VersionId);
            xml.Close("Deleted"u8);
        }
        await S3Answer.XmlAsync(request, xml.Close("DeleteResult"u8));
    }

    private static string? Child(XElement element, string name) =>
        element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    /// <summary>What a deletion did.</summary>
    private readonly record struct Deletion(bool IsMarker, string? VersionId)
    {
        public static Deletion Do(Bucket bucket, string key, string? versionId)
        {
            if (versionId is not null)
            {
                StoredObject? removed = bucket.DeleteVersion(key, versionId);
                return new Deletion(removed?.IsDeleteMarker == true, versionId);
            }
            return bucket.Delete(key) is { } marker ? new Deletion(true, marker.VersionId ?? "null") : default;
        }
    }
}
