using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>
/// Error answers of OSS. Source: the "Error responses" and EC pages, retry lists of the Go and C# V2 clients.
/// </summary>
internal static class OssErrors
{
    // Source: "Map a custom domain name", the notice on top (help, doc-detail 31836).
    private const string PublicEndpointForbidden = "PublicEndpointForbidden";
    private const string NeedsDomain =
        "OSS takes no requests for data at its public endpoint from accounts that are younger than 20 March 2025 and buckets in mainland regions. Bind a domain of your own to the bucket and give it as endpoint with -AddressingStyle Cname, or work inside the region by the internal endpoint.";

    /// <summary>Reads an error answer, of HEAD too, whose error stands in headers.</summary>
    /// <param name="answer">An answer that is no success.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="key">The full key, or null.</param>
    /// <param name="now">The server's time, for Retry-After dates.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<StoreException> ReadAsync(
        HttpAnswer answer, string store, string? key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        XElement? error = answer.Header("x-oss-err") is { } encoded ? FromHeader(encoded) : null;
        error ??= await ErrorText.ReadAsync(answer, store, key, cancellationToken).ConfigureAwait(false);
        return Create(answer, error, store, key, now);
    }

    /// <summary>The error for an answer, from its status and its Error element.</summary>
    public static StoreException Create(HttpAnswer answer, XElement? error, string store, string? key, DateTimeOffset now)
    {
        int status = (int)answer.Status;
        string? code = error?.Text("Code");
        string? text = error?.Text("Message");
        string? endpoint = error?.Text("Endpoint");
        StoreErrorKind kind = KindOf(status, code, text, endpoint, key is not null);
        return new StoreException(kind, store, Sentence(kind, status, code, text, endpoint, answer.Header("x-oss-ec") ?? error?.Text("EC")))
        {
            Key = key,
            Code = code,
            HttpStatus = status,
            RequestId = answer.Header("x-oss-request-id") ?? error?.Text("RequestId"),
            RetryAfter = RetryAfter(answer, now),
            ConcernsEveryObject = code == PublicEndpointForbidden,
            Region = kind == StoreErrorKind.WrongRegion ? OssEndpoint.RegionOf(endpoint) : null,
        };
    }

    /// <summary>What status and code mean. The code decides where there is one that is known.</summary>
    internal static StoreErrorKind KindOf(int status, string? code, string? message, string? endpoint, bool hasKey) => code switch
    {
        _ when message is not null && message.Contains("signing region", StringComparison.OrdinalIgnoreCase) => StoreErrorKind.WrongRegion,
        "NoSuchKey" or "NoSuchVersion" or "SymlinkTargetNotExist" => StoreErrorKind.NotFound,
        "NoSuchBucket" or "InvalidBucketName" => StoreErrorKind.NoSuchBucket,
        "NoSuchUpload" => StoreErrorKind.NoSuchUpload,
        "PreconditionFailed" => StoreErrorKind.Changed,
        "FileAlreadyExists" or "ObjectAlreadyExists" or "BucketAlreadyExists" => StoreErrorKind.AlreadyExists,
        "InvalidObjectState" => StoreErrorKind.NeedsRestore,
        "SignatureDoesNotMatch" or "InvalidAccessKeyId" or "InvalidSecurityToken" or "SecurityTokenExpired"
            or "AccessKeyIdAndSecurityTokenNotMatch" or "UserDisable" => StoreErrorKind.Credential,
        "RequestTimeTooSkewed" => StoreErrorKind.ClockSkew,
        "AccessDenied" when endpoint is not null => StoreErrorKind.WrongRegion,
        "PermanentRedirect" or "TemporaryRedirect" => StoreErrorKind.WrongRegion,
        "AccessDenied" or "AccessForbidden" or "BucketDisable" or "FileImmutable" or "SecondLevelDomainForbidden"
            or "NonStandardHostForbidden" or "TransferAccelerationDisabled" or PublicEndpointForbidden => StoreErrorKind.AccessDenied,
        "InvalidDigest" => StoreErrorKind.DigestMismatch,
        "InvalidCRC64" => StoreErrorKind.Integrity,
        "RequestTimeout" or "IncompleteBody" => StoreErrorKind.Network,
        "NotImplemented" or "OperationNotSupported" or "MethodNotAllowed" => StoreErrorKind.NotSupported,
        // The clients of the vendor retry this code and what the mirror's origin failed at.
        "BadRequest" or "MirrorFailed" or "InternalError" => StoreErrorKind.ServerError,
        "SlowDown" or "ServiceUnavailable" => StoreErrorKind.Throttled,
        not null when code.EndsWith("LimitExceeded", StringComparison.Ordinal) || code.EndsWith("Limitted", StringComparison.Ordinal)
            => StoreErrorKind.Throttled,
        _ => KindOf(status, hasKey),
    };

    private static StoreErrorKind KindOf(int status, bool hasKey) => status switch
    {
        // The vendor's clients retry a bare 401.
        401 or 424 => StoreErrorKind.ServerError,
        403 => StoreErrorKind.AccessDenied,
        404 => hasKey ? StoreErrorKind.NotFound : StoreErrorKind.NoSuchBucket,
        405 or 501 => StoreErrorKind.NotSupported,
        408 => StoreErrorKind.Network,
        412 => StoreErrorKind.Changed,
        429 or 503 => StoreErrorKind.Throttled,
        >= 400 and < 500 => StoreErrorKind.InvalidRequest,
        _ => StoreErrorKind.ServerError,
    };

    private static string Sentence(StoreErrorKind kind, int status, string? code, string? text, string? endpoint, string? ec)
    {
        string sentence = kind == StoreErrorKind.WrongRegion && endpoint is not null
            ? $"The bucket belongs to the endpoint {endpoint}."
            : code == PublicEndpointForbidden ? $"OSS refused: {text?.Trim().TrimEnd('.') ?? code}. {NeedsDomain}"
            : !string.IsNullOrWhiteSpace(text) ? $"OSS refused: {text.Trim().TrimEnd('.')}."
            : code is not null ? $"OSS refused with {code}."
            : $"OSS answered with status {status.ToString(CultureInfo.InvariantCulture)}.";
        return ec is null ? sentence : $"{sentence} (EC {ec})";
    }

    private static TimeSpan? RetryAfter(HttpAnswer answer, DateTimeOffset now)
    {
        if (answer.RetryAfter(now) is { } asked)
            return asked;
        return long.TryParse(answer.Header("x-oss-qos-delay-time"), NumberStyles.None, CultureInfo.InvariantCulture, out long delay) && delay < 86_400_000
            ? TimeSpan.FromMilliseconds(delay)
            : null;
    }

    internal static XElement? FromHeader(string base64)
    {
        try
        {
            using MemoryStream document = new(Convert.FromBase64String(base64), writable: false);
            XElement? error = AnswerXml.TryLoad(document);
            return error?.Name.LocalName == "Error" ? error : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
