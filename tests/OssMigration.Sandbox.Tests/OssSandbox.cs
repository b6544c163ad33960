using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss;
using Xunit;

namespace OssMigration.Sandbox.Tests;

/// <summary>How a test request is signed.</summary>
internal enum SignAs
{
    V4,
    V1,
    V4Url,
    V1Url,
    Nobody,
}

/// <summary>A request to the OSS side under test.</summary>
internal sealed record OssCall(string Method, string? Bucket, string? Key = null)
{
    public List<(string Name, string? Value)> Query { get; init; } = [];

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public byte[]? Body { get; init; }

    public SignAs Sign { get; init; } = SignAs.V4;

    public OssTestSigner? Signer { get; init; }

    public DateTimeOffset? SignedAt { get; init; }

    public string? AdditionalHeaders { get; init; }

    /// <summary>Host header for virtual-host or CNAME style; null for path style on the loopback address.</summary>
    public string? Host { get; init; }

    public bool Chunked { get; init; }
}

/// <summary>An answer, read whole.</summary>
internal sealed record OssAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public XElement Xml => XElement.Parse(Text);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Code => Xml.Element("Code")!.Value;

    public string Element(string name) => Xml.Descendants(name).First().Value;

    public string[] All(string name) => [.. Xml.Descendants(name).Select(e => e.Value)];
}

/// <summary>The sandbox in this process, its OSS side reached over real sockets by a client of the tests' own.</summary>
public sealed class OssSandbox : IAsyncLifetime
{
    public const string Bucket = "first-bucket";

    private readonly List<HttpClient> _clients = [];
    private OssSide? _side;
    private SandboxHost? _host;
    private HttpClient? _http;

    internal SandboxHost Host => _host!;

    /// <summary>How long the origin of a mirror rule may be silent.</summary>
    internal TimeSpan OriginTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal Side Side => Host.Oss;

    internal OssTestSigner Signer => new(Side.AccessKeyId, Side.AccessKeySecret);

    public async ValueTask InitializeAsync()
    {
        SandboxOptions options = SandboxOptions.Parse(["--oss-bucket", Bucket, "--oss-bucket", "second-bucket"]);
        _side = new OssSide(OriginTimeout);
        _host = await SandboxHost.StartAsync(options, new S3.S3Handler(), _side, TimeProvider.System);
        _http = NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Host.DisposeAsync();
        _side!.Dispose();
    }

    internal HttpClient NewClient()
    {
        HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        _clients.Add(client);
        return client;
    }

    internal Task<OssAnswer> PutAsync(string key, string text, params (string Name, string Value)[] headers) =>
        PutAsync(key, Encoding.UTF8.GetBytes(text), headers);

    internal Task<OssAnswer> PutAsync(string key, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync(new OssCall("PUT", Bucket, key) { Body = body, Headers = Map(headers) });

    internal Task<OssAnswer> GetAsync(string key, params (string Name, string Value)[] headers) =>
        SendAsync(new OssCall("GET", Bucket, key) { Headers = Map(headers) });

    internal Task<OssAnswer> HeadAsync(string key, params (string Name, string Value)[] headers) =>
        SendAsync(new OssCall("HEAD", Bucket, key) { Headers = Map(headers) });

    internal Task<OssAnswer> SubResourceAsync(string method, string? key, string subResource, string? body = null, string? bucket = null) =>
        SendAsync(new OssCall(method, bucket ?? Bucket, key)
        {
            Query = [.. subResource.Split('&').Select(p => p.Split('=', 2)).Select(p => (p[0], p.Length > 1 ? p[1] : null))],
            Body = body is null ? null : Encoding.UTF8.GetBytes(body),
        });

    internal async Task<OssAnswer> SendAsync(OssCall call)
    {
        using HttpRequestMessage request = Build(call);
        using HttpResponseMessage response = await _http!.SendAsync(request, TestContext.Current.CancellationToken);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            headers[name] = values.ToString();
        return new OssAnswer(response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    internal HttpRequestMessage Build(OssCall call)
    {
        Dictionary<string, string> headers = new(call.Headers, StringComparer.OrdinalIgnoreCase);
        DateTimeOffset now = call.SignedAt ?? Side.Clock.GetUtcNow();
        OssTestSigner signer = call.Signer ?? Signer;
        List<(string Name, string? Value)> query = call.Query;
        switch (call.Sign)
        {
            case SignAs.V4:
                headers["Authorization"] = signer.V4(call.Method, call.Bucket, call.Key, query, headers, now, call.AdditionalHeaders);
                break;
            case SignAs.V1:
                headers["Date"] = now.ToString("r", CultureInfo.InvariantCulture);
                headers["Authorization"] = signer.V1(call.Method, call.Bucket, call.Key, query, headers);
                break;
            case SignAs.V4Url:
                query = signer.V4Query(call.Method, call.Bucket, call.Key, query, headers, now, 600);
                break;
            case SignAs.V1Url:
                query = signer.V1Query(call.Method, call.Bucket, call.Key, query, headers, now.AddMinutes(10));
                break;
        }

        return Message(call, query, headers);
    }

    private static Dictionary<string, string> Map((string Name, string Value)[] headers) =>
        headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);

    private HttpRequestMessage Message(OssCall call, List<(string Name, string? Value)> query, Dictionary<string, string> headers)
    {
        string path = call.Bucket is null || call.Host is not null ? string.Empty : call.Bucket + "/";
        string text = string.Join('&', query.Select(p => p.Value is null ? OssTestSigner.Escape(p.Name) : $"{OssTestSigner.Escape(p.Name)}={OssTestSigner.Escape(p.Value)}"));
        string url = $"{Host.OssEndpoint}/{path}{(call.Key is null ? "" : OssTestSigner.Escape(call.Key, keepSlash: true))}{(text.Length > 0 ? "?" + text : "")}";
        HttpRequestMessage request = new(new HttpMethod(call.Method), new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (call.Body is not null || call.Method is "PUT" or "POST")
            request.Content = call.Chunked ? new StreamContent(new NonSeekable(call.Body ?? [])) : new ByteArrayContent(call.Body ?? []);
        if (call.Host is not null)
            request.Headers.Host = call.Host;
        foreach ((string name, string value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private sealed class NonSeekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
