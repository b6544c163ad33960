using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

public sealed class ComparisonTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_status_is_told_from_two_listings_and_the_manifest_without_downloading_anything()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Kms);
        bench.Source.Seed("changed", "changed content!!!");
        bench.Source.Seed("longer", "content of longer, and more");
        bench.Source.Seed("new", "x");
        bench.Destination.Seed("theirs", "x");
        bench.Destination.Remove("lost");
        bench.Destination.Seed("overwritten", "another text......");
        bench.Source.Seed("foreign", "same size");
        bench.Destination.Seed("foreign", "same size");

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();

        Assert.Equal(
            [
                ("changed", ComparisonStatus.Different), ("foreign", ComparisonStatus.Unproved), ("longer", ComparisonStatus.Different),
                ("lost", ComparisonStatus.SourceOnly), ("new", ComparisonStatus.SourceOnly), ("overwritten", ComparisonStatus.Different),
                ("theirs", ComparisonStatus.DestinationOnly),
            ],
            items.Select(item => (item.Key, item.Status)));
        Assert.Equal((3L, 1L, 2L, 1L, 2L), (summary.Different.Objects, summary.Unproved.Objects, summary.SourceOnly.Objects, summary.DestinationOnly.Objects, summary.Same.Objects));
        Assert.Equal((8L, true, false), (summary.Listed.Objects, summary.IsComplete, summary.IsClean));
        Assert.Equal((0L, 0L), (summary.DestinationUsage.BytesRead, summary.SourceUsage.BytesRead));
        Assert.Equal(0, bench.Destination.Counters.BytesRead);
    }

    [Fact]
    public async Task After_cutover_what_the_business_did_has_a_name_of_its_own()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Md5);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LongAgo });
        bench.Destination.Remove("lost");
        bench.Destination.Seed("overwritten", "longer than it was before");
        bench.Destination.Seed("changed", "same length as it!");
        bench.Source.Seed("longer", "changed at the source, late");

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();

        Assert.Equal(
            [
                ("changed", ComparisonStatus.Superseded), ("longer", ComparisonStatus.Different), ("lost", ComparisonStatus.DeletedAtDestination),
                ("overwritten", ComparisonStatus.Superseded),
            ],
            items.Select(item => (item.Key, item.Status)));
        Assert.Equal((2L, 1L, 1L, 2L), (summary.Superseded.Objects, summary.DeletedAtDestination.Objects, summary.Different.Objects, summary.Same.Objects));
    }

    [Theory]
    [InlineData(ComparisonLevel.Size, ComparisonStatus.Same)]
    [InlineData(ComparisonLevel.Checksum, ComparisonStatus.Different)]
    [InlineData(ComparisonLevel.Content, ComparisonStatus.Different)]
    public async Task Each_level_sees_what_it_can_see(ComparisonLevel level, ComparisonStatus expected)
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Kms);
        bench.Destination.Seed("overwritten", "content of OVERWRITTEN"[.."content of overwritten".Length]);

        IComparison comparison = bench.Engine.Compare(new ComparisonRequest { JobName = EngineBench.JobName, Level = level, IncludeSame = true }, SilentListener.Instance);
        List<ComparisonItem> items = await WalkAsync(comparison);

        Assert.Equal(6, items.Count);
        Assert.Equal(expected, items.Single(item => item.Key == "overwritten").Status);
        Assert.All(items.Where(item => item.Key != "overwritten"), item => Assert.Equal(ComparisonStatus.Same, item.Status));
        long bytes = level == ComparisonLevel.Content ? bench.Source.Keys.Sum(key => bench.Source.Find(key)!.Content.Length) : 0;
        Assert.Equal((bytes, bytes), (comparison.Summary!.SourceUsage.BytesRead, comparison.Summary.DestinationUsage.BytesRead));
    }

    [Fact]
    public async Task Level_Content_finds_a_rotten_byte_that_ETag_and_checksum_do_not_tell()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Md5);
        byte[] rotten = [.. bench.Destination.Find("same")!.Content];
        rotten[0] ^= 1;
        bench.Destination.Change("same", found => found with { Content = rotten });

        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync(ComparisonLevel.Content);

        Assert.Equal(("same", ComparisonStatus.Different), (Assert.Single(items).Key, items[0].Status));
        Assert.False(summary.IsClean);
    }

    [Fact]
    public async Task Without_a_job_two_addresses_are_compared_by_ETag_stamp_and_nothing_is_recorded()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Kms);
        bench.Source.Seed("new", "x");
        MigrationJob job = EngineBench.JobOf();
        IComparison comparison = bench.Engine.Compare(new ComparisonRequest { Source = job.Source, Destination = job.Destination }, SilentListener.Instance);

        List<ComparisonItem> items = await WalkAsync(comparison);

        Assert.Equal(("new", ComparisonStatus.SourceOnly), (Assert.Single(items).Key, items[0].Status));
        Assert.Equal((6L, null, true), (comparison.Summary!.Same.Objects, comparison.Summary.JobName, comparison.Summary.IsComplete));
        Assert.Empty(bench.Engine.GetComparisons(EngineBench.JobName));
    }

    [Fact]
    public void A_comparison_of_nothing_is_refused()
    {
        using EngineBench bench = new();
        Assert.Throws<ArgumentException>(() => bench.Engine.Compare(new ComparisonRequest { Source = EngineBench.JobOf().Source }, SilentListener.Instance));
        Assert.Equal(JobStateError.NotFound, Assert.Throws<JobStateException>(() => bench.Engine.Compare(new ComparisonRequest { JobName = "no-such-job" }, SilentListener.Instance)).Error);
    }

    [Theory]
    [InlineData("left")]
    [InlineData("cancelled")]
    [InlineData("broken")]
    public async Task A_comparison_that_was_stopped_early_is_recorded_as_not_complete(string how)
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Kms);
        for (int i = 0; i < 200; i++)
        {
            // Nothing tells whether these are the same, so each of them is looked at.
            bench.Source.Seed($"zz{i:D3}", "same size");
            bench.Destination.Seed($"zz{i:D3}", "same size");
        }

        using CancellationTokenSource cancel = new();
        if (how == "broken")
            bench.FaultyDestination.Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.Credential), skip: 50);
        IComparison comparison = bench.Engine.Compare(new ComparisonRequest { JobName = EngineBench.JobName }, SilentListener.Instance);
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            int seen = 0;
            await foreach (ComparisonItem item in comparison.Items(cancel.Token))
            {
                if (++seen == 5 && how == "left")
                    break;
                if (seen == 5 && how == "cancelled")
                    await cancel.CancelAsync();
            }
        });

        Assert.Equal(how switch { "left" => null, "cancelled" => typeof(OperationCanceledException), _ => typeof(StoreException) }, error is OperationCanceledException ? typeof(OperationCanceledException) : error?.GetType());
        ComparisonSummary recorded = Assert.Single(bench.Engine.GetComparisons(EngineBench.JobName));
        Assert.Equal((false, false, comparison.Summary!.Digest), (recorded.IsComplete, recorded.IsClean, recorded.Digest));

        // Nothing goes on behind the caller's back.
        long heads = bench.Destination.Counters[StoreOperation.Head];
        Assert.InRange(heads, 1, 100);
    }

    [Fact]
    public async Task The_recorded_summary_has_the_digest_of_its_fields_and_an_edited_one_has_not()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Md5);
        ComparisonSummary given = (await bench.CompareAsync()).Summary;
        ComparisonSummary recorded = Assert.Single(bench.NewEngine().GetComparisons(EngineBench.JobName));

        Assert.Equal(given, recorded);
        Assert.Matches("^[0-9a-f]{64}$", recorded.Digest);
        Assert.Equal(recorded.Digest, ComparisonTally.DigestOf(recorded));
        ComparisonSummary[] edited =
        [
            recorded with { IsComplete = false },
            recorded with { Same = recorded.Same.Plus(0) },
            recorded with { Different = new ObjectCount(0, 1) },
            recorded with { JobName = "another" },
            recorded with { Level = ComparisonLevel.Size },
            recorded with { EndedAt = recorded.EndedAt.AddTicks(1) },
            recorded with { ComparisonId = "another" },
        ];
        Assert.Equal(edited.Length + 1, edited.Append(recorded).Select(ComparisonTally.DigestOf).Distinct().Count());
    }

    [Fact]
    public async Task An_object_of_the_source_that_a_page_counts_and_does_not_hold_keeps_the_comparison_from_being_clean()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Md5);
        bench.FaultySource.Plan(StoreOperation.List, Fault.DropKey("same"));

        ComparisonSummary summary = (await bench.CompareAsync()).Summary;

        Assert.Equal((6L, 5L, false), (summary.Listed.Objects, summary.Same.Objects, summary.IsClean));
    }

    [Fact]
    public async Task An_object_that_cannot_be_looked_at_is_Unproved_and_the_comparison_goes_on()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Kms);
        bench.FaultyDestination.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "lost");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.NeedsRestore), "same");

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync(ComparisonLevel.Content);

        Assert.Equal([("lost", ComparisonStatus.Unproved), ("same", ComparisonStatus.Unproved)], items.Select(item => (item.Key, item.Status)));
        Assert.Contains("planned-fault", items[0].Reason, StringComparison.Ordinal);
        Assert.True(summary.IsComplete);
    }

    [Fact]
    public async Task What_was_migrated_and_then_deleted_at_the_source_is_told_from_what_others_wrote_also_runs_later()
    {
        using EngineBench bench = await MigratedAsync(ETagStyle.Md5);
        bench.Destination.Seed("theirs", "x");
        bench.Source.Remove("lost");
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Source.Remove("same");

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();

        Assert.Equal([("lost", true), ("same", true), ("theirs", false)], items.Select(item => (item.Key, item.IsGoneAtSource)));
        Assert.All(items, item => Assert.Equal(ComparisonStatus.DestinationOnly, item.Status));
        Assert.Equal((3L, 2L), (summary.DestinationOnly.Objects, summary.GoneAtSource!.Value.Objects));
        Assert.Equal(summary, bench.Engine.GetComparisons(EngineBench.JobName)[^1]);

        // Without a job nobody knows.
        MigrationJob job = EngineBench.JobOf();
        IComparison adHoc = bench.Engine.Compare(new ComparisonRequest { Source = job.Source, Destination = job.Destination }, SilentListener.Instance);
        Assert.All(await WalkAsync(adHoc), item => Assert.False(item.IsGoneAtSource));
        Assert.Null(adHoc.Summary!.GoneAtSource);
    }

    [Fact]
    public async Task What_the_filter_leaves_out_takes_no_part()
    {
        using EngineBench bench = new();
        bench.Source.Seed("in/a", "x");
        bench.Source.Seed("in/b.tmp", "x");
        bench.Source.Seed("out", "x");
        bench.Destination.Seed("elsewhere", "x");
        bench.Create(job => job with { Filter = new OssMigration.Core.Listing.ObjectFilter { Prefix = "in/", Exclude = ["**/*.tmp"] } });
        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync(includeSame: true);

        Assert.Equal((1L, 1L, 0L), (report.Copied.Objects, report.FilteredOut.Objects, report.DestinationOnly.Objects));
        Assert.Equal(("in/a", ComparisonStatus.Same), (Assert.Single(items).Key, items[0].Status));
        Assert.True(summary.IsClean);
    }

    private static async Task<EngineBench> MigratedAsync(ETagStyle style)
    {
        EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style });
        foreach (string key in (string[])["changed", "empty", "longer", "lost", "overwritten", "same"])
            bench.Source.Seed(key, key == "empty" ? "" : $"content of {key}");
        bench.Create();
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
        bench.Source.Counters.Reset();
        bench.Destination.Counters.Reset();
        return bench;
    }

    private static async Task<List<ComparisonItem>> WalkAsync(IComparison comparison)
    {
        List<ComparisonItem> items = [];
        await foreach (ComparisonItem item in comparison.Items(TestContext.Current.CancellationToken))
            items.Add(item);
        return items;
    }
}
