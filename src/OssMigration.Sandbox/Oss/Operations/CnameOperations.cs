using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Custom domains bound to a bucket: requests with such a Host header mean that bucket.</summary>
internal static class CnameOperations
{
    private const string DocumentName = "cname";

    /// <summary>The bucket that a domain is bound to; null when none is.</summary>
    public static string? FindBucket(BucketRegistry buckets, string host) =>
        buckets.List().FirstOrDefault(bucket => Domains(bucket).Contains(host, StringComparer.OrdinalIgnoreCase))?.Name;

    /// <summary><c>GET /?cname</c>.</summary>
    public static Task ListAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        XmlText xml = new XmlText().Open("ListCnameResult"u8).Element("Bucket"u8, bucket.Name);
        xml.Owner();
        foreach (string domain in Domains(bucket))
            xml.Open("Cname"u8).Element("Domain"u8, domain).Element("LastModified"u8, bucket.Created).Element("Status"u8, "Enabled").Close("Cname"u8);
        return context.AnswerXmlAsync(xml.Close("ListCnameResult"u8));
    }

    /// <summary><c>POST /?cname&amp;comp=add|delete</c>.</summary>
    public static async Task ChangeAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        XElement root = XmlBody.Parse(await BodyReceiver.ReceiveXmlAsync(context), "BucketCnameConfiguration");
        string domain = root.Child("Cname")?.Word("Domain") ?? throw OssErrors.MalformedXml();
        string[] others = [.. Domains(bucket).Where(d => !d.Equals(domain, StringComparison.OrdinalIgnoreCase))];
        bucket.Documents[DocumentName] = context.Query.Value("comp") switch
        {
            "add" => string.Join('\n', [.. others, domain]),
            "delete" => string.Join('\n', others),
            string other => throw OssErrors.InvalidArgument("comp must be add or delete.", "comp", other),
            null => throw OssErrors.MissingArgument("comp"),
        };
        context.Answer(200);
    }

    private static string[] Domains(Bucket bucket) =>
        bucket.Documents.TryGetValue(DocumentName, out string? text) ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
}
