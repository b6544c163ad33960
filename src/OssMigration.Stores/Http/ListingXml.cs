using System.Globalization;
using System.Xml;

namespace OssMigration.Stores.Http;

/// <summary>One object of a listing, keys and ETags as the answer has them but url-decoded and unquoted.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">Without quotes, or null.</param>
/// <param name="LastModified">UTC.</param>
/// <param name="StorageClass">The vendor's name, or null.</param>
/// <param name="Restore">OSS: the text of RestoreInfo. S3: "restored" or "restoring" out of RestoreStatus. Null where absent.</param>
internal readonly record struct ListedObject(
    string Key, long Size, string? ETag, DateTimeOffset LastModified, string? StorageClass, string? Restore);

/// <summary>A page of ListObjectsV2 (or V1), S3 and OSS alike.</summary>
internal sealed class ListingPage
{
    /// <summary>The objects in the order of the answer.</summary>
    public List<ListedObject> Objects { get; } = [];

    /// <summary>Common prefixes of the page, counted.</summary>
    public int CommonPrefixes { get; set; }

    /// <summary>KeyCount as the store wrote it; null where it did not.</summary>
    public int? KeyCount { get; set; }

    /// <summary>Whether the answer says that its names are url-encoded. Keys and markers here are decoded already.</summary>
    public bool IsUrlEncoded { get; set; }

    /// <summary>Whether more is to come; null where the answer does not say, so that it must not be taken for the last page.</summary>
    public bool? IsTruncated { get; set; }

    /// <summary>The token of the next page as it stands in the answer (OSS encodes it with the names, S3 does not), or null.</summary>
    public string? NextContinuationToken { get; set; }

    /// <summary>The marker of the next page of a V1 listing, or null.</summary>
    public string? NextMarker { get; set; }
}

/// <summary>Reads listings as a stream of XML nodes: no tree is built.</summary>
internal static class ListingXml
{
    /// <summary>Reads one page.</summary>
    /// <exception cref="XmlException">No XML, or no listing.</exception>
    /// <exception cref="FormatException">A number or date is none.</exception>
    public static ListingPage Read(PooledBody body)
    {
        using XmlReader reader = AnswerXml.Open(body);
        ListingPage page = new();
        reader.MoveToContent();
        if (reader.LocalName != "ListBucketResult")
            throw new XmlException($"A listing was expected, not {reader.LocalName}.");
        reader.Read();
        while (!reader.EOF && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
                continue;
            }

            switch (reader.LocalName)
            {
                case "Contents":
                    page.Objects.Add(ReadObject(reader));
                    break;
                case "CommonPrefixes":
                    page.CommonPrefixes++;
                    reader.Skip();
                    break;
                case "KeyCount":
                    page.KeyCount = int.Parse(reader.ReadElementContentAsString(), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
                    break;
                case "IsTruncated":
                    page.IsTruncated = reader.ReadElementContentAsString().Trim() is "true" or "True";
                    break;
                case "NextContinuationToken":
                    page.NextContinuationToken = reader.ReadElementContentAsString();
                    break;
                case "NextMarker":
                    page.NextMarker = reader.ReadElementContentAsString();
                    break;
                case "EncodingType":
                    page.IsUrlEncoded = reader.ReadElementContentAsString().Trim() == "url";
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // EncodingType may come after the keys.
        if (page.IsUrlEncoded)
            DecodeKeys(page);
        return page;
    }

    private static void DecodeKeys(ListingPage page)
    {
        for (int i = 0; i < page.Objects.Count; i++)
            page.Objects[i] = page.Objects[i] with { Key = PercentEncoding.Decode(page.Objects[i].Key) };
        if (page.NextMarker is not null)
            page.NextMarker = PercentEncoding.Decode(page.NextMarker);
    }

    private static ListedObject ReadObject(XmlReader reader)
    {
        string? key = null, etag = null, storageClass = null, restore = null;
        long size = 0;
        DateTimeOffset modified = default;
        if (reader.IsEmptyElement)
            throw new XmlException("An entry of the listing is empty.");
        reader.Read();
        while (reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                if (!reader.Read())
                    break;
                continue;
            }

            switch (reader.LocalName)
            {
                case "Key":
                    key = reader.ReadElementContentAsString();
                    break;
                case "Size":
                    size = long.Parse(reader.ReadElementContentAsString(), NumberStyles.Integer, CultureInfo.InvariantCulture);
                    break;
                case "ETag":
                    etag = reader.ReadElementContentAsString().Trim('"', ' ');
                    break;
                case "LastModified":
                    modified = DateTimeOffset.Parse(reader.ReadElementContentAsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                    break;
                case "StorageClass":
                    storageClass = reader.ReadElementContentAsString();
                    break;
                case "RestoreInfo":
                    restore = reader.ReadElementContentAsString();
                    break;
                case "RestoreStatus":
                    restore = ReadRestoreStatus(reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.ReadEndElement();
        return new ListedObject(key ?? throw new XmlException("An entry of the listing has no key."), size, etag, modified, storageClass, restore);
    }

    private static string? ReadRestoreStatus(XmlReader reader)
    {
        string? restore = null;
        using XmlReader inner = reader.ReadSubtree();
        string element = "";
        while (inner.Read())
        {
            if (inner.NodeType == XmlNodeType.Element)
                element = inner.LocalName;
            if (inner.NodeType != XmlNodeType.Text)
                continue;
            if (element == "IsRestoreInProgress" && inner.Value.Trim() == "true")
                restore = "restoring";
            if (element == "RestoreExpiryDate")
                restore = "restored";
        }

        reader.Skip();
        return restore;
    }
}
