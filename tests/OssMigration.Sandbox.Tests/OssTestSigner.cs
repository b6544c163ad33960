using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Tests;

/// <summary>Signs requests as a client does, by code of its own: it shares nothing with the verifier.</summary>
internal sealed class OssTestSigner(string id, string secret, string region = "cn-hangzhou")
{
    private static readonly string[] SubResources =
    [
        "acl", "append", "bucketInfo", "cname", "comp", "continuation-token", "delete", "lifecycle", "location", "objectMeta", "partNumber", "position",
        "restore", "security-token", "stat", "tagging", "uploadId", "uploads", "versionId", "versioning", "versions", "website", "response-content-type",
    ];

    public string Id => id;

    public static string Escape(string text, bool keepSlash = false)
    {
        string escaped = Uri.EscapeDataString(text);
        return keepSlash ? escaped.Replace("%2F", "/", StringComparison.Ordinal) : escaped;
    }

    /// <summary>The Authorization header of version 4; adds x-oss-date and x-oss-content-sha256.</summary>
    public string V4(string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers, DateTimeOffset now, string? additional = null)
    {
        headers["x-oss-date"] = Stamp(now);
        headers.TryAdd("x-oss-content-sha256", "UNSIGNED-PAYLOAD");
        string signature = V4Signature(method, bucket, key, query, headers, now, additional);
        string field = additional is null ? string.Empty : $",AdditionalHeaders={additional}";
        return $"OSS4-HMAC-SHA256 Credential={id}/{Scope(now)}{field},Signature={signature}";
    }

    /// <summary>The query of a version 4 signed URL.</summary>
    public List<(string Name, string? Value)> V4Query(
        string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers, DateTimeOffset now, long seconds)
    {
        List<(string Name, string? Value)> all =
        [
            .. query,
            ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
            ("x-oss-date", Stamp(now)),
            ("x-oss-expires", seconds.ToString(CultureInfo.InvariantCulture)),
            ("x-oss-credential", $"{id}/{Scope(now)}"),
        ];
        all.Add(("x-oss-signature", V4Signature(method, bucket, key, all, headers, now, null)));
        return all;
    }

    /// <summary>The Authorization header of version 1; the Date header must be among the headers.</summary>
    public string V1(string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers) =>
        $"OSS {id}:{V1Signature(method, bucket, key, query, headers, headers["Date"])}";

    /// <summary>The query of a version 1 signed URL.</summary>
    public List<(string Name, string? Value)> V1Query(
        string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers, DateTimeOffset expires)
    {
        string seconds = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        List<(string Name, string? Value)> all = [.. query];
        string signature = V1Signature(method, bucket, key, all, headers, seconds);
        return [.. all, ("OSSAccessKeyId", id), ("Expires", seconds), ("Signature", signature)];
    }

    private static string Stamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static byte[] Hmac256(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Resource(string? bucket, string? key) => bucket is null ? "/" : $"/{bucket}/{key}";

    private string Scope(DateTimeOffset now) => $"{Stamp(now)[..8]}/{region}/oss/aliyun_v4_request";

    private string V4Signature(
        string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers, DateTimeOffset now, string? additional)
    {
        string[] extra = additional?.Split(';') ?? [];
        string canonicalQuery = string.Join('&', query
            .Select(p => (Name: Escape(p.Name), Value: p.Value is null ? "" : Escape(p.Value)))
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => p.Value.Length == 0 ? p.Name : $"{p.Name}={p.Value}"));
        string canonicalHeaders = string.Concat(headers
            .Select(h => (Name: h.Key.ToLowerInvariant(), h.Value))
            .Where(h => h.Name.StartsWith("x-oss-", StringComparison.Ordinal) || h.Name is "content-type" or "content-md5" || extra.Contains(h.Name))
            .OrderBy(h => h.Name, StringComparer.Ordinal)
            .Select(h => $"{h.Name}:{h.Value.Trim()}\n"));
        string canonical = $"{method}\n{Escape(Resource(bucket, key), keepSlash: true)}\n{canonicalQuery}\n{canonicalHeaders}\n{additional}\nUNSIGNED-PAYLOAD";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        byte[] signingKey = Hmac256(Hmac256(Hmac256(Hmac256(Encoding.UTF8.GetBytes("aliyun_v4" + secret), Stamp(now)[..8]), region), "oss"), "aliyun_v4_request");
        return Convert.ToHexStringLower(Hmac256(signingKey, $"OSS4-HMAC-SHA256\n{Stamp(now)}\n{Scope(now)}\n{hash}"));
    }

    [SuppressMessage("Security", "CA5350", Justification = "Version 1 of the protocol is defined with HMAC-SHA1.")]
    private string V1Signature(
        string method, string? bucket, string? key, IEnumerable<(string Name, string? Value)> query, IDictionary<string, string> headers, string date)
    {
        string ossHeaders = string.Concat(headers
            .Select(h => (Name: h.Key.ToLowerInvariant(), h.Value))
            .Where(h => h.Name.StartsWith("x-oss-", StringComparison.Ordinal))
            .OrderBy(h => h.Name, StringComparer.Ordinal)
            .Select(h => $"{h.Name}:{h.Value}\n"));
        string[] sub = [.. query
            .Where(p => SubResources.Contains(p.Name) || p.Name.StartsWith("x-oss-", StringComparison.Ordinal))
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => string.IsNullOrEmpty(p.Value) ? p.Name : $"{p.Name}={p.Value}")];
        string text = $"{method}\n{headers.TryGet("Content-MD5")}\n{headers.TryGet("Content-Type")}\n{date}\n{ossHeaders}{Resource(bucket, key)}"
            + (sub.Length == 0 ? string.Empty : "?" + string.Join('&', sub));
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
    }
}

internal static class HeaderMap
{
    public static string TryGet(this IDictionary<string, string> headers, string name) =>
        headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? string.Empty;
}
