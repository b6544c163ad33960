using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Readers of OSS find what has not arrived, and a later run knows what the mirror brought.</summary>
public sealed class MirrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "")]
    [InlineData("old home/", "new/ü/")]
    [InlineData("", "new/")]
    [InlineData("old/", "")]
    public async Task Readers_get_what_has_not_been_copied_and_a_later_run_skips_it_without_a_byte(string from, string to)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        ObjectMetadata metadata = ObjectMetadata.Empty with { ContentType = "text/x-odd", User = new Dictionary<string, string> { ["author"] = "alice" } };
        for (int i = 0; i < 6; i++)
            await Cloud.PutAsync(cloud.Source, $"{from}k {i}+ü", Encoding.UTF8.GetBytes($"content {i}"), metadata);
        MigrationJob job = cloud.Create(job => job with
        {
            Source = job.Source with { Prefix = from },
            Destination = job.Destination with { Prefix = to },
        });
        await SetRuleAsync(cloud, job);

        Assert.NotNull(await cloud.Destination.HeadAsync($"{to}k 0+ü", Token));
        for (int i = 0; i < 4; i++)
            Assert.Equal($"content {i}", Encoding.UTF8.GetString(await Cloud.ReadAsync(cloud.Destination, $"{to}k {i}+ü")));
        ObjectHead head = (await cloud.Destination.HeadAsync($"{to}k 1+ü", Token))!;
        await cloud.Sandbox.ResetStatisticsAsync();
        MigrationReport report = await cloud.RunAsync(Token);
        SandboxStatistics asked = await cloud.Sandbox.GetStatisticsAsync();

        Assert.True(head.IsMirrored);
        Assert.Equal(("text/x-odd", "alice"), (head.Metadata.ContentType, head.Metadata.User["author"]));
        Assert.Equal((RunStatus.Complete, 2, 4), (report.Status, report.Copied.Objects, report.Skipped.Objects));
        Assert.True(report.Reconciled);
        Assert.Equal(2 * "content 0".Length, report.DestinationUsage.BytesWritten);
        Assert.Equal(2, asked.S3["GetObject"]);
        Assert.Equal(2, asked.Oss["PutObject"]);
        Assert.True((await cloud.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task What_the_mirror_brought_from_a_source_without_MD5_is_read_for_its_hash_once_and_not_written()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { EtagStyle = "kms" });
        await cloud.PutAsync("k", "content");
        MigrationJob job = cloud.Create();
        await SetRuleAsync(cloud, job);
        await Cloud.ReadAsync(cloud.Destination, "k");

        MigrationReport first = await cloud.RunAsync(Token);
        MigrationReport second = await cloud.RunAsync(Token);

        Assert.Equal((1, 0L, 7L), (first.Skipped.Objects, first.DestinationUsage.BytesWritten, first.SourceUsage.BytesRead));
        Assert.Equal((1, 0L, 0L), (second.Skipped.Objects, second.DestinationUsage.BytesWritten, second.SourceUsage.BytesRead));
    }

    [Fact]
    public async Task A_private_origin_is_proved_with_its_keys_and_named_without_them_or_with_wrong_ones()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < 8; i++)
            await cloud.PutAsync($"k{i}", $"content {i}");
        MigrationJob job = cloud.Create();

        MirrorTest none = await TestAsync(cloud, job);
        await SetRuleAsync(cloud, job, rule => rule with { Auth = null }, dropAuth: true);
        MirrorTest unsigned = await TestAsync(cloud, job);
        await SetRuleAsync(cloud, job, rule => rule with { Auth = rule.Auth! with { Secret = "wrong-but-long-enough" } });
        MirrorTest wrong = await TestAsync(cloud, job);
        await SetRuleAsync(cloud, job, rule => rule with { ReplacePrefixWith = "elsewhere/" });
        MirrorTest elsewhere = await TestAsync(cloud, job);
        await SetRuleAsync(cloud, job, rule => rule with { Origin = new Uri("http://127.0.0.1:9/") });
        MirrorTest nobody = await TestAsync(cloud, job);
        Assert.Empty(await Cloud.KeysAsync(cloud.Destination));
        await SetRuleAsync(cloud, job);
        MirrorTest right = await TestAsync(cloud, job);

        Assert.Equal(
            [MirrorTestCause.NoRule, MirrorTestCause.PrivateOriginWithoutKeys, MirrorTestCause.OriginDenied, MirrorTestCause.OriginNotFound, MirrorTestCause.OriginUnreachable, MirrorTestCause.None],
            [none.Cause, unsigned.Cause, wrong.Cause, elsewhere.Cause, nobody.Cause, right.Cause]);
        Assert.Contains("HEAD fetches too", right.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Cloud.KeysAsync(cloud.Destination)).Count);
    }

    [Fact]
    public async Task A_probe_goes_through_and_leaves_nothing_behind()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        MigrationJob job = cloud.Create(job => job with { Source = job.Source with { Prefix = "a/" }, Destination = job.Destination with { Prefix = "b/" } });
        await SetRuleAsync(cloud, job);

        MirrorTest nothing = await TestAsync(cloud, job);
        MirrorTest probed = await TestAsync(cloud, job, createProbe: true);

        Assert.Equal((MirrorTestCause.NothingToFetch, MirrorTestCause.None), (nothing.Cause, probed.Cause));
        Assert.Equal(64, probed.Bytes);
        Assert.Empty(await Cloud.KeysAsync(cloud.Source));
        Assert.Empty(await Cloud.KeysAsync(cloud.Destination));
    }

    private static async Task SetRuleAsync(Cloud cloud, MigrationJob job, Func<MirrorRule, MirrorRule>? change = null, bool dropAuth = false)
    {
        MirrorRules rules = new(cloud.Environment);
        MirrorRuleProposal proposal = await rules.ProposeAsync(job, null, null, SilentListener.Instance, Token);
        StoreCredential keys = cloud.Sandbox.S3Keys;
        MirrorRule rule = proposal.Rule with { Auth = new MirrorAuth(proposal.SigningRegion!, keys.AccessKeyId, keys.AccessKeySecret) };
        MirrorRuleChange wanted = new() { Destination = job.Destination, Rule = (change ?? (same => same))(rule), DropAuth = dropAuth };
        await rules.ApplyAsync(await rules.PlanSetAsync(wanted, null, SilentListener.Instance, Token), null, SilentListener.Instance, Token);
    }

    private static Task<MirrorTest> TestAsync(Cloud cloud, MigrationJob job, bool createProbe = false)
        => new MirrorTester(cloud.Environment).TestAsync(
            new MirrorTestRequest { Source = job.Source, Destination = job.Destination, CreateProbe = createProbe }, SilentListener.Instance, Token);
}
