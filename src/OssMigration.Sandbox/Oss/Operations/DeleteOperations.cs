using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>DeleteObject and DeleteMultipleObjects.</summary>
internal static class DeleteOperations
{
    /// <summary><c>DELETE /key[?versionId=]</c>: 204 whether or not the key was there.</summary>
    public static Task DeleteObjectAsync(OssContext context)
    {
        DeletedItem item = Delete(context.Bucket, context.Key, context.Query.Value("versionId"));
        if (item.MarkerId is not null)
            context.SetHeader("x-oss-delete-marker", "true");
        if ((item.MarkerId ?? item.VersionId) is { } versionId)
            context.SetHeader("x-oss-version-id", versionId);
        context.Answer(204);
        return Task.CompletedTask;
    }

    /// <summary><c>POST /?delete</c>: up to 1000 keys; keys that are not there count as deleted.</summary>
    public static async Task DeleteMultipleObjectsAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        bool encodes = context.EncodesNames;
        if (context.Http.Request.ContentLength is null)
            throw OssErrors.MissingContentLength();
        XElement root = XmlBody.Parse(await BodyReceiver.ReceiveXmlAsync(context, requireMd5: true), "Delete");
        bool quiet = root.Flag("Quiet", byDefault: false);
        List<(string Key, string? VersionId)> asked = [.. root.Children("Object").Select(o => (o.Text("Key") ?? throw OssErrors.MalformedXml(), o.Word("VersionId")))];
        if (asked.Count is 0 or > OssLimits.DeleteKeys)
            throw OssErrors.MalformedXml();
        asked.ForEach(item => OssNames.CheckKey(item.Key));
        List<DeletedItem> deleted = [.. asked.Select(item => Delete(bucket, item.Key, item.VersionId))];
        if (quiet)
            context.Answer(200);
        else
            await context.AnswerXmlAsync(Result(deleted, encodes));
    }

    private static XmlText Result(List<DeletedItem> deleted, bool encodes)
    {
        XmlText xml = new(deleted.Count * 128);
        xml.Open("DeleteResult"u8);
        if (encodes)
            xml.Element("EncodingType"u8, "url");
        foreach (DeletedItem item in deleted)
        {
            xml.Open("Deleted"u8)
                .Element("Key"u8, encodes ? UriText.Encode(item.Key, keepSlash: false) : item.Key)
                .OptionalElement("VersionId"u8, item.VersionId);
            if (item.MarkerId is not null)
                xml.Element("DeleteMarker"u8, true).Element("DeleteMarkerVersionId"u8, item.MarkerId);
            xml.Close("Deleted"u8);
        }

        return xml.Close("DeleteResult"u8);
    }

    private static DeletedItem Delete(Bucket bucket, string key, string? versionId)
    {
        if (string.IsNullOrEmpty(versionId))
            return new DeletedItem(key, null, bucket.Delete(key) is { } marker ? marker.VersionId ?? "null" : null);
        StoredObject? removed = bucket.DeleteVersion(key, versionId);
        return new DeletedItem(key, versionId, removed is { IsDeleteMarker: true } ? versionId : null);
    }

    private sealed record DeletedItem(string Key, string? VersionId, string? MarkerId);
}
