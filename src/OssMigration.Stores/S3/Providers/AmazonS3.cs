namespace OssMigration.Stores.S3.Providers;

/// <summary>
/// Amazon S3, what the others are measured by.
/// <list type="bullet">
/// <item>Endpoint and region: https://docs.aws.amazon.com/general/latest/gr/s3.html; both addressing styles: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html.</item>
/// <item>ListObjectsV2 with start-after, encoding-type=url, 1,000 keys a page, RestoreStatus on request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html.</item>
/// <item>ETags are no MD5 where SSE-KMS or SSE-C encrypts, or of parts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html.</item>
/// <item>Checksums x-amz-checksum-*: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html.</item>
/// <item>GLACIER and DEEP_ARCHIVE are read after a restore: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html.</item>
/// </list>
/// </summary>
internal static class AmazonS3
{
    /// <summary>The facts.</summary>
    public static S3Provider Facts { get; } = new()
    {
        Name = "AWS",
        Title = "Amazon S3",
        Hosts = ["amazonaws.com", "amazonaws.com.cn"],
        Listing = ListingVersion.V2,
        TellsRestoreStatus = true,
    };
}
