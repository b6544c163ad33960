using System.Net;
using Microsoft.Extensions.Primitives;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>Asks origins for objects that are missing.</summary>
internal sealed class OriginClient : IDisposable
{
    private const int MostRedirects = 10;

    private static readonly HashSet<string> NeverPassed = new(StringComparer.OrdinalIgnoreCase)
    {
        "content-length", "authorization", "authorization2", "range", "date",
        "host", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "expect", "proxy-connection",
    };

    private static readonly string[] SignatureParameters = ["OSSAccessKeyId", "Signature", "Expires", "security-token"];

    private readonly HttpClient _http;

    private readonly TimeSpan _timeout;

    /// <param name="timeout">How long an origin may be silent; the service waits 10 seconds.</param>
    public OriginClient(TimeSpan timeout)
    {
        _timeout = timeout;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>How long an origin may be silent.</summary>
    public TimeSpan TimeoutFor(OssContext context) => context.Side.Website.OriginTimeout ?? _timeout;

    /// <summary>Asks the primary and, when it has failed and its probe says so too, the secondary.</summary>
    /// <returns>The answer, with its body unread; null when no origin could be reached in time.</returns>
    public async Task<HttpResponseMessage?> FetchAsync(OssContext context, MirrorRule rule)
    {
        HttpResponseMessage? answer = await TryAsync(context, rule, rule.Origin.Url);
        if (rule.Origin.SlaveUrl is null || !HasFailed(answer, rule.Behaviour.SwitchAllErrors) || await IsHealthyAsync(context, rule.Origin.ProbeUrl!))
            return answer;
        answer?.Dispose();
        return await TryAsync(context, rule, rule.Origin.SlaveUrl);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static bool HasFailed(HttpResponseMessage? answer, bool switchAllErrors)
    {
        if (answer is null)
            return true;
        int status = (int)answer.StatusCode;
        return switchAllErrors ? status is not (200 or 206 or 301 or 302 or 303 or 307 or 404) : status >= 500;
    }

    private async Task<bool> IsHealthyAsync(OssContext context, string probeUrl)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(probeUrl));
        using HttpResponseMessage? answer = await SendAsync(context, request);
        return answer is { IsSuccessStatusCode: true };
    }

    private async Task<HttpResponseMessage?> TryAsync(OssContext context, MirrorRule rule, string origin)
    {
        string url = origin + UriText.Encode(rule.OriginKey(context.Key), keepSlash: true) + PassedQuery(context, rule);
        for (int hops = 0; hops <= MostRedirects; hops++)
        {
            Uri uri = new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using HttpRequestMessage request = new(HttpMethod.Get, uri);
            AddHeaders(context, rule.Headers, request);
            // The signature is for the origin alone; a redirect to elsewhere must not carry it.
            if (rule.Origin.Auth is { } auth && url.StartsWith(origin, StringComparison.Ordinal))
                S3OriginSigner.Sign(request, auth, context.Now);
            HttpResponseMessage? answer = await SendAsync(context, request);
            if (answer?.Headers.Location is not { } location || (int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || !rule.Behaviour.FollowRedirect)
                return answer;
            url = (location.IsAbsoluteUri ? location : new Uri(uri, location)).AbsoluteUri;
            answer.Dispose();
        }

        return null;
    }

    private async Task<HttpResponseMessage?> SendAsync(OssContext context, HttpRequestMessage request)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(context.Aborted);
        late.CancelAfter(TimeoutFor(context));
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !context.Aborted.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string PassedQuery(OssContext context, MirrorRule rule)
    {
        if (!rule.Behaviour.PassQueryString)
            return string.Empty;
        List<string> passed = [];
        foreach (QueryParameter parameter in context.Query.Query)
            if (!parameter.Name.StartsWith("x-oss-", StringComparison.Ordinal) && !SignatureParameters.Contains(parameter.Name))
                passed.Add(parameter.RawValue.Length > 0 ? $"{parameter.RawName}={parameter.RawValue}" : parameter.RawName);
        return passed.Count == 0 ? string.Empty : "?" + string.Join('&', passed);
    }

    private static void AddHeaders(OssContext context, MirrorHeaders rules, HttpRequestMessage request)
    {
        foreach ((string name, StringValues values) in context.Headers)
        {
            bool asked = rules.PassAll || rules.Pass.Contains(name);
            bool barred = NeverPassed.Contains(name) || name.StartsWith("oss-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-drs-", StringComparison.OrdinalIgnoreCase);
            if (asked && !barred && !rules.Remove.Contains(name) && !rules.Set.Any(s => s.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
                request.Headers.TryAddWithoutValidation(name, values.ToString());
        }

        foreach ((string name, string value) in rules.Set)
        {
            if (name.Equals("host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = value;
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
