using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Lifecycle;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Versioning, website and lifecycle of a bucket.</summary>
internal static class ConfigurationOperations
{
    /// <summary><c>GET /?versioning</c>; empty when never set.</summary>
    public static Task GetVersioningAsync(OssContext context)
    {
        VersioningState state = context.Bucket.Versioning;
        XmlText xml = new XmlText().Open("VersioningConfiguration"u8);
        if (state != VersioningState.Off)
            xml.Element("Status"u8, state.ToString());
        return context.AnswerXmlAsync(xml.Close("VersioningConfiguration"u8));
    }

    /// <summary><c>PUT /?versioning</c>; refused where a mirror rule stands.</summary>
    public static async Task PutVersioningAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        XElement root = XmlBody.Parse(await BodyReceiver.ReceiveXmlAsync(context), "VersioningConfiguration");
        VersioningState state = root.Word("Status") switch
        {
            "Enabled" => VersioningState.Enabled,
            "Suspended" => VersioningState.Suspended,
            _ => throw OssErrors.MalformedXml(),
        };
        if (WebsiteDocuments.Of(bucket) is { Mirrors: true })
            throw OssErrors.OperationNotSupported("Versioning and mirroring-based back-to-origin rules exclude each other.");
        if (!bucket.TrySetVersioning(state))
            throw OssErrors.OperationNotSupported("The store of this bucket holds no versions.");
        context.Answer(200);
    }

    /// <summary><c>GET /?website</c>: all that was put, in the service's order.</summary>
    public static Task GetWebsiteAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        return bucket.Documents.TryGetValue(WebsiteDocuments.Name, out string? xml)
            ? context.AnswerXmlAsync(WebsiteAnswer.Of(xml, context.Side.Website.MasksSecrets))
            : throw OssErrors.NoSuchWebsite(bucket.Name);
    }

    /// <summary><c>PUT /?website</c>: replaces the whole document.</summary>
    public static async Task PutWebsiteAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        WebsiteDocument document = WebsiteDocument.Parse(await BodyReceiver.ReceiveXmlAsync(context));
        if (document.Mirrors && bucket.Versioning != VersioningState.Off)
            throw OssErrors.OperationNotSupported("Versioning and mirroring-based back-to-origin rules exclude each other.");
        bucket.Documents[WebsiteDocuments.Name] = Encoding.UTF8.GetString(document.Xml);
        context.Answer(200);
    }

    /// <summary><c>DELETE /?website</c>.</summary>
    public static Task DeleteWebsiteAsync(OssContext context) => DeleteAsync(context, WebsiteDocuments.Name);

    /// <summary><c>GET /?lifecycle</c>.</summary>
    public static Task GetLifecycleAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        return bucket.Documents.TryGetValue(LifecycleDocument.Name, out string? xml)
            ? context.AnswerXmlAsync(Encoding.UTF8.GetBytes(xml))
            : throw OssErrors.NoSuchLifecycle(bucket.Name);
    }

    /// <summary><c>PUT /?lifecycle</c>: replaces the whole configuration.</summary>
    public static async Task PutLifecycleAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        string? overlap = context.Header("x-oss-allow-same-action-overlap");
        if (overlap is not (null or "true" or "false"))
            throw OssErrors.InvalidArgument("x-oss-allow-same-action-overlap must be true or false.", "x-oss-allow-same-action-overlap", overlap);
        bucket.Documents[LifecycleDocument.Name] = LifecycleDocument.Check(await BodyReceiver.ReceiveXmlAsync(context), overlap == "true");
        context.Answer(200);
    }

    /// <summary><c>DELETE /?lifecycle</c>.</summary>
    public static Task DeleteLifecycleAsync(OssContext context) => DeleteAsync(context, LifecycleDocument.Name);

    private static Task DeleteAsync(OssContext context, string document)
    {
        context.Bucket.Documents.TryRemove(document, out _);
        context.Answer(204);
        return Task.CompletedTask;
    }
}
