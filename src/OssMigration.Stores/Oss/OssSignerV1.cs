using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>
/// The older signature (HMAC-SHA1), for endpoints that know no other.
/// Source: alibabacloud-oss-go-sdk-v2 oss/signer/v1.go, aliyun-oss-python-sdk oss2/auth.py.
/// </summary>
internal sealed class OssSignerV1 : IOssSigner
{
    // Query parameters that belong to the resource, and so are signed; all others are not.
    private static readonly FrozenSet<string> SubResources = new[]
    {
        "accessPoint", "acl", "append", "asyncFetch", "bucketInfo", "callback", "callback-var", "cloudboxes", "cname", "comp",
        "continuation-token", "cors", "delete", "encryption", "endTime", "group", "httpsConfig", "inventory", "inventoryId",
        "lifecycle", "link", "live", "location", "logging", "metaQuery", "objectInfo", "objectMeta", "partNumber", "policy",
        "position", "publicAccessBlock", "qos", "qosInfo", "redundancyTransition", "referer", "regionList", "replication",
        "replicationLocation", "replicationProgress", "requestPayment", "resourceGroup", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
        "response-expires", "restore", "security-token", "sequential", "startTime", "stat", "status", "style", "styleName",
        "symlink", "tagging", "transferAcceleration", "uploadId", "uploads", "versionId", "versioning", "versions", "vod",
        "website", "worm", "wormExtend", "wormId",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Sign(OssRequest request, StoreCredential credential, DateTimeOffset now)
    {
        request.Headers.RemoveAll(static header => header.Key is "authorization" or "date" or "x-oss-security-token");
        if (credential.SecurityToken is not null)
            request.WithHeader("x-oss-security-token", credential.SecurityToken);
        string? date = request.Header("x-oss-date");
        if (date is null)
        {
            date = HttpDate.Format(now);
            request.WithHeader("date", date);
        }

        request.WithHeader("authorization", $"OSS {credential.AccessKeyId}:{Signature(request, request.Query, date, credential)}");
    }

    /// <inheritdoc/>
    public string Presign(OssRequest request, StoreCredential credential, DateTimeOffset now, TimeSpan lifetime)
    {
        string expires = (now + lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> query = [.. request.Query];
        if (credential.SecurityToken is not null)
            query.Add(new("security-token", credential.SecurityToken));
        string signature = Signature(request, query, expires, credential);
        query.Add(new("OSSAccessKeyId", credential.AccessKeyId));
        query.Add(new("Expires", expires));
        query.Add(new("Signature", signature));
        return OssQuery.Encode(query);
    }

    /// <summary>What is signed.</summary>
    internal static string StringToSign(OssRequest request, List<KeyValuePair<string, string>> query, string date)
    {
        StringBuilder text = new();
        text.Append(request.Method.Method).Append('\n');
        text.Append(request.Header("content-md5")).Append('\n');
        text.Append(request.Header("content-type")).Append('\n');
        text.Append(date).Append('\n');

        List<KeyValuePair<string, string>> headers = request.Headers.FindAll(static header => header.Key.StartsWith("x-oss-", StringComparison.Ordinal));
        headers.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        foreach ((string name, string value) in headers)
            text.Append(name).Append(':').Append(value.AsSpan().Trim()).Append('\n');

        text.Append('/');
        if (request.Bucket.Length > 0)
            text.Append(request.Bucket).Append('/').Append(request.Key);
        AppendSubResources(text, query);
        return text.ToString();
    }

    private static void AppendSubResources(StringBuilder text, List<KeyValuePair<string, string>> query)
    {
        List<KeyValuePair<string, string>> signed = query.FindAll(
            static parameter => SubResources.Contains(parameter.Key) || parameter.Key.StartsWith("x-oss-", StringComparison.Ordinal));
        signed.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        char separator = '?';
        foreach ((string name, string value) in signed)
        {
            text.Append(separator).Append(name);
            if (value.Length > 0)
                text.Append('=').Append(value);
            separator = '&';
        }
    }

    private static string Signature(OssRequest request, List<KeyValuePair<string, string>> query, string date, StoreCredential credential)
    {
        string text = StringToSign(request, query, date);
        // The service defines this signature with SHA-1; requests that can be V4 are V4.
#pragma warning disable CA5350
        byte[] mac = HMACSHA1.HashData(Encoding.UTF8.GetBytes(credential.AccessKeySecret), Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
        return Convert.ToBase64String(mac);
    }
}
