using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class SharedRunTests
{
    private const int Objects = 3_000;

    [Fact]
    public async Task Two_workers_move_a_job_and_both_sides_are_proved_the_same()
    {
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        Task<WorkerSummary> one = shared.Work();
        Task<WorkerSummary> two = shared.Work();

        MigrationReport report = await shared.CoordinateAsync();

        Assert.True(report.Status == RunStatus.Complete, $"{report.Reason}\n{shared.Told}");
        Assert.Equal((Objects, true), (report.Copied.Objects, report.Reconciled));
        Assert.Equal(2, report.Shared!.Workers);
        Assert.Equal(0, report.Shared.Duplicates);
        WorkerSummary[] summaries = await Task.WhenAll(one, two);
        Assert.Equal(Objects, summaries.Sum(summary => summary.Objects));
        Assert.Equal(report.Shared.Slices, summaries.Sum(summary => summary.Slices));
        Assert.Equal(Objects, (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"]);
        await shared.AssertSameAsync(Objects);
    }

    [Fact]
    public async Task Workers_of_a_series_stay_from_run_to_run_and_leave_after_the_last()
    {
        const int Few = 200;
        await using SharedJob shared = await SharedJob.StartAsync(
            new SandboxBucket { Synthetic = $"flat,count={Few},size=100" },
            job => job with { Mode = MigrationMode.Incremental, Interval = TimeSpan.FromSeconds(1), RunCount = 3 });
        Told told = new();
        Task<WorkerSummary> worker = shared.Work(told: told);

        MigrationReport report = await shared.CoordinateAsync();

        Assert.Equal((RunStatus.Complete, 3, Few, 1), (report.Status, report.Run, report.Skipped.Objects, report.Shared!.Workers));
        Assert.Equal(0, report.Shared.Redelivered);
        Assert.Equal("The job has ended.", (await worker).Reason);
        Assert.Single(told.Events, happened => happened.Message.StartsWith("Working on job", StringComparison.Ordinal));
        Assert.DoesNotContain(shared.Told.Events.Concat(told.Events), happened => happened.Level == EventLevel.Warning);
        await shared.AssertSameAsync(Few);
    }

    [Fact]
    public async Task A_pause_of_the_timetable_pauses_all_workers_and_its_end_lets_them_go_on()
    {
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 50);
        _ = shared.Work();
        _ = shared.Work();
        Task<MigrationReport> run = shared.CoordinateAsync();
        await Eventually.TrueAsync(async () => await PutsAsync() > Objects / 10, "the first objects");

        shared.Engine.SetJob(shared.Job.Name, new JobChanges { Schedule = "*=pause", TimeZone = "UTC" });
        await Eventually.TrueAsync(async () => (await WorkersAsync()).All(worker => worker is { State: WorkerState.Paused, ActiveSlices: 0, ActiveTransfers: 0 }), "a pause");
        long puts = await PutsAsync();
        Assert.InRange(puts, Objects / 10, Objects - 1);
        Assert.Equal(2, (await WorkersAsync()).Count);
        Assert.Equal(puts, await PutsAsync());

        shared.Engine.SetJob(shared.Job.Name, new JobChanges { Schedule = "*=unlimited" });
        MigrationReport report = await run;
        Assert.Equal((RunStatus.Complete, Objects, true), (report.Status, report.Listed.Objects, report.Reconciled));
        Assert.Equal(0, report.Shared!.Redelivered);

        // What was on its way when the pause came is handed over, and found there or written once more: two workers with two slices each.
        int atMost = 2 * 2 * shared.Job.Concurrency;
        Assert.InRange(report.Copied.Objects, Objects - atMost, Objects);
        Assert.Equal(Objects, report.Copied.Objects + report.Skipped.Objects);
        Assert.InRange(await PutsAsync(), Objects, Objects + atMost);
        await shared.AssertSameAsync(Objects);

        async Task<long> PutsAsync() => (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"];

        Task<IReadOnlyList<MigrationWorker>> WorkersAsync()
            => WorkerDirectory.ReadAsync(shared.Broker.Address, shared.Job.Name, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
