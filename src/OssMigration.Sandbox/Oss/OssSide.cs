using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Operations;
using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss;

/// <summary>Speaks the native protocol of Alibaba Cloud OSS.</summary>
internal sealed class OssSide : ISideHandler, IDisposable
{
    private static readonly Dictionary<string, string> ErrorCodesOfFaults = new(StringComparer.Ordinal)
    {
        ["TotalQpsLimitExceeded"] = "0004-00000302",
        ["PartitionQpsLimitted"] = "0026-00000028",
        ["NoSuchBucket"] = "0015-00000101",
        ["NoSuchKey"] = "0026-00000001",
        ["SignatureDoesNotMatch"] = "0002-00000040",
        ["RequestTimeTooSkewed"] = "0002-00000504",
        ["MirrorFailed"] = "0041-00000101",
    };

    private DateText _date = new(-1, string.Empty);
    private readonly OriginClient _origins;
    private OssAuthenticator? _authenticator;

    /// <summary>Creates the protocol; an origin of a mirror rule may be silent for 10 seconds.</summary>
    public OssSide()
        : this(TimeSpan.FromSeconds(10))
    {
    }

    /// <param name="originTimeout">How long an origin of a mirror rule may be silent.</param>
    public OssSide(TimeSpan originTimeout) => _origins = new OriginClient(originTimeout);

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext http, Side side)
    {
        long startedAt = Stopwatch.GetTimestamp();
        string requestId = RandomNumberGenerator.GetHexString(24);
        IHeaderDictionary headers = http.Response.Headers;
        headers.Server = "AliyunOSS";
        headers.Date = HttpDate(side.Clock.GetUtcNow());
        headers["x-oss-request-id"] = requestId;
        SideCall? call = null;
        try
        {
            OssTarget target = Parse(http, side);
            OssOperation operation = OssRouter.Resolve(http.Request.Method, target, http.Request.Headers.ContainsKey("x-oss-copy-source"));
            call = await SideCall.BeginAsync(http, side, operation.Name, target.Bucket, target.Key ?? target.Query.Value("prefix"));
            if (call.Verdict == CallVerdict.Ended)
                return;
            OssContext context = new(http, side, target, call, _origins);
            OssContext.SetServerTime(http, startedAt);
            await ServeAsync(context, operation);
        }
        catch (OssErrorException error)
        {
            await WriteErrorAsync(http, error, requestId);
        }
        finally
        {
            if (call is not null)
                await call.EndAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _origins.Dispose();

    private async Task ServeAsync(OssContext context, OssOperation operation)
    {
        if (context.Call.Verdict == CallVerdict.AnswerFault)
            throw OfFault(context.Call.Fault!);
        if (context.Call.Verdict == CallVerdict.Throttled)
            throw new OssErrorException(503, "PartitionQpsLimitted", "Please reduce your request rate for this partition.")
                .WithEc("0026-00000028").WithHeader("x-oss-qos-delay-time", "1000");
        OssTarget target = context.Target;
        context.Caller = AuthenticatorOf(context.Side).Authenticate(
            new SignedRequest(context.Http.Request.Method, target.Bucket, target.Key, target.Query, context.Headers));
        if (target.Key is not null)
            OssNames.CheckKey(target.Key);
        if (operation.Access != OssAccess.Owner || context.Caller != OssCaller.Owner)
            OssAccessCheck.Check(context, operation.Access);
        try
        {
            await operation.Serve(context);
        }
        catch (ContentChangedException) when (!context.Http.Response.HasStarted)
        {
            // The file behind the object was replaced between look-up and reading: the second look-up sees the new one.
            await operation.Serve(context);
        }
    }

    private OssAuthenticator AuthenticatorOf(Side side) => LazyInitializer.EnsureInitialized(
        ref _authenticator,
        () => new OssAuthenticator(side));

    private static OssTarget Parse(HttpContext http, Side side) => OssTarget.Parse(
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        http.Request.Headers.Host.ToString(),
        host => CnameOperations.FindBucket(side.Buckets, host));

    private static OssErrorException OfFault(Fault fault)
    {
        OssErrorException error = new(fault.Status, fault.Code ?? string.Empty, "Injected by the fault plan.");
        if (fault.Code is not null && ErrorCodesOfFaults.TryGetValue(fault.Code, out string? errorCode))
            error.WithEc(errorCode);
        foreach ((string name, string value) in fault.Headers ?? [])
            error.WithHeader(name, value);
        return error;
    }

    private static async Task WriteErrorAsync(HttpContext http, OssErrorException error, string requestId)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = error.Status;
        foreach ((string name, string value) in error.Headers)
            http.Response.Headers[name] = value;
        if (error.ErrorCode is not null)
            http.Response.Headers["x-oss-ec"] = error.ErrorCode;
        if (error.Status is 304 or 204)
            return;
        ReadOnlyMemory<byte> body = error.Code.Length == 0 ? default : ErrorXml(http, error, requestId);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            if (body.Length > 0)
                http.Response.Headers["x-oss-err"] = Convert.ToBase64String(body.Span);
            return;
        }

        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    private static ReadOnlyMemory<byte> ErrorXml(HttpContext http, OssErrorException error, string requestId)
    {
        XmlText xml = new();
        xml.Open("Error"u8).Element("Code"u8, error.Code).Element("Message"u8, error.Message)
            .Element("RequestId"u8, requestId).Element("HostId"u8, http.Request.Headers.Host.ToString());
        foreach ((string name, string value) in error.Details)
            xml.Element(Encoding.ASCII.GetBytes(name), value);
        if (error.ErrorCode is not null)
            xml.Element("EC"u8, error.ErrorCode).Element("RecommendDoc"u8, "https://api.aliyun.com/troubleshoot?q=" + error.ErrorCode);
        return xml.Close("Error"u8).Written;
    }

    private string HttpDate(DateTimeOffset now)
    {
        long second = now.ToUnixTimeSeconds();
        DateText known = Volatile.Read(ref _date);
        if (known.Second != second)
            Volatile.Write(ref _date, known = new DateText(second, OssTime.Http(now)));
        return known.Text;
    }

    private sealed record DateText(long Second, string Text);
}
