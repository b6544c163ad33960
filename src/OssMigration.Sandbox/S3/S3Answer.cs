using System.Buffers;
using System.Globalization;
using System.Text;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Writes answers of the S3 side.</summary>
internal static class S3Answer
{
    private static readonly SearchValues<char> Printable = SearchValues.Create(string.Concat(Enumerable.Range(32, 95).Select(i => (char)i)));
    private static long _requestCounter = DateTime.UtcNow.Ticks;

    /// <summary>The namespace of S3's documents.</summary>
    public static ReadOnlySpan<byte> Namespace => " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""u8;

    /// <summary>Begins a document with a root element in S3's namespace.</summary>
    public static XmlText Document(ReadOnlySpan<byte> root, int capacity = 1024) =>
        new XmlText(capacity).Raw("<"u8).Raw(root).Raw(Namespace).Raw(">"u8);

    /// <summary>Sets the headers that every answer has.</summary>
    public static void SetCommonHeaders(S3Request request) => SetCommonHeaders(request.Context, request.Now);

    /// <summary>Sets the headers that every answer has.</summary>
    public static void SetCommonHeaders(HttpContext context, DateTimeOffset now)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers["x-amz-request-id"] = SyntheticContent.Mix((ulong)Interlocked.Increment(ref _requestCounter)).ToString("X16", CultureInfo.InvariantCulture);
        headers["x-amz-id-2"] = "sandbox";
        headers.Date = HttpTime.Format(now);
        headers.Server = "AmazonS3";
    }

    /// <summary>Sends a document.</summary>
    public static async Task XmlAsync(S3Request request, XmlText xml, int status = 200)
    {
        HttpResponse response = request.Context.Response;
        response.StatusCode = status;
        response.ContentType = "application/xml";
        response.ContentLength = xml.Written.Length;
        await response.BodyWriter.WriteAsync(xml.Written, request.Aborted);
        xml.Release();
    }

    /// <summary>Sends a status without a body.</summary>
    public static Task EmptyAsync(S3Request request, int status)
    {
        request.Context.Response.StatusCode = status;
        if (status != 204)
            request.Context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Sends an error in S3's form; HEAD requests get the status and headers only.</summary>
    public static async Task ErrorAsync(HttpContext context, string? bucket, S3Exception error)
    {
        HttpResponse response = context.Response;
        response.StatusCode = error.Status;
        foreach ((string name, string value) in error.Headers)
            response.Headers[name] = value;
        if (HttpMethods.IsHead(context.Request.Method) || error.Status == 304)
            return;
        var xml = new XmlText();
        xml.Open("Error"u8).Element("Code"u8, error.Code).Element("Message"u8, error.Message);
        foreach ((string name, string value) in error.Details)
            xml.Element(Encoding.ASCII.GetBytes(name), value);
        if (bucket is not null && error.Details.All(detail => detail.Name != "BucketName"))
            xml.Element("BucketName"u8, bucket);
        xml.Element("Resource"u8, context.Request.Path.Value ?? "/");
        xml.Element("RequestId"u8, response.Headers["x-amz-request-id"].ToString());
        xml.Element("HostId"u8, "sandbox").Close("Error"u8);
        response.ContentType = "application/xml";
        response.ContentLength = xml.Written.Length;
        await response.BodyWriter.WriteAsync(xml.Written, context.RequestAborted);
        xml.Release();
    }

    /// <summary>An ETag in quotes, or a wrong one when a fault says so.</summary>
    public static string Quoted(S3Request request, string etag) => $"\"{request.Call.ETag(etag)}\"";

    /// <summary>A header value; what is not printable ASCII is sent in RFC 2047 form, as S3 does.</summary>
    public static string HeaderValue(string value) =>
        value.AsSpan().IndexOfAnyExcept(Printable) < 0 ? value : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";

    /// <summary>x-amz-version-id, where the bucket ever had versioning.</summary>
    public static void SetVersion(S3Request request, StoredObject stored)
    {
        if (request.Bucket.Versioning != VersioningState.Off)
            request.Context.Response.Headers["x-amz-version-id"] = stored.VersionId ?? "null";
    }

    /// <summary>The verified checksum of an object or part.</summary>
    public static void SetChecksum(S3Request request, DeclaredChecksum? checksum, bool withType)
    {
        if (checksum is null)
            return;
        request.Context.Response.Headers[S3Body.HeaderOf(checksum.Algorithm)] = checksum.Value;
        if (withType)
            request.Context.Response.Headers["x-amz-checksum-type"] = checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT";
    }
}
