using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>Who sent a request.</summary>
internal enum OssCaller
{
    /// <summary>Nobody signed it.</summary>
    Anonymous,

    /// <summary>The owner of the buckets.</summary>
    Owner,
}

/// <summary>
/// Checks the signature of a request in every form OSS knows: V4 and V1, in the Authorization header and in the query.
/// Throws <see cref="OssErrorException"/> when it does not hold.
/// </summary>
internal sealed class OssAuthenticator(Side side)
{
    private const string ProductName = "oss";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestPresigned = TimeSpan.FromDays(7);

    /// <summary>The caller, or an exception.</summary>
    public OssCaller Authenticate(SignedRequest request)
    {
        string authorization = request.Headers.Authorization.ToString();
        bool queryV4 = request.Query.Has("x-oss-signature-version") || request.Query.Has("x-oss-signature");
        bool queryV1 = request.Query.Has("OSSAccessKeyId") || request.Query.Has("Signature");
        if (authorization.Length > 0 && (queryV4 || queryV1))
            throw OssErrors.InvalidArgument("Only one auth mechanism allowed; only the query parameters or the Authorization header should be specified.");
        if (queryV4)
            return CheckV4Query(request);
        if (queryV1)
            return CheckV1Query(request);
        if (authorization.Length == 0)
            return OssCaller.Anonymous;
        if (authorization.StartsWith(SignatureV4.Algorithm + " ", StringComparison.Ordinal))
            return CheckV4Header(request, authorization);
        if (authorization.StartsWith("OSS ", StringComparison.Ordinal))
            return CheckV1Header(request, authorization);
        throw OssErrors.InvalidArgument("Unsupported Authorization Type", "Authorization", string.Empty).WithEc("0002-00000002");
    }

    private OssCaller CheckV4Header(SignedRequest request, string authorization)
    {
        V4Authorization parts = V4Authorization.Parse(authorization);
        string payload = HeaderText.Join(request.Headers["x-oss-content-sha256"]);
        if (payload != SignatureV4.UnsignedPayload)
            throw OssErrors.InvalidArgument("x-oss-content-sha256 must be UNSIGNED-PAYLOAD.", "x-oss-content-sha256", payload).WithEc("0002-00000214");
        string timestamp = HeaderText.Join(request.Headers["x-oss-date"]);
        if (timestamp.Length == 0 && request.Headers.Date.Count == 0)
            throw MissingDate();
        DateTimeOffset signedAt = timestamp.Length > 0
            ? ParseBasic(timestamp)
            : ParseHttpDate(HeaderText.Join(request.Headers.Date));
        if (timestamp.Length == 0)
            timestamp = signedAt.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        CheckScope(parts.Scope, timestamp);
        string secret = Secret(parts.AccessKeyId, HeaderText.Join(request.Headers["x-oss-security-token"]));
        CheckWindow(signedAt);
        VerifyV4(request, parts, timestamp, secret);
        return OssCaller.Owner;
    }

    private OssCaller CheckV4Query(SignedRequest request)
    {
        RequestTarget query = request.Query;
        string version = Required(query, "x-oss-signature-version");
        if (version != SignatureV4.Algorithm)
            throw OssErrors.InvalidArgument("Unsupported signature version.", "x-oss-signature-version", version);
        string timestamp = Required(query, "x-oss-date");
        string expires = Required(query, "x-oss-expires");
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds < 1 || seconds > (long)LongestPresigned.TotalSeconds)
            throw OssErrors.InvalidArgument("x-oss-expires must be between 1 and 604800 seconds.", "x-oss-expires", expires).WithEc("0002-00000232");
        DateTimeOffset signedAt = ParseBasic(timestamp);
        V4Authorization parts = V4Authorization.FromQuery(
            Required(query, "x-oss-credential"), query.Value("x-oss-additional-headers"), Required(query, "x-oss-signature"));
        CheckScope(parts.Scope, timestamp);
        string secret = Secret(parts.AccessKeyId, query.Value("x-oss-security-token") ?? string.Empty);
        if (signedAt - side.Clock.GetUtcNow() > Window)
            throw TimeTooSkewed(signedAt);
        CheckExpiry(signedAt.AddSeconds(seconds));
        VerifyV4(request, parts, timestamp, secret);
        return OssCaller.Owner;
    }

    private OssCaller CheckV1Header(SignedRequest request, string authorization)
    {
        string credential = authorization[4..].Trim();
        int colon = credential.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == credential.Length - 1)
            throw OssErrors.InvalidArgument("The Authorization header is invalid.", "Authorization", string.Empty);
        string id = credential[..colon];
        string provided = credential[(colon + 1)..];
        string ossDate = HeaderText.Join(request.Headers["x-oss-date"]);
        string date = HeaderText.Join(request.Headers.Date);
        if (ossDate.Length == 0 && date.Length == 0)
            throw MissingDate();
        string secret = Secret(id, HeaderText.Join(request.Headers["x-oss-security-token"]));
        CheckWindow(ParseHttpDate(ossDate.Length > 0 ? ossDate : date));
        string toSign = SignatureV1.StringToSign(request, ossDate.Length > 0 ? ossDate : date);
        // Clients differ in which of the two dates they sign when they send both.
        bool holds = Same(SignatureV1.Sign(secret, toSign), provided)
            || (ossDate.Length > 0 && date.Length > 0 && Same(SignatureV1.Sign(secret, SignatureV1.StringToSign(request, date)), provided));
        if (!holds)
            throw SignatureDoesNotMatch(id, provided, toSign);
        return OssCaller.Owner;
    }

    private OssCaller CheckV1Query(SignedRequest request)
    {
        string id = Required(request.Query, "OSSAccessKeyId");
        string provided = Required(request.Query, "Signature");
        string expires = Required(request.Query, "Expires");
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            throw OssErrors.AccessDenied("Invalid date (should be seconds since epoch): " + expires);
        string secret = Secret(id, request.Query.Value("security-token") ?? string.Empty);
        CheckExpiry(DateTimeOffset.FromUnixTimeSeconds(seconds));
        string toSign = SignatureV1.StringToSign(request, expires);
        if (!Same(SignatureV1.Sign(secret, toSign), provided))
            throw SignatureDoesNotMatch(id, provided, toSign);
        return OssCaller.Owner;
    }

    private static void VerifyV4(SignedRequest request, V4Authorization parts, string timestamp, string secret)
    {
        CanonicalText canonical = SignatureV4.CanonicalRequest(request, parts.AdditionalHeaders);
        string toSign = SignatureV4.StringToSign(canonical.Bytes, timestamp, parts.Scope);
        if (!Same(SignatureV4.Sign(secret, parts.Scope, toSign), parts.Signature))
            throw SignatureDoesNotMatch(parts.AccessKeyId, parts.Signature, toSign).With("CanonicalRequest", canonical.ToString());
    }

    private void CheckScope(ScopeV4 scope, string timestamp)
    {
        if (!timestamp.StartsWith(scope.Date, StringComparison.Ordinal))
            throw OssErrors.InvalidArgument("Invalid signing date in Authorization header.", "Date", scope.Date);
        if (scope.Region != side.Region)
            throw OssErrors.InvalidArgument("Invalid signing region in Authorization header.", "Region", scope.Region).WithEc("0002-00000226");
        if (scope.Product != ProductName)
            throw OssErrors.InvalidArgument("Invalid signing product in Authorization header.", "Product", scope.Product);
    }

    private string Secret(string id, string token)
    {
        if (token.Length == 0)
        {
            if (string.Equals(id, side.AccessKeyId, StringComparison.Ordinal))
                return side.AccessKeySecret;
            throw new OssErrorException(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
                .With("OSSAccessKeyId", id).WithEc("0002-00000902");
        }

        if (side.Temporary.Find(id) is not { } temporary || !Same(temporary.SecurityToken, token))
            throw new OssErrorException(403, "InvalidSecurityToken", "The security token you provided is invalid.");
        if (temporary.Expires <= side.Clock.GetUtcNow())
            throw new OssErrorException(403, "SecurityTokenExpired", "The security token you provided has expired.");
        return temporary.AccessKeySecret;
    }

    private void CheckWindow(DateTimeOffset signedAt)
    {
        if ((side.Clock.GetUtcNow() - signedAt).Duration() > Window)
            throw TimeTooSkewed(signedAt);
    }

    private void CheckExpiry(DateTimeOffset end)
    {
        DateTimeOffset now = side.Clock.GetUtcNow();
        if (end <= now)
            throw OssErrors.AccessDenied("Request has expired.").With("Expires", OssTime.Xml(end)).With("ServerTime", OssTime.Xml(now));
    }

    private OssErrorException TimeTooSkewed(DateTimeOffset signedAt) =>
        new OssErrorException(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
            .With("MaxAllowedSkewMilliseconds", ((long)Window.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))
            .With("RequestTime", OssTime.Xml(signedAt))
            .With("ServerTime", OssTime.Xml(side.Clock.GetUtcNow()))
            .WithEc("0002-00000504");

    private static OssErrorException MissingDate() =>
        new OssErrorException(403, "AccessDenied", "OSS authentication requires a valid Date.").WithEc("0002-00000503");

    private static OssErrorException SignatureDoesNotMatch(string id, string provided, string toSign) =>
        new OssErrorException(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
            .With("OSSAccessKeyId", id)
            .With("SignatureProvided", provided)
            .With("StringToSign", toSign)
            .With("StringToSignBytes", string.Join(' ', Encoding.UTF8.GetBytes(toSign).Select(b => b.ToString("X2", CultureInfo.InvariantCulture))))
            .WithEc("0002-00000040");

    private static DateTimeOffset ParseBasic(string timestamp) =>
        DateTimeOffset.TryParseExact(timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw OssErrors.InvalidArgument("The date must be in the form yyyyMMdd'T'HHmmss'Z'.", "x-oss-date", timestamp);

    private static DateTimeOffset ParseHttpDate(string date) =>
        DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : throw MissingDate();

    private static string Required(RequestTarget query, string name) =>
        query.Value(name) is { Length: > 0 } value
            ? value
            : throw OssErrors.InvalidArgument("A parameter of the signed URL is missing.", name, string.Empty);

    private static bool Same(string expected, string provided) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(provided));
}
