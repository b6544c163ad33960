using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>The histories of keys arrive whole and in order, and increments add to them.</summary>
public sealed class HistoryRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ETagStyle.Md5)]
    [InlineData(ETagStyle.Kms)]
    public async Task A_history_of_five_versions_with_delete_markers_arrives_in_order(ETagStyle style)
    {
        using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { ETagStyle = style });
        bench.Source.SeedHistory("deleted", HistoryBench.FiveVersions);
        bench.Source.SeedHistory("kept", HistoryBench.FiveVersions[..^1]);
        bench.Source.SeedHistory("never there", (string?)null);
        bench.Source.SeedHistory("large", EngineBench.Noise(3 << 20, 1), EngineBench.Noise(3 << 20, 1), null, EngineBench.Noise(2 << 20, 2));
        bench.CreateForHistories();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        HistoryBench.AssertSame(bench);
        Assert.Equal((RunStatus.Complete, 4L, 4L, report.Listed.Bytes), (report.Status, report.Listed.Objects, report.Copied.Objects, report.Copied.Bytes));
        Assert.Equal((8L << 20) + (2 * 33), report.Listed.Bytes);
        foreach (ComparisonLevel level in Enum.GetValues<ComparisonLevel>())
            Assert.True((await bench.CompareAsync(level)).Summary.IsClean);
        bench.DestinationSpy.Reset();
        Assert.Equal(4, (await bench.RunAsync(cancellationToken: Token)).Skipped.Objects);
        Assert.Empty(bench.DestinationSpy.CountByKey(StoreOperation.Head));
    }

    [Fact]
    public async Task What_came_since_is_added_and_nothing_old_is_read_again()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("changed", EngineBench.Noise(3 << 20), "small"u8.ToArray());
        bench.Source.SeedHistory("same", HistoryBench.FiveVersions);
        bench.CreateForHistories();
        await bench.RunAsync(cancellationToken: Token);
        bench.Source.SeedHistory("changed", null, "again");
        bench.Source.SeedHistory("new", null, "first", null);
        bench.SourceSpy.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        HistoryBench.AssertSame(bench);
        Assert.Equal((RunStatus.Complete, 2L, 1L), (report.Status, report.Copied.Objects, report.Skipped.Objects));
        Assert.Equal([("changed", 1), ("new", 1)], bench.SourceSpy.CountByKey(StoreOperation.Read).Select(read => (read.Key, read.Value)).Order());
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Histories_that_span_pages_are_listed_whole_in_ranges_side_by_side(int pageSize)
    {
        Random random = new(pageSize);
        using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { PageSize = pageSize }, new MemoryStoreOptions { PageSize = pageSize, Versioning = BucketVersioning.Enabled });
        for (int key = 0; key < 60; key++)
        {
            string?[] history = [.. Enumerable.Range(0, random.Next(1, 20)).Select(at => random.Next(4) == 0 ? null : $"{key} {random.Next(3)}")];
            bench.Source.SeedHistory($"{key % 7}/{key}", history);
        }

        bench.CreateForHistories();
        await bench.BeginRunAsync(1);
        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        HistoryBench.AssertSame(bench);
        Assert.Equal((RunStatus.Complete, 60L), (report.Status, report.Copied.Objects));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task A_job_on_what_is_current_ignores_history_and_markers()
    {
        using EngineBench bench = HistoryBench.Make(destination: new MemoryStoreOptions());
        bench.Source.SeedHistory("deleted", HistoryBench.FiveVersions);
        bench.Source.SeedHistory("kept", HistoryBench.FiveVersions[..^1]);
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        Assert.Equal(["kept"], bench.Destination.Keys);
    }

    [Fact]
    public async Task An_archived_version_holds_up_its_whole_history()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("cold", "one", "two");
        bench.Source.SeedHistory("warm", "one", "two");
        bench.Source.ChangeVersion("cold", 0, version => version with { Availability = ObjectAvailability.NeedsRestore, StorageClass = "GLACIER" });
        bench.CreateForHistories();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 1L), (report.Status, report.Copied.Objects, report.NeedsRestore.Objects));
        Assert.Empty(bench.Destination.History("cold"));
        bench.Source.ChangeVersion("cold", 0, version => version with { Availability = ObjectAvailability.Readable });
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: Token)).Status);
        HistoryBench.AssertSame(bench);
    }

    [Fact]
    public async Task A_history_that_lost_its_oldest_version_is_left_alone_and_told()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("k", "one", "two");
        bench.CreateForHistories();
        await bench.RunAsync(cancellationToken: Token);
        bench.Source.ExpireOldest("k");
        bench.Source.SeedHistory("k", "three");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Failed.Objects));
        Assert.Equal("HistoryDiffers", Assert.Single(bench.Items()).ErrorKind);
        Assert.Equal(2, bench.Destination.History("k").Count);
    }

    [Fact]
    public async Task A_version_that_goes_while_it_is_copied_makes_it_another_history()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("k", "one", "two", "three");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.ExpireOldest("k")));
        bench.CreateForHistories();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        HistoryBench.AssertSame(bench);
    }

    [Fact]
    public async Task The_forecast_counts_versions_and_delete_markers()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("a", HistoryBench.FiveVersions);
        bench.Source.SeedHistory("b", "one");
        bench.CreateForHistories();
        OssMigration.Core.Fidelity.FidelityForecaster forecaster = bench.Engine.Foresee(
            new OssMigration.Core.Fidelity.FidelityForecastRequest { JobName = EngineBench.JobName, ReadsHeaders = true }, bench.Listener);
        await foreach (OssMigration.Core.Fidelity.FidelityForecastItem _ in forecaster.ItemsAsync(Token))
        {
        }

        Assert.Equal((2L, 36L, 6L, 36L, 2L), (
            forecaster.Forecast!.Copied.Objects, forecaster.Forecast.Listed.Bytes, forecaster.Forecast.Versions!.Value.Objects, forecaster.Forecast.Versions.Value.Bytes,
            forecaster.Forecast.DeleteMarkers));
    }
}
