using OssMigration.Core.Reporting;

namespace OssMigration.Core.Stores;

/// <summary>What went wrong, in the words that decide what happens next.</summary>
public enum StoreErrorKind
{
    /// <summary>The server failed (5xx) or the answer made no sense. Worth retrying.</summary>
    ServerError,

    /// <summary>The connection failed, was reset, timed out, or the body ended early. Worth retrying.</summary>
    Network,

    /// <summary>The store asks for less (503, 429, ...LimitExceeded). Worth retrying after <see cref="StoreException.RetryAfter"/>.</summary>
    Throttled,

    /// <summary>The bytes that arrived are not the bytes that were sent (CRC, MD5, ETag). Worth retrying.</summary>
    Integrity,

    /// <summary>The body has not the MD5 that the request names: nothing was stored. Whether the body or the MD5 is wrong, the caller must find out.</summary>
    DigestMismatch,

    /// <summary>The key does not exist.</summary>
    NotFound,

    /// <summary>The bucket (or folder) does not exist. Stops the job.</summary>
    NoSuchBucket,

    /// <summary>The upload id is unknown: aborted or already completed.</summary>
    NoSuchUpload,

    /// <summary>A pinned read found another version (412).</summary>
    Changed,

    /// <summary>A write that must not overwrite found an object (409).</summary>
    AlreadyExists,

    /// <summary>The object is archived and not restored.</summary>
    NeedsRestore,

    /// <summary>This request is not permitted. On a listing it stops the job, on one object it fails that object.</summary>
    AccessDenied,

    /// <summary>Unknown key id, wrong secret, invalid or expired token. Stops the job at once.</summary>
    Credential,

    /// <summary>The clocks differ too much and learning the offset did not help. Stops the job.</summary>
    ClockSkew,

    /// <summary>The bucket is in another region than the address says. Stops the job.</summary>
    WrongRegion,

    /// <summary>The store refuses the request as it is (bad key, metadata, size). Fails that object.</summary>
    InvalidRequest,

    /// <summary>The store cannot do this at all.</summary>
    NotSupported,

    /// <summary>The store broke the order or the completeness of a listing. Stops the listing.</summary>
    Listing,

    /// <summary>The local disk refused (full, read-only). Stops the job.</summary>
    LocalDisk,
}

/// <summary>
/// An error of a store, with what a person needs to find it: object, store, request id. The message never holds a
/// secret, a signature or a presigned query.
/// </summary>
public sealed class StoreException : Exception
{
    /// <summary>Makes an error; the message names store and key by itself.</summary>
    /// <param name="kind">What it means.</param>
    /// <param name="store">The store's display name, for example <c>oss://bucket</c>.</param>
    /// <param name="message">One sentence, without secrets. What acts on a terminal is written out in it (<see cref="VisibleText"/>): servers repeat keys.</param>
    /// <param name="inner">The cause, or null.</param>
    public StoreException(StoreErrorKind kind, string store, string message, Exception? inner = null)
        : base(VisibleText.Of(message), inner)
    {
        Kind = kind;
        Store = store;
    }

    /// <summary>What the error means.</summary>
    public StoreErrorKind Kind { get; }

    /// <summary>The store's display name.</summary>
    public string Store { get; }

    /// <summary>The full key in the store, or null for a request on the bucket.</summary>
    public string? Key { get; init; }

    /// <summary>The vendor's request id, or null where no answer came.</summary>
    public string? RequestId { get; init; }

    /// <summary>The vendor's error code (for example NoSuchKey), or null.</summary>
    public string? Code { get; init; }

    /// <summary>The HTTP status, or null where no answer came or the store is not HTTP.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>How long the store asks to wait, from Retry-After or x-oss-qos-delay-time; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The region that the store names for the bucket, with <see cref="StoreErrorKind.WrongRegion"/>.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the request had been sent before without an answer that tells what came of it: it may have been done then.</summary>
    public bool FollowsLostAnswer { get; internal set; }

    /// <summary>Whether the error of one object is taken for that of all: <see cref="StopsJob"/> is true then, whatever the kind.</summary>
    public bool ConcernsEveryObject { get; init; }

    /// <summary>Whether the same request may succeed if it is sent again.</summary>
    public bool IsRetryable => Kind is StoreErrorKind.ServerError or StoreErrorKind.Network or StoreErrorKind.Throttled or StoreErrorKind.Integrity;

    /// <summary>Whether the job cannot go on: every further object would fail in the same way.</summary>
    public bool StopsJob => ConcernsEveryObject || Kind is StoreErrorKind.Credential or StoreErrorKind.NoSuchBucket or StoreErrorKind.ClockSkew
        or StoreErrorKind.WrongRegion or StoreErrorKind.LocalDisk or StoreErrorKind.Listing;

    /// <summary>The message with object, store, code and request id, as people see it.</summary>
    public string Describe()
    {
        List<string> parts = [Message, $"Store: {Store}."];
        if (Key is not null)
            parts.Add($"Key: {Key}.");
        if (Code is not null || HttpStatus is not null)
            parts.Add($"Answer: {HttpStatus} {Code}.");
        if (RequestId is not null)
            parts.Add($"Request id: {RequestId}.");
        return VisibleText.Of(string.Join(' ', parts));
    }
}
