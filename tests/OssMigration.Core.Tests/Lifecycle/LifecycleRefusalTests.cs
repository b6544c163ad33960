using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Everything for which a source is not deleted. Each refusal leaves the lifecycle configuration as it was.</summary>
public sealed class LifecycleRefusalTests
{
    [Fact]
    public async Task No_comparison_an_ad_hoc_one_one_of_another_job_an_unknown_one()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();

        Assert.Equal("LifecycleNoComparison", await bench.RefusalAsync(request => request with { Comparison = null }));
        Assert.Equal("LifecycleComparisonAdHoc", await bench.RefusalAsync(request => request with { Comparison = request.Comparison! with { JobName = null } }));
        Assert.Equal("LifecycleComparisonOtherJob", await bench.RefusalAsync(request => request with { Comparison = request.Comparison! with { JobName = "another-job" } }));
        Assert.Equal("LifecycleComparisonUnknown", await bench.RefusalAsync(request => request with { Comparison = request.Comparison! with { ComparisonId = "20300101T000000Z-00000000" } }));
        bench.Bench.Tamper("DELETE FROM comparisons");
        Assert.Equal("LifecycleNoComparison", await bench.RefusalAsync());
    }

    [Fact]
    public async Task A_comparison_that_was_edited_on_its_way_or_in_the_journal()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Destination.Remove("other");
        bench.Bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LifecycleBench.Noon.AddMinutes(-30) });
        bench.Bench.Source.Seed("new", "x");
        await bench.CompareAsync();

        Assert.Equal("LifecycleComparisonForged", await bench.RefusalAsync(request => request with { Comparison = request.Comparison! with { Digest = new string('0', 64) } }));
        ComparisonSummary edited = bench.Summary with { SourceOnly = default, DeletedAtDestination = default, Same = bench.Summary.Listed };
        Assert.Equal("LifecycleComparisonForged", await bench.RefusalAsync(request => request with { Comparison = ComparisonClaim.Of(edited) }));
        Assert.Contains("Same is '", bench.LastMessage, StringComparison.Ordinal);
        bench.Bench.Tamper("UPDATE comparisons SET summary = replace(summary, '\"SourceOnly\":{\"Objects\":1', '\"SourceOnly\":{\"Objects\":0')");
        Assert.Equal("LifecycleComparisonForged", await bench.RefusalAsync());
    }

    [Fact]
    public async Task An_incomplete_a_shallow_and_a_stale_comparison_and_one_from_before_the_cutover()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        await foreach (ComparisonItem _ in bench.Bench.Engine.Compare(new ComparisonRequest { JobName = EngineBench.JobName, IncludeSame = true }, SilentListener.Instance).Items(CancellationToken.None))
            break;
        bench.Summary = bench.Bench.Engine.GetComparisons(EngineBench.JobName).Single(summary => !summary.IsComplete);
        Assert.Equal("LifecycleComparisonIncomplete", await bench.RefusalAsync());
        await bench.CompareAsync(ComparisonLevel.Size);
        Assert.Equal("LifecycleComparisonLevel", await bench.RefusalAsync());
        await bench.CompareAsync();
        bench.Bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LifecycleBench.Noon.AddMinutes(1) });
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("LifecycleComparisonBeforeCutover", await bench.RefusalAsync());
        await bench.CompareAsync();
        bench.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal("LifecycleComparisonStale", await bench.RefusalAsync());
        bench.Time.SetUtcNow(LifecycleBench.Noon.AddDays(2));
        await bench.CompareAsync(ComparisonLevel.Content);
        Assert.Equal(LifecycleBench.Due.AddDays(2), (await bench.PlanAsync()).Rule.Date);
    }

    [Fact]
    public async Task A_single_difference()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(etags: ETagStyle.Kms);
        bench.Bench.Source.Seed("data/a", "content OF data/a");
        await bench.CompareAsync();
        Assert.Equal((1L, "LifecycleComparisonDiffers"), (bench.Summary.Different.Objects, await bench.RefusalAsync()));
        bench.Bench.Source.Seed("new", "x");
        await bench.CompareAsync();
        Assert.Equal((1L, "LifecycleComparisonDiffers"), (bench.Summary.SourceOnly.Objects, await bench.RefusalAsync()));
        bench.Bench.Destination.Seed("new", "y");
        await bench.CompareAsync();
        Assert.Equal((1L, "LifecycleComparisonDiffers"), (bench.Summary.Unproved.Objects, await bench.RefusalAsync()));
        Assert.Contains("unproved: 1 objects", bench.LastMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_business_did_at_the_destination_unless_that_is_accepted()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Destination.Remove("other");
        bench.Bench.Destination.Seed("data/a", "written by the business");
        await bench.CompareAsync();
        Assert.Equal((1L, 1L), (bench.Summary.Superseded.Objects, bench.Summary.DeletedAtDestination.Objects));

        Assert.Equal("LifecycleSuperseded", await bench.RefusalAsync());
        SourceLifecyclePlan plan = await bench.PlanAsync(request => request with { AcceptSuperseded = true });

        Assert.Contains("accepted 1 objects, 17 bytes that the business overwrote at the destination", plan.Description);
        Assert.Contains("accepted 1 objects, 16 bytes that the business deleted at the destination", plan.Description);
    }

    [Fact]
    public async Task A_filter_a_wider_prefix_a_prefix_that_XML_cannot_hold()
    {
        using LifecycleBench filtered = await LifecycleBench.CreateAsync(job => job with { Filter = new ObjectFilter { Exclude = ["*.tmp"] } });
        Assert.Equal("LifecycleJobFiltered", await filtered.RefusalAsync());
        using LifecycleBench narrow = await LifecycleBench.CreateAsync(job => job with { Filter = new ObjectFilter { Prefix = "data/" } });
        foreach (string wider in (string[])["", "data", "dat", "other", "Data/", "/data/"])
            Assert.Equal("LifecyclePrefixTooWide", await narrow.RefusalAsync(request => request with { Prefix = wider }));
        Assert.Equal("LifecyclePrefixNotPossible", await narrow.RefusalAsync(request => request with { Prefix = "data/\u0001" }));
        Assert.Equal(("data/", 2L), ((await narrow.PlanAsync()).Rule.Prefix, (await narrow.PlanAsync()).Rule.Deletes.Objects));
        Assert.Equal(1, (await narrow.PlanAsync(request => request with { Prefix = "data/a" })).Rule.Deletes.Objects);
    }

    [Fact]
    public async Task A_job_that_runs_or_whose_cutover_is_not_there()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        using (new JobFolder(bench.Bench.Home, EngineBench.JobName).Lock())
            Assert.Equal("LifecycleJobRunning", await bench.RefusalAsync());
        bench.Bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LifecycleBench.Noon.AddHours(1) });
        Assert.Equal("LifecycleNotCutOver", await bench.RefusalAsync());
        using LifecycleBench never = await LifecycleBench.CreateAsync();
        never.Bench.Tamper("UPDATE meta SET value = json_remove(value, '$.CutoverTime') WHERE name = 'job'");
        Assert.Equal("LifecycleNotCutOver", await never.RefusalAsync());
    }

    [Theory]
    [InlineData("Failed", "LifecycleJobExceptions")]
    [InlineData("Unsupported", "LifecycleJobExceptions")]
    [InlineData("NeedsRestore", "LifecycleJobExceptions")]
    [InlineData("Vanished", "LifecycleJobExceptions")]
    [InlineData("Conflict", "LifecycleSuperseded")]
    public async Task A_run_that_left_something_behind(string outcome, string errorId)
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        MigrationReport report = bench.Bench.Engine.GetReports(EngineBench.JobName)[0];
        ObjectCount one = new(1, report.Copied.Bytes / 3);
        MigrationReport spoiled = report with { Copied = new ObjectCount(report.Copied.Objects - 1, report.Copied.Bytes - one.Bytes) };
        spoiled = outcome switch
        {
            "Failed" => spoiled with { Failed = one },
            "Unsupported" => spoiled with { Unsupported = one },
            "NeedsRestore" => spoiled with { NeedsRestore = one },
            "Vanished" => spoiled with { Vanished = one },
            _ => spoiled with { Conflict = one },
        };
        string json = System.Text.Json.JsonSerializer.Serialize(spoiled, JobJson.Options).Replace("'", "''", StringComparison.Ordinal);
        bench.Bench.Tamper($"UPDATE runs SET report = '{json}'");

        Assert.Equal(errorId, await bench.RefusalAsync());
    }

    [Theory]
    [InlineData("UPDATE runs SET finished = 0")]
    [InlineData("DELETE FROM runs")]
    [InlineData("UPDATE runs SET report = NULL")]
    [InlineData("UPDATE runs SET report = json_set(report, '$.Status', 'Incomplete')")]
    [InlineData("UPDATE runs SET report = json_set(report, '$.Listed.Objects', 4)")]
    public async Task A_run_that_is_not_there_not_finished_or_does_not_add_up(string spoil)
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Tamper(spoil);

        Assert.Equal("LifecycleJobUnfinished", await bench.RefusalAsync());
    }

    [Fact]
    public async Task A_date_in_the_past_too_early_or_at_no_midnight()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("LifecycleDatePast", await bench.RefusalAsync(request => request with { Date = LifecycleBench.Noon }));
        Assert.Equal("LifecycleDateTooEarly", await bench.RefusalAsync(request => request with { Date = LifecycleBench.Due.AddDays(-1) }));
        Assert.Contains("2030-01-12 00:00:00Z", bench.LastMessage, StringComparison.Ordinal);
        Assert.Equal("LifecycleDateNotMidnight", await bench.RefusalAsync(request => request with { Date = LifecycleBench.Due.AddHours(1) }));
        Assert.Equal("LifecycleDateNotMidnight", await bench.RefusalAsync(request => request with { Date = new DateTimeOffset(2030, 1, 15, 0, 0, 0, TimeSpan.FromHours(8)) }));
        Assert.Equal(LifecycleBench.Due.AddDays(3), (await bench.PlanAsync(request => request with { Date = new DateTimeOffset(2030, 1, 15, 8, 0, 0, TimeSpan.FromHours(8)) })).Rule.Date);
    }

    [Theory]
    [InlineData("2030-01-10T12:00:00Z", "2030-01-12")]
    [InlineData("2030-01-10T00:00:00Z", "2030-01-11")]
    [InlineData("2030-01-10T00:00:01Z", "2030-01-12")]
    [InlineData("2030-01-10T23:59:59Z", "2030-01-12")]
    [InlineData("2030-01-11T07:59:59+08:00", "2030-01-12")]
    [InlineData("2030-12-31T12:00:00Z", "2031-01-02")]
    public void The_default_date_is_the_first_midnight_on_or_after_one_day(string end, string date) => Assert.Equal(
        date, JobGate.EarliestDate(DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task An_object_that_was_written_since_the_comparison_is_named_also_where_its_date_is_old()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Bench.Source.Seed("data/late", "too late");
        Assert.Equal("LifecycleLateWrites", await bench.RefusalAsync());
        Assert.Contains("'data/late' (2030-01-10 12:01:00Z)", bench.LastMessage, StringComparison.Ordinal);
        bench.Bench.Source.Remove("data/late");

        // As S3 dates an upload in parts: by its begin.
        bench.Bench.Source.Seed("data/a", "content OF data/a"u8.ToArray(), lastModified: LifecycleBench.Noon.AddDays(-3));
        Assert.Equal("LifecycleLateWrites", await bench.RefusalAsync());
        Assert.Contains("'data/a'", bench.LastMessage, StringComparison.Ordinal);

        SourceLifecyclePlan plan = await bench.PlanAsync(request => request with { AcceptLateWrites = true });
        Assert.Contains("LATE     1 objects, 17 bytes that no comparison has seen are deleted too, and are nowhere else", plan.Description);
    }

    [Fact]
    public async Task A_source_with_less_than_the_comparison_found()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Source.Remove("other");

        Assert.Equal("LifecycleListingDiffers", await bench.RefusalAsync());
        await bench.CompareAsync();
        Assert.Equal(2, (await bench.PlanAsync()).Rule.Deletes.Objects);
    }

    [Fact]
    public async Task A_comparison_whose_fingerprint_another_version_of_this_program_has_taken()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        ComparisonSummary earlier = bench.Summary with { ComparisonId = "earlier", SourceFingerprint = new string('0', 64) };
        bench.Summary = earlier with { Digest = ComparisonTally.DigestOf(earlier) };
        await using (JournalWriter journal = new(new JobFolder(bench.Bench.Home, EngineBench.JobName).Journal, EngineBench.JobName))
            await journal.WriteAsync(writes => writes.PutComparison(bench.Summary));

        Assert.Equal("LifecycleListingDiffers", await bench.RefusalAsync());
        await bench.CompareAsync();
        Assert.Equal(3, (await bench.PlanAsync()).Rule.Deletes.Objects);
    }

    [Fact]
    public async Task A_mirroring_rule_that_still_stands_at_the_destination()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { Destination = job.Destination with { Prefix = "new/" } });
        Website("old/", "Mirror");
        await bench.PlanAsync();
        Website("new/", "External");
        await bench.PlanAsync();
        Website("", "Mirror");

        Assert.Equal("LifecycleMirrorRuleStands", await bench.RefusalAsync());
        Assert.Contains("origin.example.com", bench.LastMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", bench.LastMessage, StringComparison.Ordinal);
        await bench.PlanAsync(request => request with { AcceptMirrorRule = true });

        void Website(string prefix, string type) => bench.Bench.Destination.SeedDocument(BucketDocumentKind.Website, new BucketDocument(
            System.Xml.Linq.XElement.Parse($"<WebsiteConfiguration><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>{prefix}</KeyPrefixEquals></Condition><Redirect><RedirectType>{type}</RedirectType><MirrorURL>https://origin.example.com/?hidden</MirrorURL></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>"),
            new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_bucket_that_does_not_tell_its_versioning()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Unknown);

        Assert.Equal("LifecycleVersioningUnknown", await bench.RefusalAsync());
        Assert.Contains("s3:GetBucketVersioning", bench.LastMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_that_breaks_off_or_lies_is_no_proof()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.FaultySource.Plan(StoreOperation.List, Fault.DropKey("other"));

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.PlanAsync());

        Assert.Equal(StoreErrorKind.Listing, error.Kind);
        bench.Bench.FaultySource.Plan(StoreOperation.List, Fault.Throw(StoreErrorKind.AccessDenied));
        Assert.Equal(StoreErrorKind.AccessDenied, (await Assert.ThrowsAsync<StoreException>(() => bench.PlanAsync())).Kind);
        Assert.Null(bench.Document());
    }

    [Fact]
    public async Task An_answer_that_took_its_time()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        SourceLifecyclePlan plan = await bench.PlanAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(16));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.Lifecycle.ApplyAsync(plan, bench.Bench.Listener, CancellationToken.None));

        Assert.Equal("LifecyclePlanStale", refusal.ErrorId);
        Assert.Null(bench.Document());
    }
}
