using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>OSS signature version 1 (<c>OSS ak:signature</c>), computed from a received request.</summary>
internal static class SignatureV1
{
    // Union of the sub-resource lists of the Go, C# and Python clients.
    private static readonly HashSet<string> SubResources = new(StringComparer.Ordinal)
    {
        "acl", "bucketInfo", "location", "stat", "delete", "append", "tagging", "objectMeta", "uploads", "uploadId", "partNumber",
        "security-token", "position", "response-content-type", "response-content-language", "response-expires",
        "response-cache-control", "response-content-disposition", "response-content-encoding", "restore", "callback", "callback-var",
        "versions", "versioning", "versionId", "sequential", "continuation-token", "regionList", "cloudboxes", "symlink",
        "logging", "group", "link", "website", "objectInfo", "cors", "lifecycle", "qos", "referer", "live", "comp", "status", "vod",
        "startTime", "endTime", "encryption", "policy", "requestPayment", "qosInfo", "asyncFetch", "inventory", "inventoryId", "worm",
        "wormId", "wormExtend", "replication", "replicationLocation", "replicationProgress", "transferAcceleration", "cname",
        "metaQuery", "resourceGroup", "style", "styleName", "httpsConfig", "redundancyTransition", "accessPoint", "publicAccessBlock",
    };

    /// <summary>The text that is signed.</summary>
    /// <param name="request">The request as understood.</param>
    /// <param name="date">The fourth line: the request's date, or the expiry of a signed URL.</param>
    public static string StringToSign(SignedRequest request, string date)
    {
        StringBuilder text = new(256);
        text.Append(request.Method).Append('\n')
            .Append(HeaderText.Join(request.Headers.ContentMD5)).Append('\n')
            .Append(HeaderText.Join(request.Headers.ContentType)).Append('\n')
            .Append(date).Append('\n');
        AddOssHeaders(text, request);
        text.Append('/');
        if (request.Bucket is not null)
            text.Append(request.Bucket).Append('/');
        text.Append(request.Key);
        AddSubResources(text, request.Query.Query);
        return text.ToString();
    }

    /// <summary>The signature in base64.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Version 1 of the protocol is defined with HMAC-SHA1.")]
    public static string Sign(string secret, string stringToSign) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(stringToSign)));

    private static void AddOssHeaders(StringBuilder text, SignedRequest request)
    {
        List<(string Name, string Value)> headers = new(8);
        foreach ((string name, StringValues values) in request.Headers)
            if (name.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase))
                headers.Add((name.ToLowerInvariant(), HeaderText.Join(values)));
        headers.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach ((string name, string value) in headers)
            text.Append(name).Append(':').Append(value).Append('\n');
    }

    private static void AddSubResources(StringBuilder text, IReadOnlyList<QueryParameter> query)
    {
        List<QueryParameter> signed = [];
        foreach (QueryParameter parameter in query)
            if (SubResources.Contains(parameter.Name) || parameter.Name.StartsWith("x-oss-", StringComparison.Ordinal))
                signed.Add(parameter);
        signed.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        for (int i = 0; i < signed.Count; i++)
        {
            text.Append(i == 0 ? '?' : '&').Append(signed[i].Name);
            if (signed[i].Value.Length > 0)
                text.Append('=').Append(signed[i].Value);
        }
    }
}
