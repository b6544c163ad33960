using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Xunit;

namespace OssMigration.Sandbox.Tests;

/// <summary>A small S3 client of the tests: signs by hand and sends keys byte by byte.</summary>
internal sealed class S3Client(Uri endpoint, string accessKeyId, string secret, Func<DateTimeOffset> clock) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    });

    public string Region { get; init; } = "us-east-1";

    public Uri Endpoint => endpoint;

    /// <summary>Sends a signed request and reads the whole answer.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">bucket, or bucket/key, not encoded.</param>
    /// <param name="query">name=value pairs, not encoded; null for none.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="headers">Further headers, which are signed.</param>
    public Task<Answer> SendAsync(
        string method, string path, (string Name, string Value)[]? query = null, byte[]? body = null, params (string Name, string Value)[] headers) =>
        SendRawAsync(Sign(method, path, query ?? [], body, headers));

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, null, headers);

    public Task<Answer> PutAsync(string path, string text, params (string Name, string Value)[] headers) =>
        SendAsync("PUT", path, null, Encoding.UTF8.GetBytes(text), headers);

    /// <summary>The signed request, to be changed by a test before it is sent.</summary>
    public HttpRequestMessage Sign(
        string method, string path, (string Name, string Value)[] query, byte[]? body, params (string Name, string Value)[] headers)
    {
        DateTimeOffset now = clock();
        string encodedQuery = string.Join('&', query.Select(pair => $"{Encode(pair.Name)}={Encode(pair.Value)}").Order(StringComparer.Ordinal));
        string encodedPath = "/" + string.Join('/', path.Split('/').Select(Encode));
        string payload = headers.FirstOrDefault(header => header.Name == "x-amz-content-sha256").Value
            ?? Convert.ToHexStringLower(SHA256.HashData(body ?? []));
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = endpoint.Authority,
            ["x-amz-content-sha256"] = payload,
            ["x-amz-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
        };
        foreach ((string name, string value) in headers)
            if (!name.Equals("Range", StringComparison.OrdinalIgnoreCase))
                signed[name.ToLowerInvariant()] = value.Trim();
        var request = new HttpRequestMessage(new HttpMethod(method), RawUri(encodedPath, encodedQuery));
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        foreach ((string name, string value) in headers)
            Add(request, name, value);
        string canonical = string.Join('\n', [method, encodedPath, encodedQuery, .. signed.Select(pair => $"{pair.Key}:{pair.Value}"), "", string.Join(';', signed.Keys), payload]);
        string scope = $"{signed["x-amz-date"][..8]}/{Region}/s3/aws4_request";
        string toSign = $"AWS4-HMAC-SHA256\n{signed["x-amz-date"]}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Hex(HMACSHA256.HashData(SigningKey(signed["x-amz-date"][..8]), Encoding.UTF8.GetBytes(toSign)));
        foreach (string name in (string[])["x-amz-content-sha256", "x-amz-date"])
            if (!request.Headers.Contains(name))
                Add(request, name, signed[name]);
        Add(request, "Authorization", $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{scope}, SignedHeaders={string.Join(';', signed.Keys)}, Signature={signature}");
        return request;
    }

    /// <summary>A presigned URL.</summary>
    public Uri Presign(string method, string path, TimeSpan validFor, DateTimeOffset? at = null)
    {
        string date = (at ?? clock()).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string scope = $"{date[..8]}/{Region}/s3/aws4_request";
        string encodedPath = "/" + string.Join('/', path.Split('/').Select(Encode));
        string query = string.Create(
            CultureInfo.InvariantCulture,
            $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Encode($"{accessKeyId}/{scope}")}&X-Amz-Date={date}&X-Amz-Expires={validFor.TotalSeconds}&X-Amz-SignedHeaders=host");
        string canonical = $"{method}\n{encodedPath}\n{query}\nhost:{endpoint.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        string toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Hex(HMACSHA256.HashData(SigningKey(date[..8]), Encoding.UTF8.GetBytes(toSign)));
        return RawUri(encodedPath, $"{query}&X-Amz-Signature={signature}");
    }

    public async Task<Answer> SendRawAsync(HttpRequestMessage request)
    {
        using (request)
        using (HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach ((string name, IEnumerable<string> values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).Select(pair => (pair.Key, pair.Value.AsEnumerable())))
                headers[name] = string.Join(',', values);
            return new Answer(response.StatusCode, headers, body);
        }
    }

    /// <summary>Reads the headers of an answer only; the body is still on its way.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public void Dispose() => _http.Dispose();

    public static string Encode(string text) => Uri.EscapeDataString(text);

    private Uri RawUri(string path, string query) => new(
        endpoint.GetLeftPart(UriPartial.Authority) + path + (query.Length == 0 ? "" : "?" + query),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content ??= new ByteArrayContent([]);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private byte[] SigningKey(string date)
    {
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (string part in (string[])[date, Region, "s3", "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The document; references to characters that XML 1.0 forbids are read as S3 writes them.</summary>
    public XElement Xml
    {
        get
        {
            using var reader = XmlReader.Create(new StringReader(Text), new XmlReaderSettings { CheckCharacters = false });
            return XElement.Load(reader);
        }
    }

    /// <summary>The code of an error answer.</summary>
    public string Code => Value("Code");

    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    public IEnumerable<XElement> All(string name) => Xml.Descendants().Where(element => element.Name.LocalName == name);

    public string Value(string name) => All(name).First().Value;

    public IEnumerable<string> Values(string name) => All(name).Select(element => element.Value);

    public string[] Keys => [.. All("Contents").Select(contents => contents.Elements().First(element => element.Name.LocalName == "Key").Value)];
}
