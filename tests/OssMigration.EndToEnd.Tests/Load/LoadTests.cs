using System.Diagnostics;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Load;

/// <summary>What holds where everything fails at once: requests stay within their budget, memory within its own, and a stop is obeyed.</summary>
public sealed class LoadTests
{
    private const int Attempts = 3;
    private const int Healthy = 20_000;
    private const int MostMemoryMiB = 400;

    private static readonly TimeSpan MostToStop = TimeSpan.FromSeconds(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_million_failing_objects_cost_exactly_their_attempts_and_no_more_memory_than_any_run()
    {
        Alone.Require();
        int failing = Alone.IsLong ? 1_000_000 : 100_000;
        SwiftTime time = new(50);
        CrowdStore source = new(Healthy + failing, Healthy, TimeSpan.FromSeconds(5), time);
        using LoadBench bench = new(source, LoadBench.NewDestination(), time);
        bench.Create(job => job with { MaxAttempts = Attempts });
        Stopwatch took = Stopwatch.StartNew();

        MigrationReport report = await bench.RunAsync(Token);

        Alone.Say($"{failing} failing objects among {failing + Healthy}: {source.Reads} reads, {report.SourceUsage.Retries} of them repeats, {source.MostAtATime} at most at a time of {LoadBench.Concurrency}; {took.Elapsed.TotalSeconds:F0} s, peak memory {LoadBench.PeakMemory} MiB.");
        Assert.Equal((RunStatus.CompleteWithExceptions, failing, Healthy, true), (report.Status, report.Failed.Objects, report.Copied.Objects, report.Reconciled));
        Assert.Equal(Healthy + ((long)Attempts * failing), source.Reads);
        Assert.Equal((Attempts - 1L) * failing, report.SourceUsage.Retries);

        // Reads take long enough for the crowd to become as large as it may; a busy machine may hold it at less.
        Assert.InRange(source.MostAtATime, LoadBench.Concurrency / 2, LoadBench.Concurrency);
        Assert.InRange(LoadBench.PeakMemory, 1, MostMemoryMiB);
    }

    [Theory]
    [InlineData(true, 1, 0, 60)]
    [InlineData(false, 1, 0, 60)]
    [InlineData(false, 50, Healthy, Healthy + 5_000)]
    public async Task A_stop_is_obeyed_within_two_seconds_while_all_places_wait_for_another_try(bool isAskedByAnotherProcess, int speed, int healthy, int readsBefore)
    {
        Alone.Require();
        TimeProvider time = speed == 1 ? TimeProvider.System : new SwiftTime(speed);
        CrowdStore source = new(1_000_000, healthy, TimeSpan.FromSeconds(1), time);
        using LoadBench bench = new(source, LoadBench.NewDestination(), time);
        bench.Create(job => job with { MaxAttempts = 20 });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<MigrationReport> run = Task.Run(() => bench.RunAsync(stop.Token), Token);
        Stopwatch load = Stopwatch.StartNew();
        await source.UntilReadsAsync(readsBefore, Token);

        double seconds = load.Elapsed.TotalSeconds;
        long reads = source.Reads;
        Stopwatch took = Stopwatch.StartNew();
        if (isAskedByAnotherProcess)
            bench.Engine.RequestStop(LoadBench.JobName);
        else
            await stop.CancelAsync();
        MigrationReport report = await run;

        Alone.Say($"Stopped by {(isAskedByAnotherProcess ? "Stop-OssMigration" : "a cancelled pipeline")} after {took.Elapsed.TotalMilliseconds:F0} ms; until then {reads} requests in {seconds:F1} s, {source.MostAtATime} at most at a time.");
        Assert.Equal(RunStatus.Incomplete, report.Status);
        Assert.InRange(took.Elapsed, TimeSpan.Zero, MostToStop);
    }

    [Fact]
    public async Task An_object_whose_every_part_fails_three_times_is_complete_with_four_requests_a_part()
    {
        Alone.Require();
        const int Parts = 100;
        SwiftTime time = new(50);
        MemoryStore source = new(new MemoryStoreOptions { Bucket = "from" });
        source.Seed("large", Cloud.Noise(Parts << 20, 1));
        MemoryStore destination = LoadBench.NewDestination();
        StubbornStore stubborn = new(destination, times: 3);
        using LoadBench bench = new(source, stubborn, time);
        bench.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 });

        MigrationReport report = await bench.RunAsync(Token);

        Alone.Say($"{Parts} parts that fail three times each: {stubborn.Asked.Sum()} requests, {report.DestinationUsage.Retries} of them repeats, {source.Counters[StoreOperation.Read]} reads of the source.");
        Assert.Equal((RunStatus.Complete, 1), (report.Status, report.Copied.Objects));
        Assert.Equal(Enumerable.Repeat(4, Parts), stubborn.Asked);
        Assert.Equal((3L * Parts, Parts), (report.DestinationUsage.Retries, source.Counters[StoreOperation.Read]));
        Assert.Equal(0, destination.OpenUploads);
        Assert.True(source.Find("large")!.Content.AsSpan().SequenceEqual(destination.Find("large")!.Content));
    }
}
