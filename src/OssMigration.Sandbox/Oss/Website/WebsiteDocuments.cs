using System.Runtime.CompilerServices;
using System.Text;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>The website configuration of a bucket; each text is read once.</summary>
internal static class WebsiteDocuments
{
    /// <summary>The name under which a bucket keeps it.</summary>
    public const string Name = "website";

    private static readonly ConditionalWeakTable<string, WebsiteDocument> Parsed = [];

    /// <summary>The configuration that stands; null when there is none.</summary>
    public static WebsiteDocument? Of(Bucket bucket) => bucket.Documents.TryGetValue(Name, out string? xml)
        ? Parsed.GetValue(xml, static text => WebsiteDocument.Parse(Encoding.UTF8.GetBytes(text)))
        : null;
}
