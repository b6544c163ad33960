using System.Collections;

namespace OssMigration.Parameters;

/// <summary>
/// Completes region ids: those of OSS where an address of OSS is typed, else those of AWS. A help to the fingers only: a service may have
/// others, and every id is taken.
/// </summary>
public sealed class RegionCompleter : WordCompleter
{
    // Alibaba Cloud, "OSS regions and endpoints", and AWS, "Amazon S3 endpoints and quotas", both as of 2026.
    private const string Oss =
        "cn-hangzhou cn-shanghai cn-nanjing cn-fuzhou cn-wuhan-lr cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu cn-shenzhen cn-heyuan "
        + "cn-guangzhou cn-chengdu cn-hongkong ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-3 ap-southeast-5 ap-southeast-6 ap-southeast-7 "
        + "eu-central-1 eu-west-1 me-east-1 us-east-1 us-west-1";

    private const string Aws =
        "us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 "
        + "ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 "
        + "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-gov-east-1 us-gov-west-1";

    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given)
    {
        bool isOss = $"{given["Uri"]}".Trim('\'', '"').StartsWith("oss:", StringComparison.OrdinalIgnoreCase);
        return (isOss ? Oss : Aws).Split(' ').Select(region => (region, (isOss ? "OSS in " : "S3 in ") + region));
    }
}
