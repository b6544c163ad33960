using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;
using static OssMigration.Core.Tests.Mirroring.WebsiteDocuments;

namespace OssMigration.Core.Tests.Mirroring;

public sealed class MirrorRulesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_writes_nothing_and_shows_the_rules_before_and_after_without_a_secret()
    {
        using MirrorBench bench = new();
        bench.Seed(Everything);
        string before = bench.Standing!;

        MirrorRulePlan plan = await PlanAsync(bench, Rule() with { Auth = new MirrorAuth("eu-west-1", "MYKEY", "My0wnSecret/Value") });

        Assert.Equal(before, bench.Standing);
        Assert.Equal((2, 3), (plan.Before.Rules.Count, plan.After.Rules.Count));
        string text = plan.ToString();
        Assert.All((string[])["one.example", "External", "from.example", "MYKEY", "index and error"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("My0wnSecret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_set_replaced_and_removed_and_the_document_goes_with_the_last_one()
    {
        using MirrorBench bench = new();

        await SetAsync(bench, Rule());
        await SetAsync(bench, Rule() with { AllowHead = false });
        MirrorRuleSet set = await bench.Rules.GetAsync(MirrorBench.To, null, SilentListener.Instance, Token);
        MirrorRulePlan same = await PlanAsync(bench, Rule() with { AllowHead = false });
        MirrorRulePlan removal = await bench.Rules.PlanRemoveAsync(MirrorBench.To, "mine/", null, null, SilentListener.Instance, Token);
        await ApplyAsync(bench, removal);

        Assert.False(Assert.Single(set.Rules).Mirror!.AllowHead);
        Assert.False(same.IsChange);
        Assert.Null(bench.Standing);
        RefusedException none = await Assert.ThrowsAsync<RefusedException>(
            () => bench.Rules.PlanRemoveAsync(MirrorBench.To, "mine/", null, null, SilentListener.Instance, Token));
        Assert.Equal("MirrorRuleNotFound", none.ErrorId);
    }

    [Fact]
    public async Task What_somebody_writes_between_the_two_reads_is_left_alone_and_nothing_is_written()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "theirs/")));
        MirrorRulePlan plan = await PlanAsync(bench, Rule());
        string foreign = Website(Mirror(1, "theirs/"), Mirror(2, "new-of-them/"));
        bench.Seed(foreign);

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => ApplyAsync(bench, plan));

        Assert.Equal("MirrorDocumentChanged", refused.ErrorId);
        Assert.True(DocumentMeaning.IsSame(Parse(foreign), bench.Destination.FindDocument(BucketDocumentKind.Website)!.Root));
    }

    [Fact]
    public async Task What_somebody_writes_between_our_write_and_the_last_read_is_reported()
    {
        using MirrorBench bench = new();
        MirrorRulePlan plan = await PlanAsync(bench, Rule());
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.After(() => bench.Seed(Website(Mirror(2, "theirs/")))));

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => ApplyAsync(bench, plan));

        Assert.Equal("MirrorDocumentNotAsWritten", refused.ErrorId);
        Assert.Contains("same moment", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_and_defaults_and_a_mask_of_the_services_own_are_no_mismatch()
    {
        using MirrorBench bench = new();
        MirrorRulePlan plan = await PlanAsync(bench, Rule() with { Auth = new MirrorAuth("eu-west-1", "MYKEY", "My0wnSecret/Value") });
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.After(() => bench.Seed(bench.Standing!
            .Replace("My0wnSecret/Value", "******", StringComparison.Ordinal)
            .Replace("<MirrorCheckMd5>false</MirrorCheckMd5>", "<MirrorPassOriginalSlashes>false</MirrorPassOriginalSlashes>", StringComparison.Ordinal))));

        await ApplyAsync(bench, plan);

        Assert.Contains("******", bench.Standing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_found_to_stand_and_not_sent_again()
    {
        FakeTimeProvider time = new();
        using MirrorBench bench = new(time: time);
        MirrorRulePlan plan = await PlanAsync(bench, Rule());
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.LoseAnswer());

        await PassingAsync(ApplyAsync(bench, plan), time);

        Assert.Contains("mine/", bench.Standing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StoreErrorKind.ServerError)]
    [InlineData(StoreErrorKind.DigestMismatch)]
    public async Task A_write_that_failed_is_sent_again_but_not_over_what_somebody_wrote_meanwhile(StoreErrorKind kind)
    {
        FakeTimeProvider time = new();
        using MirrorBench bench = new(time: time);
        MirrorRulePlan plan = await PlanAsync(bench, Rule());
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.Throw(kind));
        await PassingAsync(ApplyAsync(bench, plan), time);
        Assert.Contains("mine/", bench.Standing, StringComparison.Ordinal);

        MirrorRulePlan second = await PlanAsync(bench, Rule("second/"));
        string foreign = Website(Mirror(1, "theirs/"));
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.Before(() => bench.Seed(foreign)));
        bench.Faults.Plan(StoreOperation.WriteDocument, Fault.Throw(StoreErrorKind.Network));
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => PassingAsync(ApplyAsync(bench, second), time));

        Assert.Equal("MirrorDocumentChanged", refused.ErrorId);
        Assert.Contains("theirs/", bench.Standing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BucketVersioning.Enabled, "MirrorVersioning", "bucket without versioning")]
    [InlineData(BucketVersioning.Suspended, "MirrorVersioning", "bucket without versioning")]
    [InlineData(BucketVersioning.Unknown, "MirrorVersioningUnknown", "oss:GetBucketInfo")]
    public async Task A_bucket_with_versioning_gets_no_rule(BucketVersioning versioning, string errorId, string mend)
    {
        using MirrorBench bench = new(versioning);

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(bench, Rule()));

        Assert.Equal(errorId, refused.ErrorId);
        Assert.Contains(mend, refused.Message, StringComparison.Ordinal);
        Assert.Null(bench.Standing);
    }

    [Fact]
    public async Task A_store_without_such_rules_says_so()
    {
        using MirrorBench bench = new();
        bench.Faults.Plan(StoreOperation.ReadDocument, Fault.Throw(StoreErrorKind.NotSupported));

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(bench, Rule()));

        Assert.Equal("MirrorNotSupported", refused.ErrorId);
    }

    [Theory]
    [InlineData("", "", "", "", null)]
    [InlineData("a/", "a/", "", "a/", null)]
    [InlineData("src/", "dst/", "", "dst/", "src/")]
    [InlineData("", "dst/", "", "dst/", "")]
    [InlineData("src/", "", "", "", "src/")]
    [InlineData("src/", "dst/", "2026/", "dst/2026/", "src/2026/")]
    public async Task The_rule_for_a_job_follows_from_its_addresses(string from, string to, string filter, string prefix, string? replacement)
    {
        using MirrorBench bench = new();

        MirrorRuleProposal proposal = await bench.Rules.ProposeAsync(Job(from, to, filter), null, null, SilentListener.Instance, Token);

        Assert.Equal("https://from.origin.example/", proposal.Rule.Origin.AbsoluteUri);
        Assert.Equal((prefix, replacement, true), (proposal.Rule.Prefix, proposal.Rule.ReplacePrefixWith, proposal.Rule.SendSni));
        Assert.Equal("memory-1", proposal.SigningRegion);
        Assert.Equal(from + filter + "x", proposal.Rule.OriginKey(to + filter + "x"));
        Assert.Empty(proposal.Warnings);
    }

    [Fact]
    public async Task A_source_that_is_not_HTTP_needs_an_origin_and_a_filter_beyond_a_prefix_is_a_warning()
    {
        using MirrorBench bench = new();
        MirrorRules rules = new(bench.Environment with { Stores = new MirrorBench.ByBucket(new FaultyStore(bench.Source), bench.Faults) });
        MigrationJob job = Job("", "dst/", "");

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => rules.ProposeAsync(job, null, null, SilentListener.Instance, Token));
        MirrorRuleProposal given = await rules.ProposeAsync(
            job with { Filter = new ObjectFilter { Exclude = ["*.tmp"] } }, new Uri("https://web.example/files/"), null, SilentListener.Instance, Token);

        Assert.Equal("MirrorOriginNotHttp", refused.ErrorId);
        Assert.Contains("web server", refused.Message, StringComparison.Ordinal);
        Assert.Equal("", given.Rule.ReplacePrefixWith);
        Assert.Single(given.Warnings);
    }

    private static MigrationJob Job(string from, string to, string filter) => new()
    {
        Name = "mirror-job",
        Source = MirrorBench.From with { Prefix = from },
        Destination = MirrorBench.To with { Prefix = to },
        Filter = new ObjectFilter { Prefix = filter },
    };

    private static Task<MirrorRulePlan> PlanAsync(MirrorBench bench, MirrorRule rule)
        => bench.Rules.PlanSetAsync(new MirrorRuleChange { Destination = MirrorBench.To, Rule = rule }, null, SilentListener.Instance, Token);

    private static Task ApplyAsync(MirrorBench bench, MirrorRulePlan plan) => bench.Rules.ApplyAsync(plan, null, SilentListener.Instance, Token);

    private static async Task SetAsync(MirrorBench bench, MirrorRule rule) => await ApplyAsync(bench, await PlanAsync(bench, rule));

    /// <summary>Lets time pass while something waits for it.</summary>
    private static async Task PassingAsync(Task task, FakeTimeProvider time)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await task;
    }
}
