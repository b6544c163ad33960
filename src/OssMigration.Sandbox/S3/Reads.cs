using System.Globalization;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>GetObject, HeadObject and GetObjectAttributes.</summary>
internal static class Reads
{
    private const int Attempts = 5;

    /// <summary>GET of an object or a range of it.</summary>
    public static async Task GetAsync(S3Request request)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                StoredObject stored = Find(request);
                Archive.CheckReadable(request.Bucket, stored, request.Now);
                Conditions.CheckRead(request, stored);
                if (Words.IsUnpacked(request, stored))
                {
                    await Words.SendUnpackedAsync(request, stored);
                    return;
                }
                ByteRange range = SetHeaders(request, stored);
                using IContentReader reader = stored.Content.OpenReader();
                await Download.SendAsync(request.Call, request.Context, stored.Content, reader, range.Offset, range.Length);
                return;
            }
            catch (ContentChangedException) when (attempt < Attempts && !request.Context.Response.HasStarted)
            {
                // The file was replaced between lookup and opening; the next lookup sees the new one.
                request.Context.Response.Headers.Clear();
                S3Answer.SetCommonHeaders(request);
            }
        }
    }

    /// <summary>HEAD of an object.</summary>
    public static Task HeadAsync(S3Request request)
    {
        StoredObject stored = Find(request);
        Conditions.CheckRead(request, stored);
        if (Words.IsUnpacked(request, stored))
            return Words.SendUnpackedAsync(request, stored);
        SetHeaders(request, stored);
        return Task.CompletedTask;
    }

    /// <summary>GET ?attributes.</summary>
    public static async Task AttributesAsync(S3Request request)
    {
        StoredObject stored = request.FindObject();
        string[] wanted = (request.Header("x-amz-object-attributes") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Length == 0)
            throw S3Exception.InvalidRequest("Missing required header for this request: x-amz-object-attributes");
        request.Context.Response.Headers.LastModified = HttpTime.Format(stored.LastModified);
        S3Answer.SetVersion(request, stored);
        XmlText xml = S3Answer.Document("GetObjectAttributesResponse"u8);
        if (wanted.Contains("ETag"))
            xml.Element("ETag"u8, request.Call.ETag(stored.ETag));
        if (wanted.Contains("Checksum") && stored.Checksum is { } checksum)
        {
            byte[] name = System.Text.Encoding.ASCII.GetBytes("Checksum" + checksum.Algorithm);
            xml.Open("Checksum"u8).Element(name, checksum.Value).Element("ChecksumType"u8, checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT").Close("Checksum"u8);
        }
        if (wanted.Contains("ObjectParts") && stored.PartCount > 0)
            xml.Open("ObjectParts"u8).Element("PartsCount"u8, stored.PartCount).Close("ObjectParts"u8);
        if (wanted.Contains("StorageClass"))
            xml.Element("StorageClass"u8, stored.StorageClass ?? "STANDARD");
        if (wanted.Contains("ObjectSize"))
            xml.Element("ObjectSize"u8, stored.Size);
        await S3Answer.XmlAsync(request, xml.Close("GetObjectAttributesResponse"u8));
    }

    private static StoredObject Find(S3Request request)
    {
        StoredObject stored = request.FindObject();
        if (request.Target.Has("partNumber") && (stored.PartCount > 1 || request.Number("partNumber", 1) != 1))
            throw S3Exception.NotImplemented("partNumber");
        return stored;
    }

    // Status, headers and Content-Length of the answer; gives the range to send.
    private static ByteRange SetHeaders(S3Request request, StoredObject stored)
    {
        HttpResponse response = request.Context.Response;
        IHeaderDictionary headers = response.Headers;
        RangeKind kind = ByteRange.Parse(request.Header("Range"), stored.Size, out ByteRange range);
        if (kind == RangeKind.Unsatisfiable)
            throw Unsatisfiable(request, stored);
        if (kind == RangeKind.None)
            range = new ByteRange(0, stored.Size);
        headers.ETag = S3Answer.Quoted(request, stored.ETag);
        headers.LastModified = HttpTime.Format(stored.LastModified);
        headers.AcceptRanges = "bytes";
        SetContentHeaders(request, stored);
        foreach ((string name, string value) in stored.UserMetadata)
            headers[Words.Of(request, "x-amz-meta-") + name] = S3Answer.HeaderValue(value);
        if (stored.StorageClass is not (null or "STANDARD"))
            headers[Words.Of(request, "x-amz-storage-class")] = stored.StorageClass;
        if (Archive.RestoreHeader(request.Bucket, stored, request.Now) is { } restore)
            headers[Words.Of(request, "x-amz-restore")] = restore;
        foreach ((string name, string value) in stored.KeptHeaders)
            headers[Words.Of(request, name)] = S3Answer.HeaderValue(value);
        if (stored.Tags.Count > 0)
            headers[Words.Of(request, "x-amz-tagging-count")] = stored.Tags.Count.ToString(CultureInfo.InvariantCulture);
        if (stored.Encryption is { } encryption)
            headers[Words.Of(request, "x-amz-server-side-encryption")] = encryption;
        S3Answer.SetVersion(request, stored);
        if (kind == RangeKind.None && string.Equals(request.Header("x-amz-checksum-mode"), "ENABLED", StringComparison.OrdinalIgnoreCase))
            S3Answer.SetChecksum(request, stored.Checksum, withType: true);
        Words.SetHashes(request, stored);
        response.StatusCode = kind == RangeKind.None ? 200 : 206;
        if (kind == RangeKind.Satisfiable)
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.Offset}-{range.Last}/{stored.Size}");
        response.ContentLength = range.Length;
        return range;
    }

    private static void SetContentHeaders(S3Request request, StoredObject stored)
    {
        IHeaderDictionary headers = request.Context.Response.Headers;
        ContentHeaders content = stored.Headers;
        headers.ContentType = Override(request, "response-content-type") ?? content.ContentType ?? "binary/octet-stream";
        Set("Cache-Control", Override(request, "response-cache-control") ?? content.CacheControl);
        Set("Content-Disposition", Override(request, "response-content-disposition") ?? content.ContentDisposition);
        Set("Content-Encoding", Override(request, "response-content-encoding") ?? content.ContentEncoding);
        Set("Content-Language", Override(request, "response-content-language") ?? content.ContentLanguage);
        Set("Expires", Override(request, "response-expires") ?? content.Expires);

        void Set(string name, string? value)
        {
            if (value is not null)
                headers[name] = S3Answer.HeaderValue(value);
        }
    }

    private static string? Override(S3Request request, string name)
    {
        if (request.Target.Query.Count == 0 || request.Target.Value(name) is not { } value)
            return null;
        return request.Signature.IsSigned
            ? value
            : throw S3Exception.InvalidRequest("Request specific response headers cannot be used for anonymous GET requests.");
    }

    private static S3Exception Unsatisfiable(S3Request request, StoredObject stored) =>
        new(416, "InvalidRange", "The requested range is not satisfiable")
        {
            Details =
            [
                ("RangeRequested", request.Header("Range")!),
                ("ActualObjectSize", stored.Size.ToString(CultureInfo.InvariantCulture)),
            ],
            Headers = [("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{stored.Size}"))],
        };
}
