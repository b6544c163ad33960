using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3.Providers;

/// <summary>
/// The object gateway of Ceph.
/// <list type="bullet">
/// <item>A bucket in the host works only where the administrator set rgw_dns_name and a wildcard in DNS and certificate; a bucket in the path
/// always does: https://docs.ceph.com/en/tentacle/radosgw/s3/commons/.</item>
/// <item>The API of S3 with lifecycle, tags, ACLs and versions: https://docs.ceph.com/en/latest/radosgw/s3/. Gateways before ListObjectsV2 take
/// list-type for nothing and answer by the first ListObjects, so how it is listed is found out.</item>
/// <item>Storage classes are named by the administrator; there is no archive unless a cloud tier is set up (https://docs.ceph.com/en/latest/radosgw/cloud-restore/):
/// https://docs.ceph.com/en/latest/radosgw/placement/.</item>
/// <item>A user that was suspended is refused by UserSuspended: https://docs.ceph.com/en/pacific/radosgw/s3/commons/.</item>
/// </list>
/// </summary>
internal static class CephRgw
{
    /// <summary>The facts.</summary>
    public static S3Provider Facts { get; } = new()
    {
        Name = "Ceph",
        Title = "Ceph Object Gateway (RGW)",
        Style = AddressingStyle.Path,
        ErrorCodes = new Dictionary<string, StoreErrorKind> { ["UserSuspended"] = StoreErrorKind.Credential },
    };
}
