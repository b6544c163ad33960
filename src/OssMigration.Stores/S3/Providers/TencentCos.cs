using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3.Providers;

/// <summary>
/// Tencent Cloud Object Storage.
/// <list type="bullet">
/// <item>Endpoint cos.REGION.myqcloud.com, signed by V4 as AWS does: https://www.tencentcloud.com/document/product/436/32537. The bucket, named
/// NAME-APPID, stands in the host: https://www.tencentcloud.com/document/product/436/30614.</item>
/// <item>The documents have the first ListObjects only: marker (exclusive, in the order of UTF-8), NextMarker, encoding-type=url, 1,000 keys a
/// page. A listing may lack what was written a moment ago: https://www.tencentcloud.com/document/product/436/30614.</item>
/// <item>An ETag "is not necessarily the MD5"; it is another where the object is encrypted: https://www.tencentcloud.com/document/product/436/7729.
/// In its place x-cos-hash-crc64ecma has the CRC-64 that OSS has too: https://www.tencentcloud.com/document/product/436/34078.</item>
/// <item>Headers are x-cos-*, where a request is not signed as for AWS: https://www.tencentcloud.com/document/product/436/7729.</item>
/// <item>ARCHIVE and DEEP_ARCHIVE are read after a restore: https://www.tencentcloud.com/document/product/436/30933. Its tier stands in
/// CASJobParameters: https://www.tencentcloud.com/document/product/436/43876. MAZ_ classes are the same ones over several zones:
/// https://www.tencentcloud.com/document/product/436/40099.</item>
/// <item>Lifecycle in the words of S3 (Filter, Prefix, Expiration with Days or Date, 1,000 rules): https://www.tencentcloud.com/document/product/436/8280.</item>
/// <item>Error codes: https://www.tencentcloud.com/document/product/436/7730.</item>
/// </list>
/// </summary>
internal static class TencentCos
{
    /// <summary>The facts.</summary>
    public static S3Provider Facts { get; } = new()
    {
        Name = "TencentCOS",
        Title = "Tencent Cloud Object Storage (COS)",
        Endpoint = "https://cos.{region}.myqcloud.com",
        Hosts = ["myqcloud.com"],
        Style = AddressingStyle.VirtualHost,
        RegionFollows = "cos.",
        Listing = ListingVersion.V1,
        HeaderPrefix = "x-cos-",
        Crc64Header = "x-cos-hash-crc64ecma",
        IsEncryptedETagOpaque = true,
        ArchiveClasses = ["ARCHIVE", "MAZ_ARCHIVE", "DEEP_ARCHIVE", "GLACIER"],
        RestoreParameters = "CASJobParameters",
        StorageClasses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["MAZ_STANDARD"] = "Default",
            ["MAZ_INTELLIGENT_TIERING"] = "Default",
            ["MAZ_STANDARD_IA"] = "IA",
            ["ARCHIVE"] = "Archive",
            ["MAZ_ARCHIVE"] = "Archive",
            ["DEEP_ARCHIVE"] = "ColdArchive",
        },
        ErrorCodes = new Dictionary<string, StoreErrorKind> { ["UnavailableForLegalReasons"] = StoreErrorKind.AccessDenied },
    };
}
