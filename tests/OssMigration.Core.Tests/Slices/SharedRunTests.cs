using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Slices;

/// <summary>A run by others over an exchange that loses, repeats and delays: nothing is lost, nothing counts twice.</summary>
public sealed class SharedRunTests
{
    private const int Objects = 2_400;

    private static readonly SliceBounds Small = new(TimeSpan.FromSeconds(10), 100, TimeSpan.FromSeconds(20));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_is_copied_in_slices_and_counted_once()
    {
        using EngineBench bench = Filled();
        MigrationReport report = await RunAsync(bench, _ => Fate.Well);

        Assert.True(report.Status == RunStatus.Complete, report.Reason);
        Assert.Equal((Objects, Objects, true), (report.Listed.Objects, report.Copied.Objects, report.Reconciled));
        Assert.InRange(report.Shared!.Slices, Objects / 100, long.MaxValue);
        Assert.Equal((0, 0), (report.Shared.Duplicates, report.Shared.Redelivered));
        Assert.Equal(8 * Objects, report.SourceUsage.BytesRead);
        await AssertSameAsync(bench);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Workers_may_be_lost_at_any_point_and_reports_come_twice_or_late(int seed)
    {
        using EngineBench bench = Filled();
        Random chance = new(seed);
        int lost = 0;
        MigrationReport report = await RunAsync(bench, _ =>
        {
            Fate fate = chance.Next(3) == 0 ? (Fate)chance.Next(1, 6) : Fate.Well;
            lost += fate is Fate.Well or Fate.ReportsTwice ? 0 : 1;
            return fate;
        });

        Assert.True(report.Status == RunStatus.Complete, report.Reason);
        Assert.Equal((Objects, true), (report.Listed.Objects, report.Reconciled));
        Assert.NotEqual(0, lost);
        Assert.InRange(report.Shared!.Redelivered, 1, lost);
        await AssertSameAsync(bench);
    }

    [Fact]
    public async Task A_report_that_comes_twice_is_a_counted_duplicate()
    {
        using EngineBench bench = Filled();
        MigrationReport report = await RunAsync(bench, _ => Fate.ReportsTwice);

        Assert.Equal((RunStatus.Complete, Objects), (report.Status, report.Copied.Objects));
        Assert.InRange(report.Shared!.Duplicates, report.Shared.Slices - 4, report.Shared.Slices);
    }

    [Fact]
    public async Task A_range_that_is_begun_too_often_is_parked_and_the_next_coordinator_begins_it_anew()
    {
        using EngineBench bench = Filled();
        int? poisoned = null;
        MigrationReport report = await RunAsync(bench, order => order.Range == (poisoned ??= order.Range) ? Fate.Poisoned : Fate.Well);

        Assert.Equal(RunStatus.Incomplete, report.Status);
        string parked = Assert.Single(report.Shared!.Parked);
        Assert.Contains("Its worker was lost.", parked, StringComparison.Ordinal);
        Assert.Contains("parked", report.Reason, StringComparison.Ordinal);
        Assert.Contains(bench.Listener.Warnings, warning => warning.Message.Contains("parked", StringComparison.Ordinal));

        MigrationReport again = await RunAsync(bench, _ => Fate.Well);
        Assert.Equal((RunStatus.Complete, 1, Objects, true), (again.Status, again.Run, again.Listed.Objects, again.Reconciled));
        Assert.Empty(again.Shared!.Parked);
        await AssertSameAsync(bench);
    }

    [Fact]
    public async Task Another_coordinator_goes_on_over_the_same_exchange_and_one_machine_finishes_the_run()
    {
        using EngineBench bench = Filled();
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, _ => Fate.Well);
        for (int start = 0; start < 2; start++)
        {
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            int slices = 0;
            exchange.OnSlice = _ =>
            {
                if (Interlocked.Increment(ref slices) == 4)
                    stop.Cancel();
            };
            MigrationReport stopped = await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: stop.Token);
            Assert.Equal((RunStatus.Incomplete, start), (stopped.Status, stopped.Resumes));
        }

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 2, Objects, true), (report.Status, report.Resumes, report.Listed.Objects, report.Reconciled));
        await AssertSameAsync(bench);
    }

    [Fact]
    public async Task A_journal_that_was_set_back_orders_anew_what_it_does_not_know()
    {
        using EngineBench bench = Filled();
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, _ => Fate.Well);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string? snapshot = null;
        int slices = 0;
        exchange.OnSlice = _ =>
        {
            int slice = Interlocked.Increment(ref slices);
            if (slice == 2)
                snapshot = bench.TakeSnapshot();
            if (slice == 6)
                stop.Cancel();
        };
        await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: stop.Token);
        exchange.OnSlice = null;
        bench.MoveTo(snapshot!);

        MigrationReport report = await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, Objects, true), (report.Status, report.Listed.Objects, report.Reconciled));
        await AssertSameAsync(bench);
    }

    [Fact]
    public async Task An_increment_knows_what_earlier_runs_settled()
    {
        using EngineBench bench = Filled();
        await RunAsync(bench, _ => Fate.Well);
        bench.Source.Seed("key-00007", "changed");
        bench.Source.Seed("new", "new");
        bench.Source.Remove("key-00100");

        MigrationReport report = await RunAsync(bench, _ => Fate.Well);

        Assert.Equal((RunStatus.Complete, 2, 1, 1), (report.Status, report.Copied.Objects, report.New.Objects, report.Changed.Objects));
        Assert.Equal((1, Objects - 2), (report.GoneAtSource.Objects, report.Skipped.Objects));
    }

    [Fact]
    public async Task What_is_gone_at_the_source_is_removed_after_everything_else_where_that_is_wanted()
    {
        using EngineBench bench = Filled();
        await RunAsync(bench, _ => Fate.Well);
        bench.Source.Remove("key-00007");
        bench.Source.Remove("key-01007");
        bench.Source.Seed("new", "new");
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, _ => Fate.LostAtTheEnd);

        MigrationReport report = await bench.RunAsync(options: new RunOptions { Exchange = exchange, RemoveDeleted = true }, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1, 2, 2), (report.Status, report.Copied.Objects, report.GoneAtSource.Objects, report.Removed.Objects));
        Assert.Null(bench.Destination.Find("key-00007"));
        Assert.Empty((await bench.CompareAsync()).Items);
    }

    [Fact]
    public async Task From_cut_over_on_no_worker_overwrites_what_the_business_writes()
    {
        string last = $"key-{Objects - 1:D5}";
        using EngineBench bench = Filled();
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, _ => Fate.Well);
        exchange.BeforeSlice = async order =>
        {
            if (order.End is not null || bench.Destination.Find(last) is not null)
                return;
            bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });
            bench.Destination.Seed(last, "written by the business");
            while (exchange.State!.Job.CutoverTime is null)
                await Task.Yield();
        };

        MigrationReport report = await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1, Objects - 1, true), (report.Status, report.Conflict.Objects, report.Copied.Objects, report.Reconciled));
        Assert.Equal("written by the business"u8.ToArray(), bench.Destination.Find(last)!.Content);
        Assert.Equal((last, MigrationItemState.Conflict), (Assert.Single(bench.Items()).Key, bench.Items()[0].State));
        Assert.Contains(bench.Listener.Events, happened => happened.Message.StartsWith("Cut-over has come", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cut_over_that_workers_would_not_hear_of_is_refused_until_somebody_coordinates_or_the_run_has_ended()
    {
        using EngineBench bench = Filled();
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, _ => Fate.Well);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        exchange.OnSlice = _ => stop.Cancel();
        await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: stop.Token);
        JobChanges cutover = new() { CutoverTime = DateTimeOffset.UtcNow };

        RefusedException refusal = Assert.Throws<RefusedException>(() => bench.Engine.SetJob(EngineBench.JobName, cutover));

        Assert.Equal("CutoverNotHeard", refusal.ErrorId);
        Assert.Equal(7, bench.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 7 }).Concurrency);
        exchange.OnSlice = null;
        await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: Token);
        Assert.NotNull(bench.Engine.SetJob(EngineBench.JobName, cutover).CutoverTime);
    }

    [Fact]
    public async Task A_run_is_measured()
    {
        using EngineBench bench = Filled();
        ConcurrentDictionary<string, long> measured = new();
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == SharedMetrics.MeterName)
                self.EnableMeasurementEvents(instrument);
        }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal(new KeyValuePair<string, object?>("job", EngineBench.JobName), Assert.Single(tags.ToArray()));
            measured.AddOrUpdate(instrument.Name, value, (_, before) => instrument.IsObservable ? Math.Max(value, before) : value + before);
        });
        listener.Start();
        int slices = 0;
        MigrationReport report = await RunAsync(bench, _ =>
        {
            listener.RecordObservableInstruments();
            return (Interlocked.Increment(ref slices) % 5) switch
            {
                0 => Fate.LostAtTheEnd,
                1 => Fate.ReportsTwice,
                _ => Fate.Well,
            };
        });

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.NotEqual((0, 0), (report.Shared!.Duplicates, report.Shared.Redelivered));
        Assert.Equal((report.Shared.Slices, report.Shared.Duplicates), (measured["ossmigration.slices"], measured["ossmigration.slices.duplicate"]));
        Assert.InRange(measured["ossmigration.orders.redelivered"], report.Shared.Redelivered, slices);
        Assert.Equal((Objects, 8 * report.Copied.Objects), (measured["ossmigration.objects"], measured["ossmigration.copied"]));
        Assert.Equal(2, measured["ossmigration.workers"]);
        Assert.InRange(measured["ossmigration.orders.waiting"], 1, Objects);
        Assert.InRange(measured["ossmigration.slices.active"], 1, 2);
        Assert.Contains("ossmigration.transfers.active", measured.Keys);
    }

    [Fact]
    public async Task A_large_object_goes_on_at_a_part_when_its_slice_is_handed_over()
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions());
        bench.Source.Seed("large", EngineBench.Noise(30 << 20));
        bench.CreateForParts();
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { MaxBytesPerSecond = 12 << 20 });
        SliceBounds brief = new(TimeSpan.FromSeconds(10), 100, TimeSpan.FromMilliseconds(900));
        await using MemoryExchange exchange = new(EnvironmentOf(bench), brief, _ => Fate.Well);
        int slices = 0;
        exchange.OnSlice = _ => Interlocked.Increment(ref slices);

        MigrationReport report = await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1), (report.Status, report.Copied.Objects));
        Assert.Equal(bench.Source.Find("large")!.Content, bench.Destination.Find("large")!.Content);
        Assert.InRange(slices, 2, int.MaxValue);
        Assert.Equal(1, bench.Destination.Counters[StoreOperation.Initiate]);
        Assert.InRange(bench.Destination.Counters[StoreOperation.UploadPart], 30, 30 + (8 * slices));
        Assert.Empty(await bench.Destination.ListUploadsAsync("", Token));
    }

    private static EngineBench Filled()
    {
        EngineBench bench = new();
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed($"key-{i:D5}", "12345678");
        bench.Create();
        return bench;
    }

    private static EngineEnvironment EnvironmentOf(EngineBench bench) => new()
    {
        Home = bench.Home,
        Stores = new MemoryStoreFactory(bench.FaultySource, bench.FaultyDestination),
        Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
    };

    private static async Task<MigrationReport> RunAsync(EngineBench bench, Func<SliceOrder, Fate> fate)
    {
        await using MemoryExchange exchange = new(EnvironmentOf(bench), Small, fate);
        return await bench.RunAsync(options: new RunOptions { Exchange = exchange }, cancellationToken: Token);
    }

    private static async Task AssertSameAsync(EngineBench bench)
    {
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();
        Assert.Empty(items);
        Assert.Equal(Objects, summary.Same.Objects);
    }
}
