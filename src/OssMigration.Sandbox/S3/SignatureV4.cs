using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>The arithmetic of AWS signature version 4: canonical request, string to sign, signing key, signature.</summary>
internal static class SignatureV4
{
    /// <summary>The algorithm's token.</summary>
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The SHA-256 of no bytes, in hex.</summary>
    public const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly ConcurrentDictionary<(string Secret, string Date, string Region, string Service), byte[]> Keys = new();

    /// <summary>The canonical query: encoded anew, sorted by name and value, without the signature itself.</summary>
    public static string CanonicalQuery(IReadOnlyList<QueryParameter> query)
    {
        if (query.Count == 0)
            return "";
        var pairs = new List<(string Name, string Value)>(query.Count);
        foreach (QueryParameter parameter in query)
            if (!string.Equals(parameter.Name, "X-Amz-Signature", StringComparison.Ordinal))
                pairs.Add((UriText.Encode(parameter.Name, keepSlash: false), UriText.Encode(parameter.Value, keepSlash: false)));
        pairs.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        return string.Join('&', pairs.Select(static pair => pair.Name + "=" + pair.Value));
    }

    /// <summary>The canonical request.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path, percent-encoded.</param>
    /// <param name="canonicalQuery">From <see cref="CanonicalQuery"/>.</param>
    /// <param name="headers">The headers of the request.</param>
    /// <param name="signedHeaders">Names in lower case, sorted, joined by semicolons.</param>
    /// <param name="payloadHash">Hex SHA-256 or one of the literal values.</param>
    public static string CanonicalRequest(
        string method, string path, string canonicalQuery, IHeaderDictionary headers, string signedHeaders, string payloadHash)
    {
        var text = new StringBuilder(512);
        text.Append(method).Append('\n').Append(path).Append('\n').Append(canonicalQuery).Append('\n');
        foreach (string name in signedHeaders.Split(';'))
        {
            text.Append(name).Append(':');
            AppendValue(text, headers[name].ToString());
            text.Append('\n');
        }
        return text.Append('\n').Append(signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    /// <summary>The string to sign of a request.</summary>
    public static string StringToSign(string timestamp, string scope, string canonicalRequest) =>
        string.Concat(Algorithm + "\n", timestamp + "\n", scope + "\n", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest))));

    /// <summary>The signing key of a day, region and service.</summary>
    public static byte[] SigningKey(string secret, string date, string region, string service)
    {
        if (Keys.TryGetValue((secret, date, region, service), out byte[]? known))
            return known;
        byte[] key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.UTF8.GetBytes(date));
        foreach (string step in (ReadOnlySpan<string>)[region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        // Every day and wrong region would add an entry; a sandbox that runs for long starts over.
        if (Keys.Count > 100)
            Keys.Clear();
        return Keys[(secret, date, region, service)] = key;
    }

    /// <summary>The signature in hex.</summary>
    public static string Sign(byte[] signingKey, string stringToSign) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(stringToSign)));

    /// <summary>Compares signatures without telling by time where they differ.</summary>
    public static bool AreEqual(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    /// <summary>Reads yyyyMMddTHHmmssZ, or the form of the Date header.</summary>
    public static DateTimeOffset? ParseTime(string? text)
    {
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, Styles, out DateTimeOffset time))
            return time;
        return DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, Styles, out time) ? time : null;
    }

    // Outer blanks go, inner runs of blanks become one.
    private static void AppendValue(StringBuilder text, string value)
    {
        bool blank = false;
        foreach (char c in value.AsSpan().Trim())
        {
            if (c == ' ' && blank)
                continue;
            blank = c == ' ';
            text.Append(c);
        }
    }
}
