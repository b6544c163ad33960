using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>
/// OSS4-HMAC-SHA256. Signs content-type, content-md5, every x-oss-* header and the additional headers; the payload is
/// never hashed, the service accepts nothing but UNSIGNED-PAYLOAD.
/// Source: alibabacloud-oss-go-sdk-v2 oss/signer/v4.go, and the page "recommend-to-use-signature-version-4".
/// </summary>
internal sealed class OssSignerV4(string region, string product = "oss") : IOssSigner
{
    private const string Algorithm = "OSS4-HMAC-SHA256";
    private const string Terminator = "aliyun_v4_request";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private const int TypicalBytes = 1024;

    private readonly DerivedKeyCache _keys = new("aliyun_v4", region, product, Terminator);
    private readonly string _scopeTail = $"/{region}/{product}/{Terminator}";

    /// <inheritdoc/>
    public void Sign(OssRequest request, StoreCredential credential, DateTimeOffset now)
    {
        string time = SigningTime.Format(now);
        request.WithHeader("x-oss-content-sha256", UnsignedPayload).WithHeader("x-oss-date", time);
        request.Headers.RemoveAll(static header => header.Key is "authorization" or "x-oss-security-token");
        if (credential.SecurityToken is not null)
            request.WithHeader("x-oss-security-token", credential.SecurityToken);
        request.Headers.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

        List<string> additional = AdditionalNames(request);
        Span<byte> signature = stackalloc byte[SHA256.HashSizeInBytes];
        Signature(request, request.EncodedQuery, request.Headers, additional, credential, time, signature);
        request.WithHeader("authorization", Authorization(credential.AccessKeyId, time, additional, signature));
    }

    /// <inheritdoc/>
    public string Presign(OssRequest request, StoreCredential credential, DateTimeOffset now, TimeSpan lifetime)
    {
        string time = SigningTime.Format(now);
        List<string> additional = AdditionalNames(request);
        List<KeyValuePair<string, string>> query =
        [
            .. request.Query,
            new("x-oss-signature-version", Algorithm),
            new("x-oss-date", time),
            new("x-oss-expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            new("x-oss-credential", string.Concat($"{credential.AccessKeyId}/", time.AsSpan(0, 8), _scopeTail)),
        ];
        if (credential.SecurityToken is not null)
            query.Add(new("x-oss-security-token", credential.SecurityToken));
        if (additional.Count > 0)
            query.Add(new("x-oss-additional-headers", string.Join(';', additional)));
        List<KeyValuePair<string, string>> headers = [.. request.Headers];
        headers.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        Span<byte> signature = stackalloc byte[SHA256.HashSizeInBytes];
        Signature(request, OssQuery.Encode(query), headers, additional, credential, time, signature);
        query.Add(new("x-oss-signature", Convert.ToHexString(signature).ToLowerInvariant()));
        return OssQuery.Encode(query);
    }

    /// <summary>SHA-256 of the canonical request. Headers are sorted.</summary>
    internal static void HashCanonicalRequest(
        OssRequest request,
        string encodedQuery,
        List<KeyValuePair<string, string>> headers,
        List<string> additional,
        Span<byte> hash)
    {
        Utf8Builder text = new(TypicalBytes);
        try
        {
            text.Append(request.Method.Method);
            text.Append('\n');
            text.Append('/');
            if (request.Bucket.Length > 0)
            {
                text.Append(request.Bucket);
                text.Append('/');
                text.Append(request.EncodedKey);
            }

            text.Append('\n');
            text.Append(encodedQuery);
            text.Append('\n');
            foreach ((string name, string value) in headers)
            {
                if (!IsAlwaysSigned(name) && !additional.Contains(name))
                    continue;
                text.Append(name);
                text.Append(':');
                text.Append(value.AsSpan().Trim());
                text.Append('\n');
            }

            text.Append('\n');
            for (int i = 0; i < additional.Count; i++)
            {
                if (i > 0)
                    text.Append(';');
                text.Append(additional[i]);
            }

            text.Append('\n');
            text.Append(UnsignedPayload);
            SHA256.HashData(text.Written, hash);
        }
        finally
        {
            text.Dispose();
        }
    }

    private static bool IsAlwaysSigned(string name) =>
        name.StartsWith("x-oss-", StringComparison.Ordinal) || name is "content-type" or "content-md5";

    // Names that are signed anyway, or whose header is not there, must not be listed.
    private static List<string> AdditionalNames(OssRequest request)
    {
        List<string> names = [];
        foreach (string given in request.AdditionalHeaders ?? [])
        {
            string name = given.ToLowerInvariant();
            if (!IsAlwaysSigned(name) && request.Header(name) is not null && !names.Contains(name))
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private string Authorization(string accessKeyId, string time, List<string> additional, ReadOnlySpan<byte> signature)
    {
        Utf8Builder text = new(TypicalBytes);
        try
        {
            text.Append(Algorithm);
            text.Append(" Credential=");
            text.Append(accessKeyId);
            text.Append('/');
            text.Append(time.AsSpan(0, 8));
            text.Append(_scopeTail);
            for (int i = 0; i < additional.Count; i++)
            {
                text.Append(i == 0 ? ",AdditionalHeaders=" : ";");
                text.Append(additional[i]);
            }

            text.Append(",Signature=");
            text.AppendHex(signature);
            return Encoding.UTF8.GetString(text.Written);
        }
        finally
        {
            text.Dispose();
        }
    }

    private void Signature(
        OssRequest request,
        string encodedQuery,
        List<KeyValuePair<string, string>> headers,
        List<string> additional,
        StoreCredential credential,
        string time,
        Span<byte> hash)
    {
        HashCanonicalRequest(request, encodedQuery, headers, additional, hash);
        ReadOnlySpan<char> date = time.AsSpan(0, 8);
        Utf8Builder text = new(TypicalBytes);
        try
        {
            text.Append(Algorithm);
            text.Append('\n');
            text.Append(time);
            text.Append('\n');
            text.Append(date);
            text.Append(_scopeTail);
            text.Append('\n');
            text.AppendHex(hash);
            HMACSHA256.HashData(_keys.Get(credential.AccessKeySecret, date), text.Written, hash);
        }
        finally
        {
            text.Dispose();
        }
    }
}
