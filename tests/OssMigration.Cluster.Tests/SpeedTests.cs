using System.Diagnostics;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class SpeedTests
{
    private const int RequestsPerSecond = 40;
    private const int ObjectsPerWorker = 1_000;

    // .ci/full measures the whole curve.
    private static readonly int[] Counts = Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_LONG") == "1" ? [1, 2, 3, 4, 6, 8] : [1, 4];

    [Fact]
    public async Task Four_workers_are_at_least_three_and_a_half_times_as_fast_as_one_where_each_key_is_capped()
    {
        Broker.RequireAlone();
        Dictionary<int, double> speeds = [];
        foreach (int workers in Counts)
        {
            speeds[workers] = await MeasureAsync(workers);
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{workers} workers: {speeds[workers]:F1} objects/s, {speeds[workers] / speeds[1]:F2} times one"));
        }

        Assert.InRange(speeds[4] / speeds[1], 3.5, 4.5);
    }

    // Of the middle of the run: the start of processes and the last slices tell nothing of the speed of a long one.
    private static async Task<double> MeasureAsync(int workers)
    {
        int objects = workers * ObjectsPerWorker;
        await using SharedJob shared = await SharedJob.StartAsync(
            new SandboxBucket { Synthetic = $"flat,count={objects},size=1000" },
            job => ShellProcess.WithEnvironmentKeys(job) with { Concurrency = 16 });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, requestsPerSecondPerAccessKey: RequestsPerSecond);
        Task<MigrationReport> run = shared.CoordinateAsync();
        List<ShellProcess> processes = [];
        try
        {
            for (int i = 0; i < workers; i++)
            {
                processes.Add(shared.StartShell(
                    $"Start-OssMigrationWorker {shared.Job.Name} -Queue {shared.Broker.Uri} -SliceTime 00:00:05", await shared.Sandbox.IssueKeysAsync()));
            }

            (TimeSpan beganAt, long begun) = await UntilAsync(shared, objects * 2 / 10, processes);
            (TimeSpan endedAt, long ended) = await UntilAsync(shared, objects * 7 / 10, processes);
            Assert.Equal((RunStatus.Complete, objects), ((await run).Status, (await run).Listed.Objects));
            Assert.Equal(workers, (await run).Shared!.Workers);
            return (ended - begun) / (endedAt - beganAt).TotalSeconds;
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    private static async Task<(TimeSpan At, long Puts)> UntilAsync(SharedJob shared, long puts, List<ShellProcess> processes)
    {
        long seen = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.All(processes, process => Assert.False(process.HasEnded, process.Output));
                seen = (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"];
                return seen >= puts;
            },
            $"{puts} objects");
        return (Stopwatch.GetElapsedTime(0), seen);
    }
}
