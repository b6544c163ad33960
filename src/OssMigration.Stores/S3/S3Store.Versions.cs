using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store
{
    /// <inheritdoc/>
    public async Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
    {
        S3Request list = BucketRequest(
            ("versions", ""),
            ("encoding-type", "url"),
            ("max-keys", "1000"),
            ("prefix", keyPrefix.Length > 0 ? keyPrefix : null),
            ("key-marker", after?.Key),
            ("version-id-marker", after?.VersionId));
        XElement page = await LoadAsync(list, cancellationToken).ConfigureAwait(false);
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
            throw AnswerXml.NotUnderstood(DisplayName, null, error);
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
        return new ObjectVersion(
            Decode(entry.Text("Key") ?? throw NotUnderstood(null), isEncoded),
            entry.Text("VersionId") is { Length: > 0 } id ? id : "null",
            (entry.Text("IsLatest") ?? throw NotUnderstood(null)).Trim() == "true",
            isMarker,
            isMarker ? 0 : long.Parse(entry.Text("Size") ?? throw NotUnderstood(null), NumberStyles.Integer, CultureInfo.InvariantCulture),
            DateTimeOffset.Parse(entry.Text("LastModified") ?? throw NotUnderstood(null), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
    }

    private static string Decode(string name, bool isEncoded) => isEncoded ? PercentEncoding.Decode(name) : name;
}
