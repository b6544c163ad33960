using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>Signs a GET to an S3-compatible origin (AWS signature version 4), as MirrorAuth S3V4 asks for.</summary>
internal static class S3OriginSigner
{
    private const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string SignedHeaders = "host;x-amz-content-sha256;x-amz-date";

    /// <summary>Adds the date, the payload hash and the Authorization header.</summary>
    /// <param name="request">A request without a body whose URI is final.</param>
    /// <param name="auth">The key pair.</param>
    /// <param name="now">The time of signing.</param>
    public static void Sign(HttpRequestMessage request, MirrorAuth auth, DateTimeOffset now)
    {
        string timestamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string scope = $"{timestamp[..8]}/{auth.Region}/s3/aws4_request";
        Uri uri = request.RequestUri!;
        string host = request.Headers.Host ?? uri.Authority;
        string canonical = string.Join('\n',
            request.Method.Method, uri.AbsolutePath, SortedQuery(uri.Query),
            $"host:{host}", $"x-amz-content-sha256:{EmptyPayload}", $"x-amz-date:{timestamp}", string.Empty, SignedHeaders, EmptyPayload);
        string toSign = $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + auth.AccessKeySecret), timestamp[..8]), auth.Region), "s3"), "aws4_request");
        string signature = Convert.ToHexStringLower(Hmac(key, toSign));
        request.Headers.TryAddWithoutValidation("x-amz-date", timestamp);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", EmptyPayload);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={auth.AccessKeyId}/{scope}, SignedHeaders={SignedHeaders}, Signature={signature}");
    }

    private static string SortedQuery(string query)
    {
        if (query.Length <= 1)
            return string.Empty;
        IEnumerable<string> pairs = query[1..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=");
        return string.Join('&', pairs.Order(StringComparer.Ordinal));
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
