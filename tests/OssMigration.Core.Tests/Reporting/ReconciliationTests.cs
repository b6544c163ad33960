using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Listed and the outcomes are counted apart and must agree, in objects and in bytes; what a run says of itself rests on it.</summary>
public sealed class ReconciliationTests
{
    private static readonly (string Name, Func<MigrationReport, ObjectCount, MigrationReport> Put)[] Outcomes =
    [
        ("Copied", (report, count) => report with { Copied = count }),
        ("Skipped", (report, count) => report with { Skipped = count }),
        ("Conflict", (report, count) => report with { Conflict = count }),
        ("Unsupported", (report, count) => report with { Unsupported = count }),
        ("NeedsRestore", (report, count) => report with { NeedsRestore = count }),
        ("Vanished", (report, count) => report with { Vanished = count }),
        ("Failed", (report, count) => report with { Failed = count }),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_of_the_seven_outcomes_counts_once_and_nothing_else_does()
    {
        MigrationReport empty = new() { JobName = "job", Run = 1, Listed = new ObjectCount(3, 50) };
        ObjectCount three = new(3, 50);

        foreach ((string name, Func<MigrationReport, ObjectCount, MigrationReport> put) in Outcomes)
        {
            Assert.True(put(empty, three).Reconciled, name);
            Assert.False(put(empty, three with { Objects = 2 }).Reconciled, name);
            Assert.False(put(empty, three with { Bytes = 51 }).Reconciled, name);
        }

        Assert.Equal(new ObjectCount(21, 350), Outcomes.Aggregate(empty, (report, outcome) => outcome.Put(report, three)).Outcomes);
        Assert.False((empty with { New = three, Changed = three, GoneAtSource = three, Removed = three, DestinationOnly = three, FilteredOut = three, Overwritten = three, MetadataRepaired = three }).Reconciled);
    }

    [Fact]
    public void Counts_and_usages_are_added_and_subtracted_member_by_member()
    {
        Assert.Equal(new ObjectCount(4, 6), new ObjectCount(1, 2) + new ObjectCount(3, 4));
        Assert.Equal(new ObjectCount(2, 7), new ObjectCount(1, 2).Plus(5));
        Assert.Equal("1 objects, 2 bytes", new ObjectCount(1, 2).ToString());
        Assert.Equal(new StoreUsage(11, 22, 33, 44), new StoreUsage(1, 2, 3, 4) + new StoreUsage(10, 20, 30, 40));
        Assert.Equal(new StoreUsage(9, 18, 27, 36), new StoreUsage(10, 20, 30, 40) - new StoreUsage(1, 2, 3, 4));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 25)]
    public void The_rate_is_that_of_what_was_copied(int seconds, double rate)
        => Assert.Equal(rate, new MigrationReport { JobName = "job", Run = 1, Copied = new ObjectCount(1, 100), Skipped = new ObjectCount(1, 100), Duration = TimeSpan.FromSeconds(seconds) }.BytesPerSecond);

    [Fact]
    public async Task A_run_whose_counts_do_not_agree_is_not_complete_and_removes_nothing()
    {
        using EngineBench bench = await MigratedAsync();
        bench.FaultySource.Plan(StoreOperation.List, Fault.DropKey("b"));

        MigrationReport report = await bench.RunAsync(options: new RunOptions { RemoveDeleted = true, MaximumRemoved = 10 }, cancellationToken: Token);

        Assert.Equal((RunStatus.Incomplete, 3, 1L, 0L), (report.Status, report.ExitCode, report.GoneAtSource.Objects, report.Removed.Objects));
        Assert.Equal((4L, 3L), (report.Listed.Objects, report.Outcomes.Objects));
        Assert.StartsWith("The counts do not agree: listed 4 objects, ", report.Reason, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was removed at the destination: the counts of the run do not agree.", report.Reason, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c", "d"], bench.Destination.Keys);
    }

    [Fact]
    public async Task Whatever_was_not_migrated_or_not_removed_is_an_exception_and_is_counted()
    {
        using EngineBench bench = await MigratedAsync();
        Assert.Equal((RunStatus.Complete, null), Ending(await bench.RunAsync(cancellationToken: Token)));
        bench.Source.Remove("a");
        Assert.Equal(
            (RunStatus.CompleteWithExceptions, "Nothing was removed at the destination: 1 objects are gone at the source, and at most 0 were to be removed."),
            Ending(await bench.RunAsync(options: new RunOptions { RemoveDeleted = true, MaximumRemoved = 0 }, cancellationToken: Token)));
        bench.Source.Seed("/not possible", "x");
        bench.Source.Seed("archived", "x");
        bench.Source.Change("archived", found => found with { Availability = ObjectAvailability.NeedsRestore });
        bench.Source.Seed("failed", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.InvalidRequest), "failed");
        bench.Source.Seed("vanished", "x");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.Remove("vanished")), "vanished");

        MigrationReport report = await bench.RunAsync(options: new RunOptions { RemoveDeleted = true, MaximumRemoved = 10 }, cancellationToken: Token);

        Assert.Equal((1L, 1L, 1L, 1L, 3L), (report.Unsupported.Objects, report.NeedsRestore.Objects, report.Failed.Objects, report.Vanished.Objects, report.Skipped.Objects));
        Assert.Equal(
            (RunStatus.CompleteWithExceptions, "3 objects were not migrated; Get-MigrationItem lists them. Nothing was removed at the destination: 1 objects failed in this run. Mend that and run the job again."),
            Ending(report));

        static (RunStatus, string?) Ending(MigrationReport report) => (report.Status, report.Reason);
    }

    [Fact]
    public async Task A_run_that_was_carried_on_counts_the_time_and_the_traffic_of_both_parts()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = new(time: time);
        using CancellationTokenSource cancel = new();
        bench.Source.Seed("a", "four");
        bench.Source.Seed("b", "four");
        bench.Create(job => job with { Concurrency = 1 });
        bench.DestinationSpy.After = (operation, _, _) =>
        {
            if (operation == StoreOperation.Put)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                cancel.Cancel();
            }

            return default;
        };

        MigrationReport first = await bench.RunAsync(cancellationToken: cancel.Token);
        MigrationReport second = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Incomplete, TimeSpan.FromMinutes(1), 4L, 4L), (first.Status, first.Duration, first.SourceUsage.BytesRead, first.DestinationUsage.BytesWritten));
        Assert.Equal((RunStatus.Complete, TimeSpan.FromMinutes(2), 8L, 8L), (second.Status, second.Duration, second.SourceUsage.BytesRead, second.DestinationUsage.BytesWritten));
    }

    private static async Task<EngineBench> MigratedAsync()
    {
        EngineBench bench = new();
        foreach (string key in (string[])["a", "b", "c", "d"])
            bench.Source.Seed(key, $"content of {key}");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        return bench;
    }
}
