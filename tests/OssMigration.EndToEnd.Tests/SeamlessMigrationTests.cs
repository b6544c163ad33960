using OssMigration.Core.Lifecycle;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>The runbook seamless-migration as a process that is killed, started again, and started to watch its lifecycle rule.</summary>
public sealed class SeamlessMigrationTests
{
    private const string Wait = "60000";

    /// <summary>
    /// Moments in the order in which the runbook comes to them: the heading under which it is killed, and what holds it up there. The counts
    /// to be skipped are those of a start that goes on where the moment before ended.
    /// </summary>
    private static readonly (string Heading, object HeldBy)[] Moments =
    [
        ("Step 1", Held("s3", "GetObject", skip: 3)),
        ("Step 1", Held("oss", "ListObjectsV2", skip: 1)),

        // Before the mirroring rule is written, and after, before anybody knows.
        ("Step 2", Held("oss", "PutBucketWebsite")),
        ("Step 2", Held("oss", "GetBucketWebsite", skip: 3)),
        ("Step 3", "freeze"),

        // What the business deleted at the source is removed at OSS.
        ("Step 3", Held("oss", "DeleteObject", key: "in/gone")),
        ("Step 3", "switch"),
        ("Step 4", Held("s3", "GetObject", key: "data/late")),

        // Before the mirroring rule is taken away, and after.
        ("Step 4", Held("oss", "PutBucketWebsite")),
        ("Step 4", Held("oss", "GetBucketWebsite", skip: 4)),
        ("Step 4", "arrived"),

        // Before the lifecycle rule is written, and after.
        ("Step 5", Held("s3", "PutBucketLifecycleConfiguration")),
        ("Step 5", Held("s3", "GetBucketLifecycleConfiguration", skip: 5)),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_in_the_middle_of_each_step_it_goes_on_where_it_was_and_ends_as_if_nothing_had_been()
    {
        await using MovingBusiness business = await MovingBusiness.StartAsync();
        DateTimeOffset? cutover = null;
        foreach ((string heading, object heldBy) in Moments)
        {
            string output = await business.KillAsync(heldBy);

            Assert.StartsWith(heading, output[(output.LastIndexOf("=== ", StringComparison.Ordinal) + 4)..], StringComparison.Ordinal);
            Assert.True(MovingBusiness.IsSourceWhole(await Cloud.KeysAsync(business.Cloud.Source)));
            (string, string?)[] rules = [.. await business.MirrorRulesAsync()];
            Assert.Equal(("docs/", null), rules[0]);
            Assert.InRange(rules.Length, 1, 2);
            DateTimeOffset? now = business.Cloud.Engine.GetJob(Cloud.JobName).Job.CutoverTime;
            Assert.Equal(cutover ?? now, now);
            cutover = now;
        }

        Assert.Contains("the rule stands", await business.MoveAsync(0), StringComparison.Ordinal);

        Assert.Equal(cutover, business.Cloud.Engine.GetJob(Cloud.JobName).Job.CutoverTime);
        await business.AssertMovedAsync();
        // Each write that was held up never arrived and was sent once more; the foreign rule was one more.
        SandboxStatistics asked = await business.Cloud.Sandbox.GetStatisticsAsync();
        Assert.Equal((1 + (2 * 2), 2), (asked.Oss["PutBucketWebsite"], asked.S3["PutBucketLifecycleConfiguration"]));
        Assert.InRange(asked.Oss["PutObject"], MovingBusiness.SmallObjects, MovingBusiness.SmallObjects + MovingBusiness.Concurrency);
    }

    [Fact]
    public async Task Foreign_rules_are_not_taken_for_the_jobs_own_and_stay()
    {
        await using MovingBusiness business = await MovingBusiness.StartAsync();
        // For some keys of the job: the gate before a clean-up would not pass it.
        await business.SetForeignRuleAsync("in/", ".jpg");

        string output = await business.MoveAsync(0, "-KeepSource -MaximumRemoved 1");

        Assert.Contains("The mirroring rule is removed", output, StringComparison.Ordinal);
        Assert.Equal(2 + 2, (await business.Cloud.Sandbox.GetStatisticsAsync()).Oss["PutBucketWebsite"]);
        Assert.Equal([("docs/", null), ("in/", ".jpg")], await business.MirrorRulesAsync());
    }

    [Fact]
    public async Task Started_again_it_watches_its_rule_and_withdraws_it_when_a_new_key_appears_at_the_source()
    {
        await using MovingBusiness business = await MovingBusiness.StartAsync();
        Cloud cloud = business.Cloud;
        await business.MoveAsync(0);
        SourceLifecycleRule set = Assert.Single(await business.LifecycleAsync());

        Assert.Contains("Nothing was written at the source", await business.MoveAsync(0), StringComparison.Ordinal);
        Assert.Equal(set.Date, Assert.Single(await business.LifecycleAsync()).Date);

        await Cloud.PutAsync(cloud.Source, "data/very-late", "written after the comparison"u8.ToArray());
        Assert.Contains("The rule is withdrawn: 1 object", await business.MoveAsync(2), StringComparison.Ordinal);
        Assert.Empty(await business.LifecycleAsync());
        Assert.Null(await cloud.Destination.HeadAsync("in/very-late", Token));

        // The next start migrates it, proves it and sets the rule again; deletions of the business stay deletions.
        await business.MoveAsync(0);
        Assert.Single(await business.LifecycleAsync());
        Assert.Equal("written after the comparison"u8.ToArray(), await Cloud.ReadAsync(cloud.Destination, "in/very-late"));
        await cloud.Destination.DeleteAsync("in/very-late", Token);
        await business.AssertMovedAsync();
    }

    private static SandboxFault Held(string side, string operation, int skip = 0, string? key = null)
        => new() { Side = side, Kind = "delay", Value = Wait, Operation = operation, Skip = skip, Key = key };
}
