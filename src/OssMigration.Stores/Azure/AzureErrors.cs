using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>Error answers of the Blob service. Source: REST API reference, "Blob service error codes", "Common REST API error codes".</summary>
internal static class AzureErrors
{
    /// <summary>Reads an error answer.</summary>
    public static async Task<StoreException> ReadAsync(HttpAnswer answer, string? key, string store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        XElement? error = await ErrorText.ReadAsync(answer, store, key, cancellationToken).ConfigureAwait(false);
        int status = (int)answer.Status;
        string? code = answer.Header("x-ms-error-code") ?? error?.Text("Code");
        StoreErrorKind kind = KindOf(status, code, key is not null);
        return new StoreException(kind, store, Sentence(status, code, error))
        {
            Key = key,
            Code = code,
            HttpStatus = status,
            RequestId = answer.Header("x-ms-request-id"),
            RetryAfter = answer.RetryAfter(now),
        };
    }

    /// <summary>Whether the service does not know the version that was asked for.</summary>
    public static bool IsUnknownVersion(StoreException error)
        => error.HttpStatus == 400 && error.Code is "InvalidHeaderValue" or "UnsupportedHeader" && error.Message.Contains("x-ms-version", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a fresh token may help.</summary>
    public static bool IsExpiredToken(StoreException error) => error.HttpStatus == 401;

    private static StoreErrorKind KindOf(int status, string? code, bool hasKey) => code switch
    {
        "BlobNotFound" or "ResourceNotFound" when hasKey => StoreErrorKind.NotFound,
        "ContainerNotFound" or "ContainerBeingDeleted" or "ContainerDisabled" or "ResourceNotFound" => StoreErrorKind.NoSuchBucket,
        "BlobArchived" or "BlobBeingRehydrated" => StoreErrorKind.NeedsRestore,
        "ConditionNotMet" or "TargetConditionNotMet" => StoreErrorKind.Changed,
        "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" or "AccountIsDisabled" => StoreErrorKind.Credential,
        "ServerBusy" => StoreErrorKind.Throttled,
        "OperationTimedOut" or "InternalError" => StoreErrorKind.ServerError,
        "Md5Mismatch" => StoreErrorKind.DigestMismatch,
        _ => KindOf(status, hasKey),
    };

    private static StoreErrorKind KindOf(int status, bool hasKey) => status switch
    {
        401 => StoreErrorKind.Credential,
        403 => StoreErrorKind.AccessDenied,
        404 => hasKey ? StoreErrorKind.NotFound : StoreErrorKind.NoSuchBucket,
        408 => StoreErrorKind.Network,
        412 => StoreErrorKind.Changed,
        429 or 503 => StoreErrorKind.Throttled,
        501 => StoreErrorKind.NotSupported,
        >= 400 and < 500 => StoreErrorKind.InvalidRequest,
        _ => StoreErrorKind.ServerError,
    };

    // The message goes on with request id and time in further lines, and its details quote what was signed.
    private static string Sentence(int status, string? code, XElement? error)
    {
        string? text = error?.Text("Message")?.Split('\n')[0].Trim().TrimEnd('.');
        if (!string.IsNullOrEmpty(text) && !AzureAuthorization.IsSignature(text))
        {
            string? header = error?.Text("HeaderName");
            return $"Azure refused: {text}{(header is null ? "" : $" ({header})")}.";
        }

        return code is not null ? $"Azure refused with {code}." : $"Azure answered with status {status.ToString(CultureInfo.InvariantCulture)}.";
    }
}
