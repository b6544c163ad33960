using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>Makes least-privilege policies for the two ends of a move.</summary>
public static class PolicyRules
{
    /// <summary>The dialect of Alibaba Cloud.</summary>
    public const string Ram = "RAM";

    /// <summary>The dialect of Amazon and of what is compatible with it.</summary>
    public const string Iam = "IAM";

    /// <summary>What a job asks for besides its steps; empty for one that neither copies tags, ACLs or histories nor restores.</summary>
    public static IReadOnlyList<MigrationStep> StepsOf(MigrationJob job)
    {
        List<MigrationStep> steps = [];
        if (job.Policy.CopyTags)
            steps.Add(MigrationStep.CopyTag);
        if (job.Policy.CopyAcls)
            steps.Add(MigrationStep.CopyAcl);
        if (job.RestoreDays is not null)
            steps.Add(MigrationStep.Restore);
        if (job.Versions == VersionScope.All)
            steps.Add(MigrationStep.CopyVersions);
        return steps;
    }

    /// <summary>The policy for one key.</summary>
    /// <param name="target">Whose key.</param>
    /// <param name="address">The end that the key is for: the destination for Destination, the source otherwise.</param>
    /// <param name="steps">What it is to be enough for.</param>
    /// <returns>The policy; null where these steps ask nothing of that end.</returns>
    /// <exception cref="RefusedException">PolicyNotForFiles: this end has no policies, see <see cref="InsteadOfPolicy"/>.</exception>
    public static MigrationPolicy? For(PolicyTarget target, StoreAddress address, IReadOnlyCollection<MigrationStep> steps)
    {
        if (address.Scheme is not ("s3" or "oss") || (target == PolicyTarget.Destination && address.Scheme != "oss"))
            throw new RefusedException("PolicyNotForFiles", $"There are no policies for {address}.", $"Policies are for buckets of S3 and OSS; {InsteadOfPolicy(address)}.");
        MigrationStep[] wanted = Expand(steps);
        Dialect dialect = address.Scheme == "oss" ? Dialect.OfRam(address) : Dialect.OfIam(address);
        Permission[] needed = [.. TableOf(target, dialect.Name).Where(permission => permission.Steps.Intersect(wanted).Any())];
        return needed.Length == 0 ? null : new MigrationPolicy
        {
            For = target,
            Dialect = dialect.Name,
            Address = address,
            Steps = [.. wanted.Where(step => needed.Any(permission => permission.Steps.Contains(step)))],
            Statements = [.. needed.GroupBy(permission => permission.Scope).OrderBy(group => group.Key).Select(group => dialect.Statement(group.Key, group))],
            Remarks = [.. Remarks(target, address, needed)],
        };
    }

    /// <summary>How the least rights are given where there are no policies, in one clause; null where there are.</summary>
    public static string? InsteadOfPolicy(StoreAddress address) => address.Scheme switch
    {
        "s3" or "oss" => null,
        "azblob" => "Azure has roles and signatures: assign the role Storage Blob Data Reader on the container, or make a shared access signature with the rights to read and list (sp=rl); for index tags Storage Blob Data Owner, or sp=rlt",
        "http" or "https" => "what a list names is fetched without keys",
        _ => "a folder is opened by the rights of the file system, to the account that runs the job",
    };

    private static readonly MigrationStep[] ByNameOnly = [MigrationStep.All, MigrationStep.CreateBucket, MigrationStep.RemoveDeleted, MigrationStep.CreateProbe, MigrationStep.KeepState, MigrationStep.CopyTag, MigrationStep.CopyAcl, MigrationStep.Restore, MigrationStep.CopyVersions];

    private static MigrationStep[] Expand(IReadOnlyCollection<MigrationStep> steps) => [.. steps
        .SelectMany(step => step == MigrationStep.All ? Enum.GetValues<MigrationStep>().Except(ByNameOnly) : [step])
        .Distinct().Order()];

    private static IReadOnlyList<Permission> TableOf(PolicyTarget target, string dialect) => target switch
    {
        PolicyTarget.Destination => Permissions.Destination,
        PolicyTarget.MirrorKey => dialect == Iam ? Permissions.S3MirrorKey : Permissions.OssMirrorKey,
        _ => dialect == Iam ? Permissions.S3Source : Permissions.OssSource,
    };

    private static IEnumerable<string> Remarks(PolicyTarget target, StoreAddress address, Permission[] needed)
    {
        if (address.Scheme == "s3" && needed.Any(permission => permission.Action == "s3:GetObject"))
            yield return "Objects that are encrypted with a key of AWS KMS need kms:Decrypt on that key as well; which key it is cannot be known here.";
        if (address.Scheme == "s3" && target == PolicyTarget.Source && address.Prefix.Length > 0)
            yield return "Listings are held to the prefix. So S3 does not let this key see whether a key exists elsewhere or whether the bucket does: Test-MigrationAddress cannot name the region, and an object that is deleted between listing and reading counts as Failed (AccessDenied) instead of Vanished.";
        if (address.Scheme == "oss" && address.Prefix.AsSpan().ContainsAny('*', '?'))
            yield return "The prefix holds * or ?, which RAM takes for any text: the policy allows more than the prefix.";
        if (target == PolicyTarget.MirrorKey)
            yield return "Make a key of its own for the mirroring rule: it lies in the configuration of the bucket, where others with the right to read that may see it. The right to list lets readers get 404, and not 424, for what is nowhere.";
        bool deletes = needed.Any(permission => permission.Action == "oss:DeleteObject");
        if (target == PolicyTarget.Destination && !deletes && needed.Any(permission => permission.Action == "oss:PutObject"))
            yield return "It can remove nothing. Start-OssMigration -RemoveDeleted, which the runbook seamless-migration runs once before the cut-over, needs oss:DeleteObject where there is something to remove: add -Step RemoveDeleted.";
        if (target == PolicyTarget.Destination && !deletes && needed.Any(permission => permission.Action == "oss:PutBucketWebsite"))
            yield return "A test of the mirroring rule with -CreateProbe, which makes an object of its own, needs more here and at the source: add -Step CreateProbe.";
        if (target == PolicyTarget.Source && address is { Scheme: "s3", Endpoint: not null })
            yield return "Servers that speak S3 differ in which actions they know; the names are those of Amazon.";
    }

    /// <summary>How a vendor writes what a statement is about.</summary>
    private sealed record Dialect(string Name, string BucketResource, string ObjectResource, string PrefixKey, string PrefixPattern)
    {
        public static Dialect OfRam(StoreAddress address) => new(
            Ram, $"acs:oss:*:*:{address.Bucket}", $"acs:oss:*:*:{address.Bucket}/{address.Prefix}*", "oss:Prefix", address.Prefix + "*");

        public static Dialect OfIam(StoreAddress address)
        {
            // In a policy, * and ? stand for any text and ${ begins a variable.
            string prefix = address.Prefix.Replace("$", "${$}", StringComparison.Ordinal)
                .Replace("*", "${*}", StringComparison.Ordinal).Replace("?", "${?}", StringComparison.Ordinal);
            string bucket = $"arn:{Partition(address.Region)}:s3:::{address.Bucket}";
            return new Dialect(Iam, bucket, $"{bucket}/{prefix}*", "s3:prefix", prefix + "*");
        }

        public PolicyStatement Statement(PermissionScope scope, IEnumerable<Permission> permissions)
        {
            string[] actions = [.. permissions.Select(permission => permission.Action).Order(StringComparer.Ordinal)];
            bool isHeld = scope == PermissionScope.ListedKeys && PrefixPattern.Length > 1;
            return new PolicyStatement(
                actions, [scope == PermissionScope.Objects ? ObjectResource : BucketResource], isHeld ? PrefixKey : null, isHeld ? PrefixPattern : null);
        }

        private static string Partition(string? region) => region switch
        {
            not null when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
            not null when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
            _ => "aws",
        };
    }
}
