using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Tests;

/// <summary>AWS signature version 4 for a request without query, written for the tests alone.</summary>
internal static class AwsTestSignature
{
    public static string Of(string method, string path, string host, string stamp, string region, string secret, string payloadHash)
    {
        StringBuilder canonical = new();
        canonical.Append(method).Append('\n').Append(path).Append("\n\n");
        canonical.Append("host:").Append(host).Append('\n');
        canonical.Append("x-amz-content-sha256:").Append(payloadHash).Append('\n');
        canonical.Append("x-amz-date:").Append(stamp).Append("\n\n");
        canonical.Append("host;x-amz-content-sha256;x-amz-date\n").Append(payloadHash);
        string day = stamp[..8];
        string text = $"AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(canonical.ToString())))}";
        byte[] key = Encoding.ASCII.GetBytes("AWS4" + secret);
        foreach (string step in (string[])[day, region, "s3", "aws4_request", text])
            key = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(step));
        return Convert.ToHexStringLower(key);
    }
}
