using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>The scope of a V4 signature: <c>date/region/product/aliyun_v4_request</c>.</summary>
internal readonly record struct ScopeV4(string Date, string Region, string Product)
{
    /// <summary>The last word of every scope.</summary>
    public const string Terminator = "aliyun_v4_request";

    /// <inheritdoc/>
    public override string ToString() => $"{Date}/{Region}/{Product}/{Terminator}";
}

/// <summary>OSS signature version 4 (<c>OSS4-HMAC-SHA256</c>), computed from a received request.</summary>
internal static class SignatureV4
{
    /// <summary>The algorithm token.</summary>
    public const string Algorithm = "OSS4-HMAC-SHA256";

    /// <summary>The only payload hash the service accepts.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const int CachedKeys = 64;

    private static readonly ConcurrentDictionary<(string Secret, ScopeV4 Scope), byte[]> SigningKeys = new();

    /// <summary>The canonical request.</summary>
    /// <param name="request">The request as understood.</param>
    /// <param name="additional">AdditionalHeaders as the client named them, lower case; null or empty for none.</param>
    public static CanonicalText CanonicalRequest(SignedRequest request, IReadOnlyCollection<string>? additional)
    {
        List<(string Name, string Value)> headers = SignedHeaders(request.Headers, additional, out List<string> extra);
        CanonicalText text = CanonicalText.Start().Add(request.Method).Add('\n');
        text.Add('/');
        if (request.Bucket is not null)
            text.AddEncoded(request.Bucket).Add('/');
        if (request.Key is not null)
            text.AddEncoded(request.Key, keep: '/');
        text.Add('\n');
        AddQuery(text, request.Query.Query);
        text.Add('\n');
        foreach ((string name, string value) in headers)
            text.Add(name).Add(':').Add(value).Add('\n');
        text.Add('\n');
        for (int i = 0; i < extra.Count; i++)
            text.Add(i == 0 ? string.Empty : ";").Add(extra[i]);
        return text.Add('\n').Add(UnsignedPayload);
    }

    /// <summary>The four lines that are signed.</summary>
    public static string StringToSign(ReadOnlySpan<byte> canonicalRequest, string timestamp, ScopeV4 scope) =>
        $"{Algorithm}\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(canonicalRequest))}";

    /// <summary>The signing key of a secret for a scope.</summary>
    public static byte[] SigningKey(string secret, ScopeV4 scope)
    {
        byte[] date = HMACSHA256.HashData(Encoding.UTF8.GetBytes("aliyun_v4" + secret), Encoding.UTF8.GetBytes(scope.Date));
        byte[] region = HMACSHA256.HashData(date, Encoding.UTF8.GetBytes(scope.Region));
        byte[] product = HMACSHA256.HashData(region, Encoding.UTF8.GetBytes(scope.Product));
        return HMACSHA256.HashData(product, Encoding.UTF8.GetBytes(ScopeV4.Terminator));
    }

    /// <summary>The signature, 64 lower-case hex digits.</summary>
    public static string Sign(string secret, ScopeV4 scope, string stringToSign)
    {
        if (!SigningKeys.TryGetValue((secret, scope), out byte[]? key))
        {
            key = SigningKey(secret, scope);
            // The scope comes from the client, so the cache must not grow with what is sent.
            if (SigningKeys.Count >= CachedKeys)
                SigningKeys.Clear();
            SigningKeys[(secret, scope)] = key;
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));
    }

    private static void AddQuery(CanonicalText text, IReadOnlyList<QueryParameter> query)
    {
        if (query.Count == 0)
            return;
        List<(string Name, string Value)> encoded = new(query.Count);
        foreach (QueryParameter parameter in query)
            if (parameter.Name != "x-oss-signature")
                encoded.Add((UriText.Encode(parameter.Name, keepSlash: false), UriText.Encode(parameter.Value, keepSlash: false)));
        if (encoded.Count > 1)
            encoded.Sort(static (a, b) => ByNameThenValue(a, b));
        for (int i = 0; i < encoded.Count; i++)
        {
            if (i > 0)
                text.Add('&');
            text.Add(encoded[i].Name);
            if (encoded[i].Value.Length > 0)
                text.Add('=').Add(encoded[i].Value);
        }
    }

    private static int ByNameThenValue((string Name, string Value) a, (string Name, string Value) b)
    {
        int byName = string.CompareOrdinal(a.Name, b.Name);
        return byName != 0 ? byName : string.CompareOrdinal(a.Value, b.Value);
    }

    private static List<(string Name, string Value)> SignedHeaders(
        IHeaderDictionary headers, IReadOnlyCollection<string>? additional, out List<string> extra)
    {
        List<(string Name, string Value)> signed = new(8);
        extra = [];
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
        {
            bool byDefault = IsSignedByDefault(name);
            if (!byDefault && additional is not { Count: > 0 })
                continue;
            string lower = name.ToLowerInvariant();
            bool named = !byDefault && additional!.Contains(lower);
            if (named)
                extra.Add(lower);
            if (byDefault || named)
                signed.Add((lower, HeaderText.Join(values)));
        }

        signed.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        extra.Sort(StringComparer.Ordinal);
        return signed;
    }

    private static bool IsSignedByDefault(string name) =>
        name.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-md5", StringComparison.OrdinalIgnoreCase);
}
