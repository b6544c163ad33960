using System.Text.Json;
using OssMigration.Core.Preparation;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Preparation;

public sealed class PolicyRulesTests
{
    [Fact]
    public void A_policy_of_IAM_reads_as_the_console_takes_it()
    {
        MigrationPolicy policy = PolicyRules.For(PolicyTarget.Source, Address("s3", "photos", "raw/"), [MigrationStep.Migrate])!;

        Assert.Equal(
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::photos"],"Condition":{"StringLike":{"s3:prefix":["raw/*"]}}},{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::photos/raw/*"]}]}""",
            Compact(policy));
        Assert.Equal(policy.Json, policy.ToString());
    }

    [Fact]
    public void A_policy_of_RAM_reads_as_the_console_takes_it()
    {
        MigrationPolicy policy = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos-cn", "raw/"), [MigrationStep.Mirror])!;

        Assert.Equal(
            """{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:DeleteBucketWebsite","oss:GetBucketInfo","oss:GetBucketWebsite","oss:PutBucketWebsite"],"Resource":["acs:oss:*:*:photos-cn"]},{"Effect":"Allow","Action":["oss:ListObjects"],"Resource":["acs:oss:*:*:photos-cn"],"Condition":{"StringLike":{"oss:Prefix":["raw/*"]}}},{"Effect":"Allow","Action":["oss:GetObject"],"Resource":["acs:oss:*:*:photos-cn/raw/*"]}]}""",
            Compact(policy));
    }

    [Fact]
    public void Without_a_prefix_there_is_no_condition()
    {
        MigrationPolicy policy = PolicyRules.For(PolicyTarget.Source, Address("s3", "photos"), [MigrationStep.All])!;

        Assert.DoesNotContain("Condition", policy.Json, StringComparison.Ordinal);
        Assert.Contains("\"arn:aws:s3:::photos/*\"", policy.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cn-north-1", "arn:aws-cn:s3:::photos")]
    [InlineData("us-gov-west-1", "arn:aws-us-gov:s3:::photos")]
    [InlineData("eu-central-1", "arn:aws:s3:::photos")]
    public void A_partition_of_Amazon_has_its_own_names(string region, string resource)
    {
        MigrationPolicy policy = PolicyRules.For(PolicyTarget.Source, Address("s3", "photos") with { Region = region }, [MigrationStep.Migrate])!;

        Assert.Contains(policy.Statements, statement => statement.Resources.Contains(resource));
    }

    [Fact]
    public void A_prefix_is_meant_literally()
    {
        MigrationPolicy iam = PolicyRules.For(PolicyTarget.Source, Address("s3", "photos", "a*b?${aws:username}/"), [MigrationStep.Migrate])!;
        MigrationPolicy ram = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos", "a*b/"), [MigrationStep.Migrate])!;

        Assert.Contains(iam.Statements, statement => statement.PrefixPattern == "a${*}b${?}${$}{aws:username}/*");
        Assert.Contains(ram.Remarks, remark => remark.Contains("more than the prefix", StringComparison.Ordinal));
    }

    [Fact]
    public void The_key_of_a_mirroring_rule_only_reads()
    {
        MigrationPolicy policy = PolicyRules.For(PolicyTarget.MirrorKey, Address("s3", "photos", "raw/"), [MigrationStep.All])!;

        Assert.Equal(["s3:GetObject", "s3:ListBucket"], policy.Actions);
        Assert.Equal([MigrationStep.Mirror], policy.Steps);
        Assert.Null(PolicyRules.For(PolicyTarget.MirrorKey, Address("s3", "photos"), [MigrationStep.Migrate]));
    }

    [Fact]
    public void All_is_every_step_but_the_making_of_the_bucket()
    {
        MigrationPolicy all = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos"), [MigrationStep.All])!;
        MigrationPolicy make = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos"), [MigrationStep.CreateBucket])!;

        Assert.Equal(["oss:GetBucketInfo", "oss:PutBucket"], make.Actions);
        Assert.DoesNotContain("oss:PutBucket", all.Actions);
        Assert.All(Enum.GetValues<MigrationStep>(), step => Assert.Empty(
            step is MigrationStep.CreateBucket or MigrationStep.RemoveDeleted or MigrationStep.CreateProbe or MigrationStep.KeepState or MigrationStep.CopyTag or MigrationStep.CopyAcl or MigrationStep.Restore or MigrationStep.CopyVersions ? [] : (PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos"), [step])?.Actions ?? []).Except(all.Actions)));
        Assert.Null(PolicyRules.For(PolicyTarget.Source, Address("s3", "photos"), [MigrationStep.CreateBucket]));
    }

    [Fact]
    public void Rights_to_delete_objects_are_there_only_where_they_were_asked_for_and_a_remark_says_how()
    {
        MigrationPolicy all = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos"), [MigrationStep.All])!;
        MigrationPolicy removing = PolicyRules.For(PolicyTarget.Destination, Address("oss", "photos"), [MigrationStep.All, MigrationStep.RemoveDeleted])!;

        Assert.DoesNotContain("oss:DeleteObject", all.Actions);
        Assert.Contains(all.Remarks, remark => remark.Contains("-Step RemoveDeleted", StringComparison.Ordinal));
        Assert.Equal([.. all.Actions.Append("oss:DeleteObject").Order(StringComparer.Ordinal)], removing.Actions);
        Assert.DoesNotContain(removing.Remarks, remark => remark.Contains("DeleteObject", StringComparison.Ordinal));
        Assert.Equal(
            ["s3:DeleteObject", "s3:PutObject"],
            PolicyRules.For(PolicyTarget.Source, Address("s3", "photos"), [MigrationStep.Mirror, MigrationStep.CreateProbe])!.Actions.Where(action => !action.Contains(":Get", StringComparison.Ordinal) && !action.Contains(":List", StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_but_the_clean_up_and_a_probe_may_change_the_source_and_a_restoration_its_archive_state()
    {
        foreach (string scheme in (string[])["s3", "oss"])
        {
            foreach (MigrationStep step in Enum.GetValues<MigrationStep>().Except([MigrationStep.All, MigrationStep.Cleanup, MigrationStep.CreateProbe]))
            {
                IReadOnlyList<string> actions = PolicyRules.For(PolicyTarget.Source, Address(scheme, "photos"), [step])?.Actions ?? [];
                Assert.All(actions, action => Assert.Matches(step == MigrationStep.Restore ? "^(s3|oss):RestoreObject$" : "^(s3|oss):(Get|List)", action));
            }
        }
    }

    [Fact]
    public void A_folder_has_no_policies()
    {
        RefusedException refused = Assert.Throws<RefusedException>(() => PolicyRules.For(PolicyTarget.Source, Address("file", "/data"), [MigrationStep.All]));

        Assert.Equal("PolicyNotForFiles", refused.ErrorId);
    }

    private static StoreAddress Address(string scheme, string bucket, string prefix = "") => new() { Scheme = scheme, Bucket = bucket, Prefix = prefix };

    private static string Compact(MigrationPolicy policy)
    {
        using JsonDocument document = JsonDocument.Parse(policy.Json);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
