using System.Globalization;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>ListParts and ListMultipartUploads.</summary>
internal static class MultipartListOperations
{
    /// <summary><c>GET /key?uploadId=ID</c>.</summary>
    public static Task ListPartsAsync(OssContext context)
    {
        MultipartUpload upload = MultipartOperations.FindUpload(context);
        int most = context.Number("max-parts", OssLimits.DefaultListParts, 1, OssLimits.DefaultListParts);
        int marker = context.Number("part-number-marker", 0, 0, int.MaxValue);
        bool encodes = context.EncodesNames;
        List<UploadedPart> following = [.. upload.Parts().Where(part => part.Number > marker)];
        List<UploadedPart> page = [.. following.Take(most)];
        XmlText xml = new XmlText(256 + (page.Count * 200)).Open("ListPartsResult"u8);
        if (encodes)
            xml.Element("EncodingType"u8, "url");
        xml.Element("Bucket"u8, context.Bucket.Name).Element("Key"u8, Name(context.Key, encodes)).Element("UploadId"u8, upload.Id)
            .Element("StorageClass"u8, ObjectAnswer.StorageClassOf(upload.Draft))
            .Element("PartNumberMarker"u8, marker)
            .Element("NextPartNumberMarker"u8, page.Count > 0 ? page[^1].Number : 0)
            .Element("MaxParts"u8, most).Element("IsTruncated"u8, following.Count > page.Count);
        foreach (UploadedPart part in page)
            xml.Open("Part"u8).Element("PartNumber"u8, part.Number).Element("LastModified"u8, part.LastModified)
                .Element("ETag"u8, $"\"{part.ETag.ToUpperInvariant()}\"")
                .Element("HashCrc64ecma"u8, part.Crc64.ToString(CultureInfo.InvariantCulture))
                .Element("Size"u8, part.Content.Length).Close("Part"u8);
        return context.AnswerXmlAsync(xml.Close("ListPartsResult"u8));
    }

    /// <summary><c>GET /?uploads</c>.</summary>
    public static Task ListMultipartUploadsAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        int most = context.Number("max-uploads", OssLimits.ListKeys, 1, OssLimits.ListKeys);
        bool encodes = context.EncodesNames;
        string prefix = context.Query.Value("prefix") ?? string.Empty;
        string delimiter = context.Query.Value("delimiter") ?? string.Empty;
        string keyMarker = context.Query.Value("key-marker") ?? string.Empty;
        string idMarker = context.Query.Value("upload-id-marker") ?? string.Empty;
        List<(string Name, MultipartUpload? Upload)> entries = Entries(bucket, prefix, delimiter, keyMarker, idMarker, most + 1);
        bool truncated = entries.Count > most;
        if (truncated)
            entries.RemoveAt(most);
        XmlText xml = new XmlText(512 + (entries.Count * 256)).Open("ListMultipartUploadsResult"u8);
        if (encodes)
            xml.Element("EncodingType"u8, "url");
        xml.Element("Bucket"u8, bucket.Name).Element("KeyMarker"u8, Name(keyMarker, encodes)).Element("UploadIdMarker"u8, idMarker)
            .Element("NextKeyMarker"u8, truncated ? Name(entries[^1].Name, encodes) : string.Empty)
            .Element("NextUploadIdMarker"u8, truncated ? entries[^1].Upload?.Id ?? string.Empty : string.Empty)
            .Element("Delimiter"u8, Name(delimiter, encodes)).Element("Prefix"u8, Name(prefix, encodes))
            .Element("MaxUploads"u8, most).Element("IsTruncated"u8, truncated);
        foreach ((string name, MultipartUpload? upload) in entries)
        {
            if (upload is null)
                xml.Open("CommonPrefixes"u8).Element("Prefix"u8, Name(name, encodes)).Close("CommonPrefixes"u8);
            else
                xml.Open("Upload"u8).Element("Key"u8, Name(name, encodes)).Element("UploadId"u8, upload.Id)
                    .Element("StorageClass"u8, ObjectAnswer.StorageClassOf(upload.Draft))
                    .Element("Initiated"u8, upload.Initiated).Close("Upload"u8);
        }

        return context.AnswerXmlAsync(xml.Close("ListMultipartUploadsResult"u8));
    }

    private static List<(string Name, MultipartUpload? Upload)> Entries(
        Bucket bucket, string prefix, string delimiter, string keyMarker, string idMarker, int most)
    {
        List<(string Name, MultipartUpload? Upload)> entries = [];
        foreach (MultipartUpload upload in bucket.Uploads.List())
        {
            string key = upload.Draft.Key;
            int order = keyMarker.Length == 0 ? 1 : KeyOrder.Compare(key, keyMarker);
            bool behind = order > 0 || (order == 0 && idMarker.Length > 0 && string.CompareOrdinal(upload.Id, idMarker) > 0);
            if (!behind || !key.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            int cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string? common = cut < 0 ? null : key[..(cut + delimiter.Length)];
            if (common is not null && (common == keyMarker || (entries.Count > 0 && entries[^1].Name == common)))
                continue;
            entries.Add(common is null ? (key, upload) : (common, null));
            if (entries.Count == most)
                break;
        }

        return entries;
    }

    private static string Name(string name, bool encodes) => encodes ? UriText.Encode(name, keepSlash: false) : name;
}
