using System.Xml.Linq;
using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Lists;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Where exactly the gates before a deletion stand. What is not refused here was let through by a gate that somebody had moved by one.</summary>
public sealed class GateEdgeTests
{
    private static readonly DateTimeOffset Cutover = new(2030, 1, 10, 11, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Noon = LifecycleBench.Noon;

    [Fact]
    public async Task A_comparison_of_the_future_is_refused_and_one_that_begins_now_is_not()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();

        Check(bench.Summary, Noon);
        RefusedException refusal = Assert.Throws<RefusedException>(() => Check(bench.Summary with { StartedAt = Noon.AddTicks(1), EndedAt = Noon.AddTicks(1) }, Noon));
        Assert.Equal("LifecycleComparisonStale", refusal.ErrorId);
        Assert.Contains("Set the clock", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_is_good_for_exactly_a_day_and_from_the_cutover_on()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();

        Check(bench.Summary, bench.Summary.EndedAt.AddDays(1));
        Assert.Equal("LifecycleComparisonStale", RefusalOf(() => Check(bench.Summary, bench.Summary.EndedAt.AddDays(1).AddTicks(1))));
        Check(bench.Summary with { StartedAt = Cutover }, Noon);
        Assert.Equal("LifecycleComparisonBeforeCutover", RefusalOf(() => Check(bench.Summary with { StartedAt = Cutover.AddTicks(-1) }, Noon)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_comparison_that_has_not_a_verdict_on_just_what_it_listed_is_refused(int more)
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();

        Assert.Equal("LifecycleComparisonDiffers", RefusalOf(() => Check(bench.Summary with { Listed = new ObjectCount(bench.Summary.Listed.Objects + more, bench.Summary.Listed.Bytes) }, Noon)));
    }

    [Fact]
    public async Task What_is_different_is_to_be_migrated_and_what_is_unproved_to_be_read()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        ObjectCount one = new(1, 1);

        Assert.Contains("names the objects, Start-OssMigration", MessageOf(() => Check(bench.Summary with { Different = one }, Noon)), StringComparison.Ordinal);
        Assert.Contains("-Level Content proves", MessageOf(() => Check(bench.Summary with { Different = one, Unproved = one }, Noon)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InvalidKeyAction.Encode, false, true)]
    [InlineData(InvalidKeyAction.Encode, true, false)]
    [InlineData(InvalidKeyAction.Skip, false, false)]
    [InlineData(InvalidKeyAction.Fail, false, false)]
    public void Encoded_keys_are_to_be_accepted(InvalidKeyAction action, bool accepts, bool isRefused)
    {
        MigrationJob job = Job() with { InvalidKeyAction = action };

        if (isRefused)
            Assert.Equal("LifecycleKeysEncoded", RefusalOf(() => JobGate.CheckKeys(job, accepts)));
        else
            JobGate.CheckKeys(job, accepts);
    }

    [Theory]
    [InlineData("\t", true)]
    [InlineData("\n", true)]
    [InlineData("\r", true)]
    [InlineData(" ", true)]
    [InlineData("\u001F", false)]
    [InlineData("\u0000", false)]
    [InlineData("\uFFFE", false)]
    [InlineData("\uFFFF", false)]
    public void A_prefix_may_have_what_XML_can_hold(string character, bool isPossible)
    {
        string prefix = $"data/{character}";

        if (isPossible)
            Assert.Equal(prefix, JobGate.PrefixOf(Job(), prefix));
        else
            Assert.Equal("LifecyclePrefixNotPossible", RefusalOf(() => JobGate.PrefixOf(Job(), prefix)));
    }

    [Fact]
    public void A_date_that_is_now_is_past_and_the_earliest_one_is_good()
    {
        Assert.Equal("LifecycleDatePast", RefusalOf(() => JobGate.DateOf(LifecycleBench.Due, Noon.AddDays(-9), LifecycleBench.Due)));
        Assert.Equal(LifecycleBench.Due, JobGate.DateOf(LifecycleBench.Due, Noon, Noon));
        Assert.Equal("LifecycleDateTooEarly", RefusalOf(() => JobGate.DateOf(LifecycleBench.Due.AddDays(-1), Noon, Noon)));
    }

    [Fact]
    public void A_job_that_runs_is_refused_whatever_else_is_well()
        => Assert.Equal("LifecycleJobRunning", RefusalOf(() => JobGate.Check(Job() with { CutoverTime = Cutover }, last: null, report: null, isRunning: true, Noon, acceptSuperseded: true)));

    [Fact]
    public void A_cutover_that_is_now_has_come()
    {
        Assert.Equal("LifecycleJobUnfinished", RefusalOf(() => JobGate.Check(Job() with { CutoverTime = Noon }, null, null, isRunning: false, Noon, acceptSuperseded: true)));
        Assert.Equal("LifecycleNotCutOver", RefusalOf(() => JobGate.Check(Job() with { CutoverTime = Noon.AddTicks(1) }, null, null, isRunning: false, Noon, acceptSuperseded: true)));
    }

    [Fact]
    public void A_job_that_leaves_objects_out_is_told_what_leaves_them_out()
    {
        MigrationJob listed = Job() with { ObjectList = new ObjectListFacts { Origin = "list.csv", Digest = "", Objects = 0, Bytes = 0, LookedUp = 0 } };
        MigrationJob filtered = Job() with { Filter = Job().Filter with { Include = ["*.jpg"] } };

        Assert.Contains("has an object list.", MessageOf(() => JobGate.Check(listed, null, null, isRunning: false, Noon, acceptSuperseded: true)), StringComparison.Ordinal);
        Assert.Contains("has a filter beyond its prefix.", MessageOf(() => JobGate.Check(filtered, null, null, isRunning: false, Noon, acceptSuperseded: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_of_the_website_without_a_redirect_is_passed_over()
    {
        const string Rules = "<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber></RoutingRule><RoutingRule><RuleNumber>2</RuleNumber>"
            + "<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://origin.example/</MirrorURL></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>";

        Assert.Equal(["origin.example"], MirrorRuleGate.OriginsOf(new BucketDocument(XElement.Parse(Rules), new Dictionary<string, string>()), "data/"));
    }

    private static void Check(ComparisonSummary summary, DateTimeOffset now) => ComparisonGate.Check(summary, Cutover, now, acceptSuperseded: false);

    private static string RefusalOf(Action check) => Assert.Throws<RefusedException>(check).ErrorId;

    private static string MessageOf(Action check) => Assert.Throws<RefusedException>(check).Message;

    private static MigrationJob Job() => new()
    {
        Name = "job",
        Source = new StoreAddress { Scheme = "s3", Bucket = "from", Region = "us-east-1" },
        Destination = new StoreAddress { Scheme = "oss", Bucket = "to", Region = "cn-hangzhou" },
    };
}
