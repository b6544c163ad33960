using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Verifies the signature of a request (header or query) as S3 does, with S3's errors.</summary>
internal static class SignatureCheck
{
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(15);

    /// <summary>Verifies a request.</summary>
    /// <exception cref="S3Exception">The signature, its time, key, region or form is wrong.</exception>
    public static SignatureResult Verify(S3Request request)
    {
        string? authorization = request.Header("Authorization");
        if (request.Target.Has("X-Amz-Algorithm"))
            return authorization is null ? VerifyQuery(request) : throw TwoWays();
        if (request.Target.Has("AWSAccessKeyId") || authorization?.StartsWith("AWS ", StringComparison.Ordinal) == true)
            throw S3Exception.InvalidRequest("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
        return authorization is null ? SignatureResult.Anonymous : VerifyHeader(request, authorization);
    }

    private static SignatureResult VerifyHeader(S3Request request, string authorization)
    {
        if (!authorization.StartsWith(SignatureV4.Algorithm + " ", StringComparison.Ordinal))
            throw S3Exception.InvalidRequest("Unsupported Authorization Type");
        Dictionary<string, string> fields = Fields(authorization[(SignatureV4.Algorithm.Length + 1)..]);
        CredentialScope scope = Scope(request, fields["Credential"], malformed: "AuthorizationHeaderMalformed");
        DateTimeOffset time = SignatureV4.ParseTime(request.Header("x-amz-date") ?? request.Header("Date"))
            ?? throw S3Exception.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        CheckSkew(request, time);
        string payloadHash = request.Header("x-amz-content-sha256")
            ?? throw S3Exception.InvalidRequest("Missing required header for this request: x-amz-content-sha256");
        return Compare(request, scope, time, fields["SignedHeaders"], fields["Signature"], payloadHash);
    }

    private static SignatureResult VerifyQuery(S3Request request)
    {
        RequestTarget query = request.Target;
        string Need(string name) => query.Value(name) is { Length: > 0 } value ? value : throw QueryError(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        if (!string.Equals(Need("X-Amz-Algorithm"), SignatureV4.Algorithm, StringComparison.Ordinal))
            throw QueryError("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        CredentialScope scope = Scope(request, Need("X-Amz-Credential"), malformed: "AuthorizationQueryParametersError");
        DateTimeOffset time = SignatureV4.ParseTime(Need("X-Amz-Date")) ?? throw QueryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        if (!int.TryParse(Need("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds > 604800)
            throw QueryError("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
        if (request.Now > time.AddSeconds(seconds))
        {
            throw new S3Exception(403, "AccessDenied", "Request has expired")
            {
                Details = [("X-Amz-Expires", seconds.ToString(CultureInfo.InvariantCulture)), ("Expires", Iso(time.AddSeconds(seconds))), ("ServerTime", Iso(request.Now))],
            };
        }
        if (time - request.Now > AllowedSkew)
            throw S3Exception.AccessDenied("Request is not valid yet");
        string payloadHash = request.Header("x-amz-content-sha256") ?? query.Value("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD";
        return Compare(request, scope, time, Need("X-Amz-SignedHeaders"), Need("X-Amz-Signature"), payloadHash);
    }

    private static SignatureResult Compare(
        S3Request request, CredentialScope scope, DateTimeOffset time, string signedHeaders, string signature, string payloadHash)
    {
        CheckSignedHeaders(request, signedHeaders);
        if (request.Header("x-amz-security-token") is not null || request.Target.Has("X-Amz-Security-Token"))
            throw new S3Exception(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
        string timestamp = time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        byte[] key = SignatureV4.SigningKey(request.Side.AccessKeySecret, scope.Date, scope.Region, "s3");
        string query = SignatureV4.CanonicalQuery(request.Target.Query);
        string path = UriText.Encode(RequestTarget.DecodePath(request.Target.RawPath), keepSlash: true);
        string canonical = SignatureV4.CanonicalRequest(
            request.Context.Request.Method, path, query, request.Context.Request.Headers, signedHeaders, payloadHash);
        string toSign = SignatureV4.StringToSign(timestamp, scope.Text, canonical);
        if (!SignatureV4.AreEqual(SignatureV4.Sign(key, toSign), signature))
        {
            throw new S3Exception(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
            {
                Details =
                [
                    ("AWSAccessKeyId", request.Side.AccessKeyId),
                    ("StringToSign", toSign),
                    ("SignatureProvided", signature),
                    ("StringToSignBytes", HexBytes(toSign)),
                    ("CanonicalRequest", canonical),
                    ("CanonicalRequestBytes", HexBytes(canonical)),
                ],
            };
        }
        return new SignatureResult(true, payloadHash, key, timestamp, scope.Text, signature);
    }

    // Headers that carry meaning must be signed, or somebody on the way could add them.
    private static void CheckSignedHeaders(S3Request request, string signedHeaders)
    {
        string[] names = signedHeaders.Split(';');
        if (names.Contains("accept-encoding", StringComparer.Ordinal) && HabitsOf(request).HasFlag(BucketHabits.RewritesAcceptEncoding))
            throw new S3Exception(403, "SignatureDoesNotMatch", "Access denied.");
        if (!names.Contains("host", StringComparer.Ordinal))
            throw new S3Exception(403, "SignatureDoesNotMatch", "The Host header must be signed.");
        foreach (KeyValuePair<string, StringValues> header in request.Context.Request.Headers)
        {
            if (!header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) || names.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                continue;
            if (request.Target.Has("X-Amz-Algorithm") && header.Key.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase))
                continue;
            throw new S3Exception(403, "AccessDenied", "There were headers present in the request which were not signed")
            {
                Details = [("HeadersNotSigned", header.Key.ToLowerInvariant())],
            };
        }
    }

    private static CredentialScope Scope(S3Request request, string credential, string malformed)
    {
        string[] parts = credential.Split('/');
        if (parts.Length != 5 || parts[3] != "s3" || parts[4] != "aws4_request")
            throw new S3Exception(400, malformed, "The authorization header is malformed; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        if (!string.Equals(parts[0], request.Side.AccessKeyId, StringComparison.Ordinal))
        {
            throw new S3Exception(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
            {
                Details = [("AWSAccessKeyId", parts[0])],
            };
        }
        string region = parts[2];
        Bucket? bucket = request.BucketName is not null && request.Side.Buckets.TryGet(request.BucketName, out Bucket? found) ? found : null;
        string expected = bucket?.Region ?? request.Side.Region;
        if (HabitsOf(request).HasFlag(BucketHabits.TakesAnyRegion))
            return new CredentialScope(parts[1], region, string.Join('/', parts.Skip(1)));
        // Whoever signed for the endpoint's region gets a redirect later, when the bucket turns out to be elsewhere.
        if (region != expected && region != request.Side.Region)
        {
            throw new S3Exception(400, malformed, $"The authorization header is malformed; the region '{region}' is wrong; expecting '{expected}'")
            {
                Details = [("Region", expected)],
                Headers = bucket is null ? [] : [("x-amz-bucket-region", expected)],
            };
        }
        return new CredentialScope(parts[1], region, string.Join('/', parts.Skip(1)));
    }

    // The bucket is not found yet when the signature is looked at.
    private static BucketHabits HabitsOf(S3Request request)
        => request.BucketName is not null && request.Side.Buckets.TryGet(request.BucketName, out Bucket? bucket) ? bucket.Habits : BucketHabits.None;

    private static void CheckSkew(S3Request request, DateTimeOffset time)
    {
        DateTimeOffset now = request.Now;
        if ((now - time).Duration() <= AllowedSkew)
            return;
        throw new S3Exception(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
        {
            Details =
            [
                ("RequestTime", time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)),
                ("ServerTime", Iso(now)),
                ("MaxAllowedSkewMilliseconds", "900000"),
            ],
        };
    }

    private static Dictionary<string, string> Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string field in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                fields[field[..equals]] = field[(equals + 1)..];
        }
        foreach (string needed in (ReadOnlySpan<string>)["Credential", "SignedHeaders", "Signature"])
            if (!fields.ContainsKey(needed))
                throw new S3Exception(400, "AuthorizationHeaderMalformed", $"The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature; {needed} is missing.");
        return fields;
    }

    private static S3Exception QueryError(string message) => new(400, "AuthorizationQueryParametersError", message);

    private static S3Exception TwoWays() => new(400, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified");

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string HexBytes(string text) => string.Join(' ', Encoding.UTF8.GetBytes(text).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    private sealed record CredentialScope(string Date, string Region, string Text);
}

/// <summary>What the signature of a request says about its body.</summary>
/// <param name="IsSigned">False for an anonymous request.</param>
/// <param name="PayloadHash">The value of x-amz-content-sha256, or UNSIGNED-PAYLOAD.</param>
/// <param name="SigningKey">Signs the chunks of a streamed body.</param>
/// <param name="Timestamp">Of the request, for the chunks.</param>
/// <param name="Scope">Date/region/s3/aws4_request, for the chunks.</param>
/// <param name="Seed">The request's signature, from which the chain of chunk signatures begins.</param>
internal sealed record SignatureResult(bool IsSigned, string PayloadHash, byte[] SigningKey, string Timestamp, string Scope, string Seed)
{
    /// <summary>No signature at all.</summary>
    public static readonly SignatureResult Anonymous = new(false, "UNSIGNED-PAYLOAD", [], "", "", "");

    /// <summary>Never shows the key.</summary>
    public override string ToString() => IsSigned ? "signed" : "anonymous";
}
