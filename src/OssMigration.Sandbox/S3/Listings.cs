using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>ListObjectsV2, ListObjects and ListObjectVersions.</summary>
internal static class Listings
{
    private const int MostKeys = 1000;

    /// <summary>GET ?list-type=2.</summary>
    public static async Task ListV2Async(S3Request request)
    {
        if (request.Has(BucketHabits.RefusesListV2))
            throw S3Exception.NotImplemented("list-type");
        if (request.Has(BucketHabits.ListsV1Only))
        {
            await ListV1Async(request);
            return;
        }
        string? token = request.Target.Value("continuation-token");
        string? startAfter = request.Target.Value("start-after");
        string? first = request.Has(BucketHabits.IgnoresStartAfter) ? null : NullIfEmpty(startAfter);
        ListQuery query = Query(request) with { After = token is null ? first : FromToken(request, token) };
        ListPage page = request.Call.List(request.Bucket, query, isContinued: token is not null);
        var names = new Names(request);
        XmlText xml = S3Answer.Document("ListBucketResult"u8, 512 + (page.Entries.Count * 300));
        xml.Element("Name"u8, request.BucketName!);
        xml.Element("Prefix"u8, names.Encode(query.Prefix));
        if (startAfter is not null)
            xml.Element("StartAfter"u8, names.Encode(startAfter));
        xml.OptionalElement("ContinuationToken"u8, token);
        if (page.IsTruncated)
            xml.Element("NextContinuationToken"u8, ToToken(request, page.NextAfter!));
        xml.Element("KeyCount"u8, page.KeyCount).Element("MaxKeys"u8, query.MaxKeys);
        names.WriteSettings(xml, query.Delimiter);
        xml.Element("IsTruncated"u8, page.IsTruncated);
        WriteEntries(request, xml, names, page.Entries, withOwner: request.Target.Value("fetch-owner") == "true");
        await S3Answer.XmlAsync(request, xml.Close("ListBucketResult"u8));
    }

    /// <summary>GET of a bucket without list-type.</summary>
    public static async Task ListV1Async(S3Request request)
    {
        if (request.Has(BucketHabits.RefusesListV1))
            throw S3Exception.NotImplemented("ListObjects");
        string? marker = request.Target.Value("marker");
        ListQuery query = Query(request) with { After = NullIfEmpty(marker) };
        ListPage page = request.Call.List(request.Bucket, query, isContinued: false);
        var names = new Names(request);
        XmlText xml = S3Answer.Document("ListBucketResult"u8, 512 + (page.Entries.Count * 300));
        xml.Element("Name"u8, request.BucketName!);
        xml.Element("Prefix"u8, names.Encode(query.Prefix)).Element("Marker"u8, names.Encode(marker ?? ""));
        // As on AWS, only a rolled-up listing names the next marker; otherwise it is the last key.
        if (page.IsTruncated && (!string.IsNullOrEmpty(query.Delimiter) || request.Call.Fault is not null || request.Has(BucketHabits.NamesMarkers)))
            xml.Element("NextMarker"u8, names.Encode(page.NextAfter!));
        xml.Element("MaxKeys"u8, query.MaxKeys);
        names.WriteSettings(xml, query.Delimiter);
        xml.Element("IsTruncated"u8, page.IsTruncated);
        WriteEntries(request, xml, names, page.Entries, withOwner: true);
        await S3Answer.XmlAsync(request, xml.Close("ListBucketResult"u8));
    }

    /// <summary>GET ?versions.</summary>
    public static async Task ListVersionsAsync(S3Request request)
    {
        ListQuery common = Query(request);
        string? keyMarker = request.Target.Value("key-marker");
        string? versionMarker = request.Target.Value("version-id-marker");
        VersionPage page = request.Bucket.ListVersions(new VersionQuery
        {
            Prefix = common.Prefix,
            Delimiter = common.Delimiter,
            MaxKeys = common.MaxKeys,
            KeyMarker = NullIfEmpty(keyMarker),
            VersionIdMarker = NullIfEmpty(versionMarker),
        });
        var names = new Names(request);
        XmlText xml = S3Answer.Document("ListVersionsResult"u8, 512 + (page.Entries.Count * 400));
        xml.Element("Name"u8, request.BucketName!);
        xml.Element("Prefix"u8, names.Encode(common.Prefix)).Element("KeyMarker"u8, names.Encode(keyMarker ?? ""));
        xml.Element("VersionIdMarker"u8, versionMarker ?? "");
        if (page.IsTruncated)
            xml.Element("NextKeyMarker"u8, names.Encode(page.NextKeyMarker!)).OptionalElement("NextVersionIdMarker"u8, page.NextVersionIdMarker);
        xml.Element("MaxKeys"u8, common.MaxKeys);
        names.WriteSettings(xml, common.Delimiter);
        xml.Element("IsTruncated"u8, page.IsTruncated);
        foreach (ListEntry entry in page.Entries)
            WriteVersion(request, xml, names, entry);
        WritePrefixes(xml, names, page.Entries);
        await S3Answer.XmlAsync(request, xml.Close("ListVersionsResult"u8));
    }

    private static ListQuery Query(S3Request request) => new()
    {
        Prefix = request.Target.Value("prefix") ?? "",
        Delimiter = NullIfEmpty(request.Target.Value("delimiter")),
        MaxKeys = Math.Min(request.Number("max-keys", MostKeys), MostKeys),
    };

    private static void WriteEntries(S3Request request, XmlText xml, Names names, IReadOnlyList<ListEntry> entries, bool withOwner)
    {
        foreach (ListEntry entry in entries)
        {
            if (entry.IsPrefix || ETags.Settle(request.Bucket, entry.Object!) is not { } current)
                continue;
            xml.Raw("<Contents><Key>"u8).Text(names.Encode(current.Key)).Raw("</Key>"u8);
            WriteFacts(request, xml, current);
            if (withOwner)
                WriteOwner(xml);
            xml.Raw("</Contents>"u8);
        }
        WritePrefixes(xml, names, entries);
    }

    private static void WriteVersion(S3Request request, XmlText xml, Names names, ListEntry entry)
    {
        if (entry.Object is not { } version)
            return;
        ReadOnlySpan<byte> element = version.IsDeleteMarker ? "DeleteMarker"u8 : "Version"u8;
        xml.Open(element).Element("Key"u8, names.Encode(version.Key)).Element("VersionId"u8, version.VersionId ?? "null");
        xml.Element("IsLatest"u8, version.NoncurrentSince is null);
        if (version.IsDeleteMarker)
            xml.Element("LastModified"u8, version.LastModified);
        else
            WriteFacts(request, xml, version);
        WriteOwner(xml);
        xml.Close(element);
    }

    private static void WriteFacts(S3Request request, XmlText xml, StoredObject stored)
    {
        xml.Raw("<LastModified>"u8).Time(stored.LastModified).Raw("</LastModified><ETag>&quot;"u8);
        if (stored.OpaqueETag is null && request.Call.Fault is null)
            xml.Hex(stored.Digests.Md5);
        else
            xml.Text(request.Call.ETag(stored.ETag));
        xml.Raw("&quot;</ETag>"u8);
        if (stored.Checksum is { } checksum)
            xml.Element("ChecksumAlgorithm"u8, checksum.Algorithm).Element("ChecksumType"u8, checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT");
        xml.Raw("<Size>"u8).Number(stored.Size).Raw("</Size><StorageClass>"u8).Text(stored.StorageClass ?? "STANDARD").Raw("</StorageClass>"u8);
    }

    private static void WritePrefixes(XmlText xml, Names names, IReadOnlyList<ListEntry> entries)
    {
        foreach (ListEntry entry in entries)
            if (entry.IsPrefix)
                xml.Raw("<CommonPrefixes>"u8).Element("Prefix"u8, names.Encode(entry.Name)).Raw("</CommonPrefixes>"u8);
    }

    /// <summary>The owner of everything.</summary>
    public static void WriteOwner(XmlText xml) =>
        xml.Raw("<Owner><ID>5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c</ID><DisplayName>sandbox</DisplayName></Owner>"u8);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string ToToken(S3Request request, string after) => request.Has(BucketHabits.TokensAreKeys) ? after : "1" + Convert.ToBase64String(Encoding.UTF8.GetBytes(after));

    private static string? FromToken(S3Request request, string token)
    {
        if (request.Has(BucketHabits.TokensAreKeys))
            return NullIfEmpty(token);
        byte[] bytes = new byte[token.Length];
        if (!token.StartsWith('1') || !Convert.TryFromBase64String(token[1..], bytes, out int length))
            throw S3Exception.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
        return NullIfEmpty(Encoding.UTF8.GetString(bytes, 0, length));
    }

    /// <summary>Keys as the page shows them: plain, or with encoding-type=url as S3 encodes them (a blank is a plus sign).</summary>
    private sealed class Names
    {
        private readonly bool _encoded;

        public Names(S3Request request)
        {
            string? type = request.Target.Value("encoding-type");
            if (type is not (null or "" or "url"))
                throw S3Exception.InvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
            if (type == "url" && request.Has(BucketHabits.RefusesEncoding))
                throw S3Exception.InvalidArgument("Unknown parameter", "encoding-type", type);
            _encoded = type == "url" && !request.Has(BucketHabits.IgnoresEncoding);
        }

        public string Encode(string name) => _encoded ? UriText.Encode(name, keepSlash: true).Replace("%20", "+", StringComparison.Ordinal) : name;

        public void WriteSettings(XmlText xml, string? delimiter)
        {
            if (delimiter is not null)
                xml.Element("Delimiter"u8, Encode(delimiter));
            if (_encoded)
                xml.Element("EncodingType"u8, "url");
        }
    }
}
