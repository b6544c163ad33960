using System.Xml.Linq;
using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>What is refused before the first byte of a history moves, and what a comparison of histories tells.</summary>
public sealed class HistoryGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BucketVersioning.Off)]
    [InlineData(BucketVersioning.Suspended)]
    [InlineData(BucketVersioning.Unknown)]
    public async Task A_destination_that_does_not_keep_versions_is_refused(BucketVersioning versioning)
    {
        using EngineBench bench = HistoryBench.Make(destination: new MemoryStoreOptions { Versioning = versioning });
        await AssertRefusedAsync(bench, "DestinationNotVersioned");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_destination_in_which_somebody_wrote_is_refused_again_and_again(bool isMarker)
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Destination.SeedHistory("theirs", isMarker ? null : "content");
        await AssertRefusedAsync(bench, "DestinationNotEmpty");
        await AssertRefusedAsync(bench, "DestinationNotEmpty", create: false);
    }

    [Fact]
    public async Task A_mirroring_rule_is_refused()
    {
        using EngineBench bench = HistoryBench.Make();
        XElement rule = XElement.Parse(
            "<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
            + "<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://origin.example/</MirrorURL></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>");
        bench.Destination.SeedDocument(BucketDocumentKind.Website, new BucketDocument(rule, new Dictionary<string, string>()));
        await AssertRefusedAsync(bench, "VersionsMirrorRule");
    }

    [Fact]
    public async Task After_the_cutover_nothing_is_added_any_more()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("k", "one");
        bench.CreateForHistories();
        await bench.RunAsync(cancellationToken: Token);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddSeconds(-1) });
        bench.Source.SeedHistory("k", "two");
        await AssertRefusedAsync(bench, "VersionsAfterCutover", create: false);
        Assert.Single(bench.Destination.History("k"));
    }

    [Fact]
    public async Task Removal_of_what_is_gone_is_refused()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.CreateForHistories();
        await AssertRefusedAsync(bench, "VersionsNotRemoved", create: false, new RunOptions { RemoveDeleted = true });
    }

    [Fact]
    public async Task A_store_that_cannot_tell_versions_is_refused()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.CreateForHistories();
        MigrationEngine engine = new(new EngineEnvironment { Home = bench.Home, Stores = new MemoryStoreFactory(new Plain(bench.Source), bench.Destination) });
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => engine.RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, Token));
        Assert.Equal("VersionsNotAtSource", refused.ErrorId);
        engine = new(new EngineEnvironment { Home = bench.Home, Stores = new MemoryStoreFactory(bench.Source, new Plain(bench.Destination)) });
        refused = await Assert.ThrowsAsync<RefusedException>(() => engine.RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, Token));
        Assert.Equal("VersionsNotAtDestination", refused.ErrorId);
    }

    [Fact]
    public void Options_without_a_meaning_for_histories_are_refused_all_at_once()
    {
        using EngineBench bench = HistoryBench.Make();
        JobOptionException refused = Assert.Throws<JobOptionException>(() => bench.CreateForHistories(job => job with
        {
            Source = new StoreAddress { Scheme = "file", Bucket = "/data" },
            Overwrite = OverwriteMode.Always,
            Filter = new ObjectFilter { MinSize = 1 },
            InvalidKeyAction = InvalidKeyAction.Encode,
            Fidelity = FidelityPolicy.Default with { CopyTags = true },
            RestoreDays = 3,
        }));
        Assert.Equal(6, refused.Problems.Count(problem => problem.StartsWith("A job with -Versions All", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("one|two", "one|two", ComparisonStatus.Same)]
    [InlineData("one|two", "two|one", ComparisonStatus.Different)]
    [InlineData("one|two", "one", ComparisonStatus.Different)]
    [InlineData("one", "one|two", ComparisonStatus.Different)]
    [InlineData("one||two", "one|two", ComparisonStatus.Different)]
    [InlineData("one|two", "one||two", ComparisonStatus.Different)]
    [InlineData("one|two|", "one||two", ComparisonStatus.Different)]
    [InlineData("one|second", "one|two", ComparisonStatus.Different)]
    [InlineData("one", "", ComparisonStatus.Different)]
    [InlineData("one", null, ComparisonStatus.SourceOnly)]
    [InlineData(null, "one", ComparisonStatus.DestinationOnly)]
    public async Task A_comparison_sees_order_count_markers_sizes_and_content(string? source, string? destination, ComparisonStatus expected)
    {
        foreach (ETagStyle style in Enum.GetValues<ETagStyle>())
        {
            using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { ETagStyle = style });
            Seed(bench.Source, source);
            Seed(bench.Destination, destination);
            bench.CreateForHistories();

            (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync(includeSame: true);

            Assert.Equal(expected, Assert.Single(items).Status);
            Assert.Equal(expected is ComparisonStatus.Same or ComparisonStatus.DestinationOnly, summary.IsClean);
            Assert.Equal(expected, Assert.Single((await bench.CompareAsync(ComparisonLevel.Content, includeSame: true)).Items).Status);
        }

        // An empty text stands for a delete marker.
        static void Seed(MemoryStore store, string? texts)
        {
            if (texts is not null)
                store.SeedHistory("k", [.. texts.Split('|').Select(text => text.Length == 0 ? null : text)]);
        }
    }

    private static async Task AssertRefusedAsync(EngineBench bench, string errorId, bool create = true, RunOptions? options = null)
    {
        if (create)
        {
            bench.Source.SeedHistory("k", HistoryBench.FiveVersions);
            bench.CreateForHistories();
        }

        bench.DestinationSpy.Reset();
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => bench.RunAsync(options: options, cancellationToken: Token));
        Assert.Equal(errorId, refused.ErrorId);
        Assert.Empty(bench.DestinationSpy.CountByKey(StoreOperation.Put));
        Assert.Empty(bench.DestinationSpy.CountByKey(StoreOperation.Delete));
    }

    private sealed class Plain(IObjectStore inner) : StoreDecorator(inner);
}
