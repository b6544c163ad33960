using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <content>ListMultipartUploads.</content>
internal static partial class Multipart
{
    /// <summary>GET ?uploads.</summary>
    public static Task ListUploadsAsync(S3Request request)
    {
        string prefix = request.Target.Value("prefix") ?? "";
        string? delimiter = request.Target.Value("delimiter") is { Length: > 0 } text ? text : null;
        string keyMarker = request.Target.Value("key-marker") ?? "";
        string idMarker = request.Target.Value("upload-id-marker") ?? "";
        int most = Math.Min(request.Number("max-uploads", 1000), 1000);
        bool isEncoded = request.Target.Value("encoding-type") == "url";
        string Encode(string name) => isEncoded ? UriText.Encode(name, keepSlash: true).Replace("%20", "+", StringComparison.Ordinal) : name;

        List<MultipartUpload> shown = [];
        SortedSet<string> prefixes = new(KeyOrder.Instance);
        bool isTruncated = false;
        (string Key, string Id) last = ("", "");
        foreach (MultipartUpload upload in request.Bucket.Uploads.List())
        {
            string key = upload.Draft.Key;
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || !IsBehind(upload, keyMarker, idMarker))
                continue;
            int at = delimiter is null ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string? rolled = at < 0 ? null : key[..(at + delimiter!.Length)];
            if (rolled is not null && (prefixes.Contains(rolled) || (keyMarker.Length > 0 && KeyOrder.Compare(rolled, keyMarker) <= 0)))
                continue;
            if (shown.Count + prefixes.Count == most)
            {
                isTruncated = true;
                break;
            }
            if (rolled is null)
                shown.Add(upload);
            else
                prefixes.Add(rolled);
            last = (rolled ?? key, rolled is null ? upload.Id : "");
        }
        XmlText xml = S3Answer.Document("ListMultipartUploadsResult"u8);
        xml.Element("Bucket"u8, request.BucketName!).Element("KeyMarker"u8, Encode(keyMarker)).Element("UploadIdMarker"u8, idMarker);
        if (isTruncated)
            xml.Element("NextKeyMarker"u8, Encode(last.Key)).Element("NextUploadIdMarker"u8, last.Id);
        xml.Element("Prefix"u8, Encode(prefix));
        if (delimiter is not null)
            xml.Element("Delimiter"u8, Encode(delimiter));
        if (isEncoded)
            xml.Element("EncodingType"u8, "url");
        xml.Element("MaxUploads"u8, most).Element("IsTruncated"u8, isTruncated);
        foreach (MultipartUpload upload in shown)
        {
            xml.Open("Upload"u8).Element("Key"u8, Encode(upload.Draft.Key)).Element("UploadId"u8, upload.Id);
            Listings.WriteOwner(xml);
            xml.Element("StorageClass"u8, upload.Draft.StorageClass ?? "STANDARD").Element("Initiated"u8, upload.Initiated).Close("Upload"u8);
        }
        foreach (string rolled in prefixes)
            xml.Open("CommonPrefixes"u8).Element("Prefix"u8, Encode(rolled)).Close("CommonPrefixes"u8);
        return S3Answer.XmlAsync(request, xml.Close("ListMultipartUploadsResult"u8));
    }

    // An upload id marker without a key marker means nothing; with one, uploads of that key with greater ids follow.
    private static bool IsBehind(MultipartUpload upload, string keyMarker, string idMarker)
    {
        if (keyMarker.Length == 0)
            return true;
        int order = KeyOrder.Compare(upload.Draft.Key, keyMarker);
        return order > 0 || (order == 0 && idMarker.Length > 0 && string.CompareOrdinal(upload.Id, idMarker) > 0);
    }
}
