using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>
/// Reads a page of ListObjectVersions, whose form S3 and OSS share.
/// </summary>
/// <param name="store">For errors.</param>
/// <param name="entryOf">What the store's listing would say of a version of this key, size, ETag, date and storage class.</param>
internal sealed class VersionsXml(string store, Func<string, long, StoreTag, DateTimeOffset, string?, ObjectEntry> entryOf)
{
    /// <summary>The page.</summary>
    /// <exception cref="StoreException">It is not understood.</exception>
    public VersionPage Read(XElement page)
    {
        if (page.Name.LocalName != "ListVersionsResult" || page.Text("IsTruncated")?.Trim() is not ("true" or "false"))
            throw NotUnderstood(null);
        bool isEncoded = page.Text("EncodingType")?.Trim() == "url";
        try
        {
            List<ObjectVersion> versions = [];
            foreach (XElement entry in page.Elements())
            {
                if (entry.Name.LocalName is "Version" or "DeleteMarker")
                    versions.Add(ReadVersion(entry, isEncoded));
            }

            return new VersionPage(versions, page.Text("IsTruncated")!.Trim() == "true" ? NextMarker(page, isEncoded) : null);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw NotUnderstood(error);
        }
    }

    private VersionMarker NextMarker(XElement page, bool isEncoded)
    {
        // A page that does not say how it goes on must not pass for the last one.
        if (page.Text("NextKeyMarker") is not { Length: > 0 } key)
            throw NotUnderstood(null);
        string? versionId = page.Text("NextVersionIdMarker");
        return new VersionMarker(Decode(key, isEncoded), string.IsNullOrEmpty(versionId) ? null : versionId);
    }

    private ObjectVersion ReadVersion(XElement entry, bool isEncoded)
    {
        bool isMarker = entry.Name.LocalName == "DeleteMarker";
        string key = Decode(Required(entry, "Key"), isEncoded);
        long size = isMarker ? 0 : long.Parse(Required(entry, "Size"), NumberStyles.Integer, CultureInfo.InvariantCulture);
        DateTimeOffset modified = DateTimeOffset.Parse(Required(entry, "LastModified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new ObjectVersion(
            key, entry.Text("VersionId") is { Length: > 0 } id ? id : "null", Required(entry, "IsLatest").Trim() == "true", isMarker, size, modified)
        {
            Entry = isMarker ? null : entryOf(key, size, StoreTag.Of(entry.Text("ETag")?.Trim('"', ' ') is { Length: > 0 } etag ? etag : null), modified, entry.Text("StorageClass")),
        };
    }

    private string Required(XElement entry, string name) => entry.Text(name) ?? throw NotUnderstood(null);

    private StoreException NotUnderstood(Exception? cause) => AnswerXml.NotUnderstood(store, null, cause);

    private static string Decode(string name, bool isEncoded) => isEncoded ? PercentEncoding.Decode(name) : name;
}
