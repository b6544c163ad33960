using System.Diagnostics;
using System.Globalization;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss;

/// <summary>One request to the OSS side: what was asked, by whom, and the means to answer it.</summary>
internal sealed class OssContext(HttpContext http, Side side, OssTarget target, SideCall call, OriginClient origins)
{
    /// <summary>The HTTP request and response.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>The side that received it.</summary>
    public Side Side { get; } = side;

    /// <summary>The call with its planned fault.</summary>
    public SideCall Call { get; } = call;

    /// <summary>Bucket, key and query.</summary>
    public OssTarget Target { get; } = target;

    /// <summary>Asks the origins of mirror rules.</summary>
    public OriginClient Origins { get; } = origins;

    /// <summary>Who sent it; set once the signature is checked.</summary>
    public OssCaller Caller { get; set; }

    /// <summary>The query.</summary>
    public RequestTarget Query => Target.Query;

    /// <summary>The request's headers.</summary>
    public IHeaderDictionary Headers => Http.Request.Headers;

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The time by the side's clock.</summary>
    public DateTimeOffset Now => Side.Clock.GetUtcNow();

    /// <summary>True for HEAD.</summary>
    public bool IsHead => HttpMethods.IsHead(Http.Request.Method);

    /// <summary>The bucket asked for.</summary>
    public Bucket Bucket =>
        Side.Buckets.TryGet(Target.Bucket!, out Bucket? bucket) ? bucket : throw OssErrors.NoSuchBucket(Target.Bucket!);

    /// <summary>The key asked for.</summary>
    public string Key => Target.Key!;

    /// <summary>A request header's trimmed value, or null when absent or empty.</summary>
    public string? Header(string name) => Headers[name].ToString().Trim() is { Length: > 0 } value ? value : null;

    /// <summary>A whole number of the query within a range; the default when absent.</summary>
    public int Number(string name, int byDefault, int least, int most)
    {
        if (Query.Value(name) is not { Length: > 0 } text)
            return byDefault;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw OssErrors.InvalidArgument($"Argument {name} must be an integer between {least} and {most}.", name, text);
    }

    /// <summary>Whether names in the answer are URL-encoded.</summary>
    public bool EncodesNames => Query.Value("encoding-type") switch
    {
        null or "" => false,
        "url" => true,
        string other => throw OssErrors.InvalidArgument("Invalid Encoding Method specified in Request.", "encoding-type", other),
    };

    /// <summary>Answers a status without a body.</summary>
    public void Answer(int status)
    {
        Http.Response.StatusCode = status;
        if (status is not (204 or 304))
            Http.Response.ContentLength = 0;
    }

    /// <summary>Answers 200 with XML.</summary>
    public Task AnswerXmlAsync(XmlText xml) => AnswerXmlAsync(xml.Written);

    /// <summary>Answers 200 with an XML document as it is.</summary>
    public async Task AnswerXmlAsync(ReadOnlyMemory<byte> xml)
    {
        Http.Response.ContentType = "application/xml";
        Http.Response.ContentLength = xml.Length;
        if (!IsHead)
            await Http.Response.BodyWriter.WriteAsync(xml, Aborted);
    }

    /// <summary>Sets a header of the answer.</summary>
    public void SetHeader(string name, string value) => Http.Response.Headers[name] = value;

    /// <summary>Sets ETag as OSS writes it: upper case, in quotes.</summary>
    public void SetETag(string etag) => Http.Response.Headers.ETag = $"\"{Call.ETag(etag).ToUpperInvariant()}\"";

    /// <summary>Sets <c>x-oss-hash-crc64ecma</c>.</summary>
    public void SetCrc64(ulong crc) => SetHeader("x-oss-hash-crc64ecma", Call.Crc64(crc).ToString(CultureInfo.InvariantCulture));

    /// <summary>Sets <c>x-oss-version-id</c> in a bucket where versioning was ever switched on.</summary>
    public void SetVersionId(Bucket bucket, StoredObject stored)
    {
        if (bucket.Versioning != VersioningState.Off)
            SetHeader("x-oss-version-id", stored.VersionId ?? "null");
    }

    /// <summary>Sets the time the server took, which the service sends with every answer.</summary>
    public static void SetServerTime(HttpContext http, long startedAt) =>
        http.Response.Headers["x-oss-server-time"] = ((long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
