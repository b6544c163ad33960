using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3.Providers;

/// <summary>
/// Google Cloud Storage by its XML API, with an HMAC key.
/// <list type="bullet">
/// <item>Endpoint https://storage.googleapis.com for all places, the bucket in path or host: https://cloud.google.com/storage/docs/request-endpoints.
/// The region of a signature may be any, auto too: https://cloud.google.com/storage/docs/authentication/signatures.</item>
/// <item>A request that is signed as for AWS is answered with x-amz-* headers and ACLs in the form of S3:
/// https://cloud.google.com/storage/docs/aws-simple-migration. Others, anonymous ones too, with x-goog-*: https://cloud.google.com/storage/docs/xml-api/reference-headers.</item>
/// <item>ListObjectsV2 since November 2021 (https://cloud.google.com/storage/docs/release-notes#November_01_2021), with start-after,
/// encoding-type=url and 1,000 keys a page: https://cloud.google.com/storage/docs/xml-api/get-bucket-list.</item>
/// <item>An object with Content-Encoding: gzip is unpacked on its way, with another length and without its ETag's content, unless the request
/// accepts gzip: https://cloud.google.com/storage/docs/transcoding. The front end rewrites Accept-Encoding, so it must not be signed:
/// https://github.com/rclone/rclone/issues/6670.</item>
/// <item>The ETag of an object in parts is not based on MD5, but it has a CRC32C: https://cloud.google.com/storage/docs/xml-api/post-object-complete;
/// x-goog-hash has both: https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash.</item>
/// <item>All classes, ARCHIVE too, are read at once, and nothing is restored: https://cloud.google.com/storage/docs/storage-classes.</item>
/// <item>Lifecycle rules are of another form, Action and Condition: https://cloud.google.com/storage/docs/xml-api/put-bucket-lifecycle. Objects have no tags.</item>
/// <item>Error codes: https://cloud.google.com/storage/docs/xml-api/reference-status.</item>
/// </list>
/// </summary>
internal static class GoogleStorage
{
    /// <summary>The facts.</summary>
    public static S3Provider Facts { get; } = new()
    {
        Name = "GoogleCloudStorage",
        Title = "Google Cloud Storage (XML API, HMAC keys)",
        Endpoint = "https://storage.googleapis.com",
        Hosts = ["storage.googleapis.com"],
        Region = "auto",
        Listing = ListingVersion.V2,
        AcceptEncoding = "gzip",
        HeaderPrefix = "x-goog-",
        HashHeader = "x-goog-hash",
        ArchiveClasses = [],
        RestoreParameters = null,
        StorageClasses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["MULTI_REGIONAL"] = "Default",
            ["REGIONAL"] = "Default",
            ["DURABLE_REDUCED_AVAILABILITY"] = "Default",
            ["NEARLINE"] = "IA",
            ["COLDLINE"] = "IA",
            ["ARCHIVE"] = "IA",
        },
        WhyNoLifecycle = "Google Cloud Storage writes lifecycle rules in words of its own (Action and Condition), not in those of S3.",
        ErrorCodes = new Dictionary<string, StoreErrorKind>
        {
            ["MissingSecurityHeader"] = StoreErrorKind.Credential,
            ["UserProjectMissing"] = StoreErrorKind.AccessDenied,
            ["UserProjectAccountProblem"] = StoreErrorKind.AccessDenied,
        },
    };
}
