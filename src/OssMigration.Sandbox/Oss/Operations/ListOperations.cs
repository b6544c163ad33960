using System.Buffers.Text;
using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>ListObjectsV2, ListObjects and ListObjectVersions.</summary>
internal static class ListOperations
{
    /// <summary><c>GET /?list-type=2</c>.</summary>
    public static Task ListObjectsV2Async(OssContext context)
    {
        Bucket bucket = context.Bucket;
        ListRequest request = ListRequest.Read(context);
        string? startAfter = ListRequest.Text(context, "start-after");
        string? token = context.Query.Value("continuation-token");
        string? after = string.IsNullOrEmpty(token) ? startAfter : DecodeToken(token);
        ListPage page = context.Call.List(bucket, request.ToQuery(after), isContinued: !string.IsNullOrEmpty(token));
        bool withOwner = context.Query.Value("fetch-owner") == "true";
        XmlText xml = new XmlText(1024 + (page.Entries.Count * 320)).Open("ListBucketResult"u8);
        xml.Element("Name"u8, bucket.Name).Element("Prefix"u8, request.Name(request.Prefix));
        if (startAfter is not null)
            xml.Element("StartAfter"u8, request.Name(startAfter));
        xml.Element("MaxKeys"u8, request.MaxKeys).Element("Delimiter"u8, request.Name(request.Delimiter));
        if (request.Encodes)
            xml.Element("EncodingType"u8, "url");
        xml.Element("IsTruncated"u8, page.IsTruncated);
        if (!string.IsNullOrEmpty(token))
            xml.Element("ContinuationToken"u8, request.Name(token));
        if (page.IsTruncated)
            xml.Element("NextContinuationToken"u8, request.Name(EncodeToken(page.NextAfter ?? string.Empty)));
        AddEntries(context, xml, request, page.Entries, withOwner);
        return context.AnswerXmlAsync(xml.Element("KeyCount"u8, page.KeyCount).Close("ListBucketResult"u8));
    }

    /// <summary><c>GET /</c>.</summary>
    public static Task ListObjectsAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        ListRequest request = ListRequest.Read(context);
        string marker = ListRequest.Text(context, "marker") ?? string.Empty;
        ListPage page = context.Call.List(bucket, request.ToQuery(marker.Length == 0 ? null : marker), isContinued: false);
        XmlText xml = new XmlText(1024 + (page.Entries.Count * 360)).Open("ListBucketResult"u8);
        xml.Element("Name"u8, bucket.Name).Element("Prefix"u8, request.Name(request.Prefix)).Element("Marker"u8, request.Name(marker))
            .Element("MaxKeys"u8, request.MaxKeys).Element("Delimiter"u8, request.Name(request.Delimiter));
        if (request.Encodes)
            xml.Element("EncodingType"u8, "url");
        xml.Element("IsTruncated"u8, page.IsTruncated);
        if (page.IsTruncated)
            xml.Element("NextMarker"u8, request.Name(page.NextAfter ?? string.Empty));
        AddEntries(context, xml, request, page.Entries, withOwner: true);
        return context.AnswerXmlAsync(xml.Close("ListBucketResult"u8));
    }

    /// <summary><c>GET /?versions</c>.</summary>
    public static Task ListObjectVersionsAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        ListRequest request = ListRequest.Read(context);
        string keyMarker = ListRequest.Text(context, "key-marker") ?? string.Empty;
        string versionMarker = context.Query.Value("version-id-marker") ?? string.Empty;
        VersionPage page = bucket.ListVersions(new VersionQuery
        {
            Prefix = request.Prefix,
            Delimiter = request.Delimiter,
            KeyMarker = keyMarker.Length == 0 ? null : keyMarker,
            VersionIdMarker = versionMarker.Length == 0 ? null : versionMarker,
            MaxKeys = request.MaxKeys,
        });
        XmlText xml = new XmlText(1024 + (page.Entries.Count * 400)).Open("ListVersionsResult"u8);
        xml.Element("Name"u8, bucket.Name).Element("Prefix"u8, request.Name(request.Prefix))
            .Element("KeyMarker"u8, request.Name(keyMarker)).Element("VersionIdMarker"u8, versionMarker)
            .Element("MaxKeys"u8, request.MaxKeys).Element("Delimiter"u8, request.Name(request.Delimiter));
        if (request.Encodes)
            xml.Element("EncodingType"u8, "url");
        xml.Element("IsTruncated"u8, page.IsTruncated);
        if (page.IsTruncated)
            xml.Element("NextKeyMarker"u8, request.Name(page.NextKeyMarker ?? string.Empty)).Element("NextVersionIdMarker"u8, page.NextVersionIdMarker ?? string.Empty);
        foreach (ListEntry entry in page.Entries)
            AddVersion(context, xml, request, entry);
        return context.AnswerXmlAsync(xml.Close("ListVersionsResult"u8));
    }

    private static void AddEntries(OssContext context, XmlText xml, ListRequest request, IReadOnlyList<ListEntry> entries, bool withOwner)
    {
        DateTimeOffset now = context.Now;
        foreach (ListEntry entry in entries)
        {
            if (entry.Object is null || ETags.Read(context.Bucket, entry.Object) is not { } found)
                continue;
            xml.Open("Contents"u8).Element("Key"u8, request.Name(entry.Name));
            AddObject(context, xml, found.Object);
            if (withOwner)
                xml.Owner();
            xml.OptionalElement("RestoreInfo"u8, ObjectAnswer.RestoreText(found.Object, now)).Close("Contents"u8);
        }

        foreach (ListEntry entry in entries)
            if (entry.IsPrefix)
                xml.Open("CommonPrefixes"u8).Element("Prefix"u8, request.Name(entry.Name)).Close("CommonPrefixes"u8);
    }

    private static void AddVersion(OssContext context, XmlText xml, ListRequest request, ListEntry entry)
    {
        if (entry.Object is not { } version)
        {
            xml.Open("CommonPrefixes"u8).Element("Prefix"u8, request.Name(entry.Name)).Close("CommonPrefixes"u8);
            return;
        }

        ReadOnlySpan<byte> element = version.IsDeleteMarker ? "DeleteMarker"u8 : "Version"u8;
        xml.Open(element).Element("Key"u8, request.Name(entry.Name))
            .Element("VersionId"u8, version.VersionId ?? "null").Element("IsLatest"u8, version.NoncurrentSince is null);
        if (version.IsDeleteMarker)
            xml.Element("LastModified"u8, version.LastModified);
        else
            AddObject(context, xml, version);
        xml.Owner().Close(element);
    }

    private static void AddObject(OssContext context, XmlText xml, StoredObject found)
    {
        xml.Element("LastModified"u8, found.LastModified).Raw("<ETag>&quot;"u8);
        if (found.OpaqueETag is null && context.Call.Fault is null)
            xml.UpperHex(found.Digests.Md5);
        else
            xml.Text(context.Call.ETag(found.ETag).ToUpperInvariant());
        xml.Raw("&quot;</ETag>"u8)
            .Element("Type"u8, found.Type switch { ObjectType.Normal => "Normal", ObjectType.Multipart => "Multipart", _ => found.Type.ToString() })
            .Element("Size"u8, found.Size)
            .Element("StorageClass"u8, ObjectAnswer.StorageClassOf(found));
    }

    private static string EncodeToken(string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after)) + "--";

    private static string DecodeToken(string token)
    {
        try
        {
            if (token.EndsWith("--", StringComparison.Ordinal))
                return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(..^2)));
        }
        catch (FormatException)
        {
            // The same answer as for a token without its end.
        }

        throw OssErrors.InvalidArgument("The continuation token provided is incorrect.", "continuation-token", token);
    }
}
