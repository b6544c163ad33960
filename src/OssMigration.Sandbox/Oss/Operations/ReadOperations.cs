using System.IO.Compression;
using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>GetObject, HeadObject and GetObjectMeta.</summary>
internal static class ReadOperations
{
    private const int SmallestGzipped = 1024;

    private static readonly (string Parameter, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"),
        ("response-content-language", "Content-Language"),
        ("response-expires", "Expires"),
        ("response-cache-control", "Cache-Control"),
        ("response-content-disposition", "Content-Disposition"),
        ("response-content-encoding", "Content-Encoding"),
    ];

    /// <summary><c>GET /key</c>; a key that is not there may be fetched by a mirror rule.</summary>
    public static async Task GetObjectAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        StoredObject? stored = ObjectAnswer.Find(context, bucket);
        if (stored is null)
        {
            await MissingObject.AnswerAsync(context, bucket);
            return;
        }

        await SendAsync(context, bucket, stored);
    }

    /// <summary><c>HEAD /key</c>; fetches by a mirror rule only where the rule allows it.</summary>
    public static async Task HeadObjectAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        StoredObject? stored = ObjectAnswer.Find(context, bucket) ?? await MissingObject.FetchForHeadAsync(context, bucket);
        if (stored is null)
            return;
        Conditions.Check(context, stored);
        ObjectAnswer.SetHeaders(context, bucket, stored);
        context.Http.Response.ContentLength = stored.Size;
    }

    /// <summary><c>HEAD /key?objectMeta</c>.</summary>
    public static Task GetObjectMetaAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        StoredObject stored = ObjectAnswer.Require(context, bucket);
        ObjectAnswer.SetBrief(context, bucket, stored);
        if (context.IsHead)
            context.Http.Response.ContentLength = stored.Size;
        else
            context.Answer(200);
        return Task.CompletedTask;
    }

    /// <summary>Answers a GET with an object that is there: conditions, range, overrides, body.</summary>
    public static async Task SendAsync(OssContext context, Bucket bucket, StoredObject stored)
    {
        ObjectAnswer.CheckReadable(context, stored);
        Conditions.Check(context, stored);
        OssRange range = OssRange.Resolve(
            context.Header("Range"), context.Header("x-oss-range-behavior") == "standard", stored.Size);
        using IContentReader reader = stored.Content.OpenReader();
        ObjectAnswer.SetHeaders(context, bucket, stored);
        ApplyOverrides(context);
        HttpResponse response = context.Http.Response;
        if (range.IsPartial)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{stored.Size}";
        }
        else if (IsGzipped(context, stored))
        {
            await SendGzippedAsync(context, reader);
            return;
        }

        response.ContentLength = range.Length;
        await Download.SendAsync(context.Call, context.Http, stored.Content, reader, range.Offset, range.Length);
    }

    private static void ApplyOverrides(OssContext context)
    {
        foreach ((string parameter, string header) in Overrides)
        {
            if (context.Query.Value(parameter) is not { Length: > 0 } value)
                continue;
            if (context.Caller == OssCaller.Anonymous)
                throw OssErrors.InvalidRequest("Request specific response headers cannot be used for anonymous GET requests.");
            if (!value.All(c => c is >= ' ' and <= '~'))
                throw OssErrors.InvalidArgument("A response header holds visible ASCII only.", parameter, value);
            context.Http.Response.Headers[header] = value;
        }
    }

    // The service compresses some types on the fly when the client accepts it, and then has neither ETag nor length.
    private static bool IsGzipped(OssContext context, StoredObject stored)
    {
        if (stored.Size < SmallestGzipped || stored.Headers.ContentEncoding is not null
            || !context.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return false;
        string type = context.Http.Response.ContentType?.Split(';')[0].Trim() ?? string.Empty;
        return type is "text/html" or "text/css" or "text/plain" or "text/xml" or "text/x-component" or "text/javascript"
            or "application/javascript" or "application/x-javascript" or "application/json" or "application/xml"
            or "application/rss+xml" or "application/xhtml+xml" or "application/atom+xml";
    }

    private static async Task SendGzippedAsync(OssContext context, IContentReader reader)
    {
        IHeaderDictionary headers = context.Http.Response.Headers;
        headers.Remove("ETag");
        headers.Remove("Content-MD5");
        headers.Remove("Accept-Ranges");
        headers.ContentEncoding = "gzip";
        headers.Vary = "Accept-Encoding";
        await using GZipStream gzip = new(context.Http.Response.BodyWriter.AsStream(leaveOpen: true), CompressionLevel.Fastest);
        byte[] buffer = new byte[64 * 1024];
        long offset = 0;
        int read;
        while ((read = await reader.ReadAsync(offset, buffer, context.Aborted)) > 0)
        {
            await gzip.WriteAsync(buffer.AsMemory(0, read), context.Aborted);
            offset += read;
            context.Side.Statistics.CountOut(read);
        }
    }
}
