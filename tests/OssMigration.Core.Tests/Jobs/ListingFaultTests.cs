using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Stores that list badly.</summary>
public sealed class ListingFaultTests
{
    private const int Objects = 300;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Short_and_empty_pages_are_read_to_the_end(bool isSource)
    {
        using EngineBench bench = Full();
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Change(bench);
        Faulty(bench, isSource).Plan(StoreOperation.List, Fault.ShortPage(3), times: 5).Plan(StoreOperation.List, Fault.EmptyPage(), times: 5);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 100L, 200L, 2), (report.Status, report.Copied.Objects, report.Skipped.Objects, report.Run));
        Assert.Empty(bench.Listener.Warnings);
        AssertSame(bench);
    }

    [Theory]
    [InlineData("unordered", true, 0)]
    [InlineData("unordered", true, 4)]
    [InlineData("unordered", false, 0)]
    [InlineData("unordered", false, 4)]
    [InlineData("repeated", true, 4)]
    [InlineData("repeated", false, 4)]
    [InlineData("start-after", true, 2)]
    [InlineData("start-after", false, 2)]
    public async Task A_store_that_breaks_the_order_is_listed_serially_and_loudly_and_the_result_is_right(string how, bool isSource, int skip)
    {
        using EngineBench bench = Full(how == "repeated" ? "k/!" : "");
        bench.Create(job => job with { Filter = new ObjectFilter { Prefix = how == "repeated" ? "k/" : "" } });
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Change(bench);
        await bench.BeginRunAsync(2, how == "repeated" ? "k/" : "");
        Faulty(bench, isSource).Plan(StoreOperation.List, FaultOf(how), skip: skip);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, (long)Objects), (report.Status, report.Listed.Objects));
        Assert.Equal(report.Listed, report.Outcomes);
        Assert.Contains(isSource ? "s3://from" : "oss://to", Assert.Single(bench.Listener.Warnings).Message, StringComparison.Ordinal);
        AssertSame(bench);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        Assert.DoesNotContain(Directory.EnumerateFiles(bench.JobPath, "*", SearchOption.AllDirectories), file => file.Contains("scratch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_that_an_unordered_store_gave_late_are_not_lost_behind_the_cursor()
    {
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 10 });
        for (int i = 0; i < 60; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");

        // The first page holds k00 to k09 without k05, which comes at the end: the cursor is far behind it by then.
        ScrambledStore scrambled = new(bench.Source, "k05");
        MigrationEngine engine = new(new EngineEnvironment
        {
            Home = bench.Home,
            Stores = new MemoryStoreFactory(scrambled, bench.Destination),
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
        });
        bench.Create();

        MigrationReport report = await engine.RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 60L), (report.Status, report.Listed.Objects));
        Assert.Single(bench.Listener.Warnings);
        AssertSame(bench);
    }

    [Fact]
    public async Task A_run_that_went_over_to_a_serial_listing_keeps_to_it_when_it_is_resumed()
    {
        using EngineBench bench = Full();
        bench.FaultySource.Plan(StoreOperation.List, Fault.UnorderedPage(), skip: 5);
        bench.Create();
        Killer killer = new(bench, (operation, _) => operation == StoreOperation.Put && bench.Listener.Warnings.Count > 0, whenDone: false);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.SourceSpy.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, (long)Objects), (report.Status, report.Listed.Objects));
        Assert.All(bench.SourceSpy.Lists, list => Assert.Null(list.StartAfter));
        AssertSame(bench);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_missing_from_a_page_of_the_source_is_never_taken_for_a_complete_run(bool wasMigratedBefore)
    {
        using EngineBench bench = Full();
        bench.Create();
        if (wasMigratedBefore)
            await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        string key = bench.Source.Keys[100];
        bench.FaultySource.Plan(StoreOperation.List, Fault.DropKey(key));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Incomplete, 3), (report.Status, report.ExitCode));
        Assert.NotEqual(report.Listed, report.Outcomes);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, (long)Objects), (next.Status, next.Listed.Objects));
        AssertSame(bench);
    }

    [Fact]
    public async Task A_listing_that_would_never_end_stops_the_run_with_a_reason()
    {
        using EngineBench bench = Full();
        StuckStore stuck = new(bench.Source);
        MigrationEngine engine = new(new EngineEnvironment { Home = bench.Home, Stores = new MemoryStoreFactory(stuck, bench.Destination) });
        bench.Create();

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => engine.RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, TestContext.Current.CancellationToken));

        Assert.Equal((StoreErrorKind.Listing, "TokenRepeated"), (error.Kind, error.Code));
        Assert.Equal(RunStatus.Incomplete, Assert.Single(bench.Engine.GetReports(EngineBench.JobName)).Status);
    }

    // With a beginning that is before all digits and letters everything is in the first range.
    private static EngineBench Full(string beginning = "")
    {
        const string Firsts = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        EngineBench bench = new(new MemoryStoreOptions { PageSize = 20 }, new MemoryStoreOptions { PageSize = 20 });
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed($"{beginning}{Firsts[i % 62]}/object {i}", $"content of {i}");
        return bench;
    }

    private static void Change(EngineBench bench)
    {
        foreach (string key in bench.Source.Keys.Where((_, i) => i % 3 == 0))
            bench.Source.Seed(key, $"changed {key}");
    }

    private static Fault FaultOf(string how) => how switch
    {
        "unordered" => Fault.UnorderedPage(),
        "repeated" => Fault.RepeatPage(),
        _ => Fault.IgnoreStartAfter(),
    };

    private static FaultyStore Faulty(EngineBench bench, bool isSource) => isSource ? bench.FaultySource : bench.FaultyDestination;

    private static void AssertSame(EngineBench bench)
    {
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
    }

    /// <summary>Gives one key after all others.</summary>
    private sealed class ScrambledStore(MemoryStore inner, string last) : StoreDecorator(inner)
    {
        public override async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        {
            ListPage page = await base.ListPageAsync(request, cancellationToken);
            List<ObjectEntry> entries = [.. page.Entries.Where(entry => entry.Key != last)];
            if (page.ContinuationToken is null)
                entries.Add((await Inner.HeadAsync(last, cancellationToken))!.Entry);
            return new ListPage(entries, page.ContinuationToken, entries.Count);
        }
    }

    /// <summary>Gives the same token again and again.</summary>
    private sealed class StuckStore(MemoryStore inner) : StoreDecorator(inner)
    {
        public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
            => Task.FromResult(new ListPage([], "again", 0));
    }
}
