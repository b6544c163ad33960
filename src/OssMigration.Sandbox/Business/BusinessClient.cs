using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Business;

/// <summary>What the business speaks to one side: signed requests over HTTP, to whichever endpoint of it. Safe for concurrent use.</summary>
internal sealed class BusinessClient : IDisposable
{
    private const string S3Signed = "host;x-amz-content-sha256;x-amz-date";
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private const int ListedAtOnce = 1000;
    private const int HashedAtOnce = 64 * 1024;
    private const int KeptErrorCharacters = 300;

    private readonly HttpClient _http;
    private readonly Side _side;
    private readonly BusinessPlace _place;
    private readonly string _endpoint;

    /// <param name="side">Whose keys and clock it uses.</param>
    /// <param name="endpoint">Where it sends: http://127.0.0.1:port.</param>
    /// <param name="place">Where the keys are.</param>
    /// <param name="mostConnections">The most connections.</param>
    public BusinessClient(Side side, string endpoint, BusinessPlace place, int mostConnections)
    {
        _side = side;
        _endpoint = endpoint;
        _place = place;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = mostConnections,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads an object into a buffer that is larger than what is expected.</summary>
    /// <returns>How many bytes came, at most the buffer's length.</returns>
    /// <exception cref="HttpRequestException">The answer is no success, or the connection broke.</exception>
    public async Task<int> ReadAsync(string key, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, key, "", null, cancellationToken);
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
    }

    /// <summary>Reads an object of any size.</summary>
    /// <returns>Its size and its MD5 in upper-case hex.</returns>
    /// <exception cref="HttpRequestException">The answer is no success, or the connection broke.</exception>
    public async Task<(long Size, string Md5)> HashAsync(string key, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, key, "", null, cancellationToken);
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HashedAtOnce);
        try
        {
            long size = 0;
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                md5.AppendData(buffer, 0, read);
                size += read;
            }
            return (size, Convert.ToHexString(md5.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes an object.</summary>
    /// <exception cref="HttpRequestException">The answer is no success, or the connection broke.</exception>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Put, key, "", bytes, cancellationToken);
    }

    /// <summary>Deletes an object.</summary>
    /// <exception cref="HttpRequestException">The answer is no success, or the connection broke.</exception>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, key, "", null, cancellationToken);
    }

    /// <summary>Lists what is there in key order, keys without the prefix.</summary>
    /// <exception cref="HttpRequestException">The answer is no success, or the connection broke.</exception>
    public async IAsyncEnumerable<ListedObject> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        bool isTruncated;
        do
        {
            string start = after is null ? "" : $"&start-after={UriText.Encode(after, keepSlash: false)}";
            string query = $"encoding-type=url&list-type=2&max-keys={ListedAtOnce}&prefix={UriText.Encode(_place.Prefix, keepSlash: false)}{start}";
            using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, null, query, null, cancellationToken);
            XElement page = XElement.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            XNamespace space = page.Name.Namespace;
            foreach (XElement entry in page.Elements(space + "Contents"))
            {
                after = RequestTarget.DecodeQuery((string)entry.Element(space + "Key")!);
                yield return new ListedObject(
                    after[_place.Prefix.Length..], (long)entry.Element(space + "Size")!, ((string)entry.Element(space + "ETag")!).Trim('"'));
            }
            isTruncated = (string?)page.Element(space + "IsTruncated") == "true";
        }
        while (isTruncated);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string? key, string query, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        string? name = key is null ? null : _place.Prefix + key;
        string path = $"/{_place.Bucket}{(name is null ? "" : "/" + UriText.Encode(name, keepSlash: true))}";
        string target = query.Length == 0 ? path : $"{path}?{query}";
        using var request = new HttpRequestMessage(
            method, new Uri(_endpoint + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (body is { } bytes)
            request.Content = new ReadOnlyMemoryContent(bytes);
        if (_side.Name == "s3")
            SignS3(request, path, target);
        else
            SignOss(request, name, target);
        HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new HttpRequestException($"{(int)answer.StatusCode} {(text.Length > KeptErrorCharacters ? text[..KeptErrorCharacters] : text)}".Trim(), null, answer.StatusCode);
        }
    }

    private void SignS3(HttpRequestMessage request, string path, string target)
    {
        string timestamp = Timestamp();
        string scope = $"{timestamp[..8]}/{_side.Region}/s3/aws4_request";
        var headers = new HeaderDictionary
        {
            ["host"] = request.RequestUri!.Authority,
            ["x-amz-content-sha256"] = Unsigned,
            ["x-amz-date"] = timestamp,
        };
        string canonical = S3.SignatureV4.CanonicalRequest(
            request.Method.Method, path, S3.SignatureV4.CanonicalQuery(RequestTarget.Parse(target).Query), headers, S3Signed, Unsigned);
        byte[] key = S3.SignatureV4.SigningKey(_side.AccessKeySecret, timestamp[..8], _side.Region, "s3");
        string signature = S3.SignatureV4.Sign(key, S3.SignatureV4.StringToSign(timestamp, scope, canonical));
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", Unsigned);
        request.Headers.TryAddWithoutValidation("x-amz-date", timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{S3.SignatureV4.Algorithm} Credential={_side.AccessKeyId}/{scope}, SignedHeaders={S3Signed}, Signature={signature}");
    }

    private void SignOss(HttpRequestMessage request, string? key, string target)
    {
        string timestamp = Timestamp();
        var scope = new ScopeV4(timestamp[..8], _side.Region, "oss");
        var headers = new HeaderDictionary { ["x-oss-content-sha256"] = SignatureV4.UnsignedPayload, ["x-oss-date"] = timestamp };
        CanonicalText canonical = SignatureV4.CanonicalRequest(
            new SignedRequest(request.Method.Method, _place.Bucket, key, RequestTarget.Parse(target), headers), additional: null);
        string signature = SignatureV4.Sign(_side.AccessKeySecret, scope, SignatureV4.StringToSign(canonical.Bytes, timestamp, scope));
        request.Headers.TryAddWithoutValidation("x-oss-content-sha256", SignatureV4.UnsignedPayload);
        request.Headers.TryAddWithoutValidation("x-oss-date", timestamp);
        request.Headers.TryAddWithoutValidation("Authorization", $"{SignatureV4.Algorithm} Credential={_side.AccessKeyId}/{scope},Signature={signature}");
    }

    private string Timestamp() => _side.Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>An object as a listing shows it.</summary>
internal sealed record ListedObject(string Key, long Size, string ETag);
