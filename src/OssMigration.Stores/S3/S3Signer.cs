using System.Security.Cryptography;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>
/// AWS4-HMAC-SHA256 for S3: the path is encoded once and not normalised. Signs host, range, content-md5 and every x-amz-*
/// header. Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header".
/// </summary>
internal sealed class S3Signer(string region)
{
    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The payload is not part of the signature; TLS protects it.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Terminator = "aws4_request";
    private const int TypicalBytes = 1024;

    private readonly DerivedKeyCache _keys = new("AWS4", region, "s3", Terminator);
    private readonly string _scopeTail = $"/{region}/s3/{Terminator}";

    /// <summary>The region of the scope.</summary>
    public string Region { get; } = region;

    /// <summary>Adds date, payload hash, token and Authorization to the headers of a request, in place of earlier ones.</summary>
    /// <param name="request">The request.</param>
    /// <param name="layout">Where it goes.</param>
    /// <param name="credential">The keys.</param>
    /// <param name="now">The time by the server's clock.</param>
    /// <param name="payload">The payload's hash in lower-case hex, or <see cref="UnsignedPayload"/>.</param>
    public void Sign(S3Request request, EndpointLayout layout, StoreCredential credential, DateTimeOffset now, string payload)
    {
        List<KeyValuePair<string, string>> headers = request.Headers;
        headers.RemoveAll(static header => header.Key is "authorization" or "x-amz-date" or "x-amz-content-sha256" or "x-amz-security-token");
        string time = SigningTime.Format(now);
        headers.Add(new("x-amz-content-sha256", payload));
        headers.Add(new("x-amz-date", time));
        if (credential.SecurityToken is not null)
            headers.Add(new("x-amz-security-token", credential.SecurityToken));
        headers.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashCanonicalRequest(request, layout, payload, hash);
        HashStringToSign(credential.AccessKeySecret, time, hash);
        headers.Add(new("authorization", Authorization(request, credential.AccessKeyId, time, hash)));
    }

    private static bool IsSigned(string name) =>
        name.StartsWith("x-amz-", StringComparison.Ordinal) || name is "range" or "content-md5";

    private static void HashCanonicalRequest(S3Request request, EndpointLayout layout, string payload, Span<byte> hash)
    {
        Utf8Builder text = new(TypicalBytes);
        try
        {
            text.Append(request.Method.Method);
            text.Append('\n');
            text.Append(layout.BasePath);
            text.Append('/');
            text.Append(request.EncodedKey);
            text.Append('\n');
            text.Append(request.Query);
            text.Append('\n');
            AppendHeaders(ref text, request, layout.Host);
            text.Append('\n');
            AppendNames(ref text, request);
            text.Append('\n');
            text.Append(payload);
            SHA256.HashData(text.Written, hash);
        }
        finally
        {
            text.Dispose();
        }
    }

    // Sorted by name: content-md5 is the only one before host.
    private static void AppendHeaders(ref Utf8Builder text, S3Request request, string host)
    {
        bool isHostWritten = false;
        foreach ((string name, string value) in request.Headers)
        {
            if (!IsSigned(name))
                continue;
            if (!isHostWritten && string.CompareOrdinal(name, "host") > 0)
            {
                AppendHeader(ref text, "host", host);
                isHostWritten = true;
            }

            AppendHeader(ref text, name, value);
        }
    }

    private static void AppendHeader(ref Utf8Builder text, string name, string value)
    {
        text.Append(name);
        text.Append(':');
        ReadOnlySpan<char> rest = value.AsSpan().Trim(' ');
        // Runs of spaces inside a value count as one.
        while (rest.IndexOf("  ", StringComparison.Ordinal) is >= 0 and int at)
        {
            text.Append(rest[..(at + 1)]);
            rest = rest[at..].TrimStart(' ');
        }

        text.Append(rest);
        text.Append('\n');
    }

    private static void AppendNames(ref Utf8Builder text, S3Request request)
    {
        bool isHostWritten = false;
        bool isFirst = true;
        foreach ((string name, _) in request.Headers)
        {
            if (!IsSigned(name))
                continue;
            if (!isHostWritten && string.CompareOrdinal(name, "host") > 0)
            {
                text.Append(isFirst ? "host" : ";host");
                isHostWritten = true;
                isFirst = false;
            }

            if (!isFirst)
                text.Append(';');
            text.Append(name);
            isFirst = false;
        }
    }

    private void HashStringToSign(string secret, string time, Span<byte> hash)
    {
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
            HMACSHA256.HashData(_keys.Get(secret, date), text.Written, hash);
        }
        finally
        {
            text.Dispose();
        }
    }

    private string Authorization(S3Request request, string accessKeyId, string time, ReadOnlySpan<byte> signature)
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
            text.Append(",SignedHeaders=");
            AppendNames(ref text, request);
            text.Append(",Signature=");
            text.AppendHex(signature);
            return System.Text.Encoding.UTF8.GetString(text.Written);
        }
        finally
        {
            text.Dispose();
        }
    }
}
