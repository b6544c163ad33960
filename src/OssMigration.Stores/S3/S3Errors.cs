using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>Who answered with an error.</summary>
/// <param name="Store">The store's display name.</param>
/// <param name="Provider">What is different about it.</param>
/// <param name="Now">The server's time, for Retry-After dates.</param>
internal readonly record struct ErrorOrigin(string Store, S3Provider Provider, DateTimeOffset Now);

/// <summary>Error answers of S3. Source: Amazon S3 API Reference, "Error Responses".</summary>
internal static class S3Errors
{
    /// <summary>Reads an error answer. Answers to HEAD have no text: the status decides alone.</summary>
    /// <param name="answer">An answer that is no success.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="origin">Who answered.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<StoreException> ReadAsync(HttpAnswer answer, S3Request request, ErrorOrigin origin, CancellationToken cancellationToken)
    {
        XElement? error = await ErrorText.ReadAsync(answer, origin.Store, request.Key, cancellationToken).ConfigureAwait(false);
        return Create(answer, error, request, origin);
    }

    /// <summary>The error for an answer, from its status and its Error element.</summary>
    public static StoreException Create(HttpAnswer answer, XElement? error, S3Request request, ErrorOrigin origin)
    {
        int status = (int)answer.Status;
        string? code = error?.Text("Code");
        string? region = answer.Header("x-amz-bucket-region") ?? error?.Text("Region");
        if (code is null || !origin.Provider.ErrorCodes.TryGetValue(code, out StoreErrorKind kind))
            kind = KindOf(status, code, region is not null, request.Key is not null);
        if (request.HasHeader("if-none-match"))
            kind = OfForbiddenOverwrite(kind, status);
        return new StoreException(kind, origin.Store, Sentence(kind, status, code, error, region))
        {
            Key = request.Key,
            Code = code,
            HttpStatus = status,
            RequestId = answer.Header("x-amz-request-id") ?? error?.Text("RequestId"),
            RetryAfter = answer.RetryAfter(origin.Now),
            Region = kind == StoreErrorKind.WrongRegion ? region : null,
        };
    }

    /// <summary>What status and code mean. The code decides where there is one that is known.</summary>
    internal static StoreErrorKind KindOf(int status, string? code, bool namesRegion, bool hasKey) => code switch
    {
        "NoSuchKey" or "NoSuchVersion" => StoreErrorKind.NotFound,
        "NoSuchBucket" or "InvalidBucketName" => StoreErrorKind.NoSuchBucket,
        "NoSuchUpload" => StoreErrorKind.NoSuchUpload,
        "PreconditionFailed" => StoreErrorKind.Changed,
        "InvalidObjectState" => StoreErrorKind.NeedsRestore,
        "PermanentRedirect" or "TemporaryRedirect" or "Redirect" or "IllegalLocationConstraintException" => StoreErrorKind.WrongRegion,
        "AuthorizationHeaderMalformed" => namesRegion ? StoreErrorKind.WrongRegion : StoreErrorKind.Credential,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired"
            or "InvalidSecurity" or "NotSignedUp" or "InvalidClientTokenId" or "UnrecognizedClientException" => StoreErrorKind.Credential,
        "RequestTimeTooSkewed" or "RequestExpired" => StoreErrorKind.ClockSkew,
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" or "InvalidPayer" => StoreErrorKind.AccessDenied,
        "SlowDown" or "ServiceUnavailable" or "Throttling" or "ThrottlingException" or "TooManyRequests" or "RequestLimitExceeded"
            or "BandwidthLimitExceeded" or "ReduceRequestRate" or "Busy" => StoreErrorKind.Throttled,
        "RequestTimeout" or "IncompleteBody" => StoreErrorKind.Network,
        "BadDigest" or "InvalidDigest" => StoreErrorKind.DigestMismatch,
        "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch" => StoreErrorKind.Integrity,
        // Two writers met; the same request may go through when the other is done.
        "OperationAborted" or "ConditionalRequestConflict" or "InternalError" => StoreErrorKind.ServerError,
        "NotImplemented" or "MethodNotAllowed" or "UnsupportedOperation" => StoreErrorKind.NotSupported,
        _ => KindOf(status, namesRegion && code is null, hasKey),
    };

    /// <summary>Whether fresh keys may help.</summary>
    public static bool IsExpiredToken(StoreException error) =>
        error.Code is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired"
        || (error.Code is null && error.HttpStatus == 400);

    private static StoreErrorKind KindOf(int status, bool namesRegion, bool hasKey) => status switch
    {
        301 or 302 or 307 or 308 => StoreErrorKind.WrongRegion,
        400 when namesRegion => StoreErrorKind.WrongRegion,
        401 => StoreErrorKind.Credential,
        403 => StoreErrorKind.AccessDenied,
        404 => hasKey ? StoreErrorKind.NotFound : StoreErrorKind.NoSuchBucket,
        405 or 501 => StoreErrorKind.NotSupported,
        408 => StoreErrorKind.Network,
        412 => StoreErrorKind.Changed,
        429 or 503 => StoreErrorKind.Throttled,
        >= 400 and < 500 => StoreErrorKind.InvalidRequest,
        _ => StoreErrorKind.ServerError,
    };

    private static StoreErrorKind OfForbiddenOverwrite(StoreErrorKind kind, int status) =>
        kind == StoreErrorKind.Changed || status == 304 ? StoreErrorKind.AlreadyExists : kind;

    private static string Sentence(StoreErrorKind kind, int status, string? code, XElement? error, string? region)
    {
        if (kind == StoreErrorKind.WrongRegion)
            return region is null ? "The bucket is at another endpoint." : $"The bucket is in the region {region}.";
        string? text = error?.Text("Message");
        if (!string.IsNullOrWhiteSpace(text))
            return $"S3 refused: {text.Trim().TrimEnd('.')}.";
        return code is not null
            ? $"S3 refused with {code}."
            : $"S3 answered with status {status.ToString(CultureInfo.InvariantCulture)}.";
    }
}
