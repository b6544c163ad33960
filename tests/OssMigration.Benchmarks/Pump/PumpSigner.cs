using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Benchmarks.Pump;

/// <summary>
/// The least of a V4 signature that S3 and OSS accept. It is a contestant of its own on purpose and shares nothing with the
/// stores. Keys of benchmarks have nothing in them that must be encoded.
/// </summary>
internal sealed class PumpSigner(PumpEnd end, bool isOss)
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private readonly string _prefix = isOss ? "x-oss-" : "x-amz-";
    private readonly object _gate = new();
    private string _day = "";
    private byte[] _key = [];

    /// <summary>Signs a request for a key.</summary>
    /// <param name="request">The request, without the headers that this adds.</param>
    /// <param name="key">The key; null for the bucket.</param>
    /// <param name="query">The query as it is sent, sorted; empty for none.</param>
    /// <param name="bodyHash">SHA-256 of the body in hex, for S3 writes; null for none.</param>
    public void Sign(HttpRequestMessage request, string? key, string query, string? bodyHash)
    {
        DateTime now = DateTime.UtcNow;
        string date = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string day = date[..8];
        string hash = isOss ? "UNSIGNED-PAYLOAD" : bodyHash ?? EmptyHash;
        string service = isOss ? "oss" : "s3";
        string scope = isOss ? $"{day}/{end.Region}/oss/aliyun_v4_request" : $"{day}/{end.Region}/s3/aws4_request";
        string headers = isOss
            ? $"x-oss-content-sha256:{hash}\nx-oss-date:{date}\n"
            : $"host:{end.Endpoint.Authority}\nx-amz-content-sha256:{hash}\nx-amz-date:{date}\n";
        string names = isOss ? "" : "host;x-amz-content-sha256;x-amz-date";
        string canonical = $"{request.Method}\n/{end.Bucket}{(key is null ? "" : "/" + key)}\n{query}\n{headers}\n{names}\n{hash}";
        string algorithm = isOss ? "OSS4-HMAC-SHA256" : "AWS4-HMAC-SHA256";
        string toSign = $"{algorithm}\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Hex(HMACSHA256.HashData(KeyOf(day, service), Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation(_prefix + "date", date);
        request.Headers.TryAddWithoutValidation(_prefix + "content-sha256", hash);
        request.Headers.TryAddWithoutValidation("Authorization", isOss
            ? $"{algorithm} Credential={end.Keys.Id}/{scope},Signature={signature}"
            : $"{algorithm} Credential={end.Keys.Id}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private byte[] KeyOf(string day, string service)
    {
        lock (_gate)
        {
            if (_day == day)
                return _key;
            byte[] key = Encoding.UTF8.GetBytes((isOss ? "aliyun_v4" : "AWS4") + end.Keys.Secret);
            foreach (string part in (string[])[day, end.Region, service, isOss ? "aliyun_v4_request" : "aws4_request"])
                key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            (_day, _key) = (day, key);
            return key;
        }
    }
}
