using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Fidelity;

/// <summary>Archived objects: counted, restored where the job wants that, copied when they are readable.</summary>
public sealed class RestoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_restored_that_nobody_asked_for()
    {
        using EngineBench bench = Archive();
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 2L, 1L), (report.Status, report.NeedsRestore.Objects, report.Copied.Objects));
        Assert.Empty(bench.Source.Restorations);
        Assert.All(bench.Items(), item => Assert.Equal("NeedsRestore", item.ErrorKind));
    }

    [Fact]
    public async Task What_was_restored_is_copied_by_a_run_that_lists_nothing()
    {
        using EngineBench bench = Archive();
        bench.Create(job => job with { RestoreDays = 7, RestoreTier = RestoreTier.Bulk });

        MigrationReport first = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((RunStatus.CompleteWithExceptions, 2L), (first.Status, first.NeedsRestore.Objects));
        Assert.Equal([("cold", 7, RestoreTier.Bulk), ("deep", 7, RestoreTier.Bulk)], bench.Source.Restorations.Order());
        Assert.All(bench.Items(), item => Assert.Equal((MigrationItemState.NeedsRestore, "RestoreRequested"), (item.State, item.ErrorKind)));

        MakeReadable(bench, "cold");
        bench.SourceSpy.Reset();
        bench.DestinationSpy.Reset();
        MigrationReport second = await bench.RunAsync(options: new RunOptions { FailedOnly = true }, cancellationToken: Token);
        Assert.Equal((1L, 1L), (second.Copied.Objects, second.NeedsRestore.Objects));
        Assert.Equal("RestoreUnderWay", Assert.Single(bench.Items()).ErrorKind);

        MakeReadable(bench, "deep");
        MigrationReport third = await bench.RunAsync(options: new RunOptions { FailedOnly = true }, cancellationToken: Token);
        Assert.Equal((RunStatus.Complete, 1L), (third.Status, third.Copied.Objects));
        Assert.Empty(bench.SourceSpy.Lists);
        Assert.Empty(bench.DestinationSpy.Lists);
        Assert.Equal(1, bench.SourceSpy.Count(StoreOperation.Read, "cold"));
        Assert.Equal(0, bench.SourceSpy.Count(StoreOperation.Read, "warm"));
    }

    [Fact]
    public async Task An_object_that_is_readable_though_its_listing_says_archived_is_copied_at_once()
    {
        using EngineBench bench = Archive();
        bench.Create(job => job with { RestoreDays = 1 });
        bench.SourceSpy.Before = (operation, key, _) =>
        {
            if (operation == StoreOperation.Restore)
                MakeReadable(bench, key!);
            return default;
        };

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 3L), (report.Status, report.Copied.Objects));
    }

    [Fact]
    public async Task A_restoration_that_is_refused_fails_its_object_only()
    {
        using EngineBench bench = Archive();
        bench.Create(job => job with { RestoreDays = 1 });
        bench.FaultySource.Plan(StoreOperation.Restore, Fault.Throw(StoreErrorKind.AccessDenied), "cold");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((1L, 1L, 1L), (report.Failed.Objects, report.NeedsRestore.Objects, report.Copied.Objects));
        bench.FaultySource.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task The_forecast_has_what_is_to_be_restored_by_class()
    {
        using EngineBench bench = Archive();
        bench.Create();

        FidelityForecaster forecaster = bench.Engine.Foresee(new FidelityForecastRequest { JobName = EngineBench.JobName }, bench.Listener);
        await foreach (FidelityForecastItem _ in forecaster.ItemsAsync(Token))
        {
        }

        Assert.Equal(2, forecaster.Forecast!.NeedsRestore.Objects);
        Assert.Equal(new ObjectCount(1, 5), forecaster.Forecast.RestoreByClass["GLACIER"]);
        Assert.Equal(new ObjectCount(1, 7), forecaster.Forecast.RestoreByClass["DEEP_ARCHIVE"]);
        Assert.Equal(2, bench.Engine.GetFidelityForecast(EngineBench.JobName)!.RestoreByClass.Count);
    }

    private static EngineBench Archive()
    {
        EngineBench bench = new();
        bench.Source.Seed("warm", "x");
        bench.Source.Seed("cold", new byte[5]);
        bench.Source.Change("cold", found => found with { StorageClass = "GLACIER", Availability = ObjectAvailability.NeedsRestore });
        bench.Source.Seed("deep", new byte[7]);
        bench.Source.Change("deep", found => found with { StorageClass = "DEEP_ARCHIVE", Availability = ObjectAvailability.NeedsRestore });
        return bench;
    }

    private static void MakeReadable(EngineBench bench, string key) => bench.Source.Change(key, found => found with { Availability = ObjectAvailability.Readable });
}
