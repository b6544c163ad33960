using System.Diagnostics;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class LimitTests
{
    private const int Limit = 3_000_000;

    // A limit is for the line: of 16 bytes on it 15 are content, as a single machine reckons too.
    private const double LinePerContent = 16.0 / 15;

    private const int Objects = 2_000;
    private const int Size = 300_000;
    private static readonly WorkerOptions Lasting = new();
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_limit_of_the_job_holds_for_all_workers_together_while_they_join_leave_and_die()
    {
        Broker.RequireAlone();
        await using SharedJob shared = await SharedJob.StartAsync(
            new SandboxBucket { Synthetic = $"flat,count={Objects},size={Size}" },
            job => ShellProcess.WithEnvironmentKeys(job) with { MaxBytesPerSecond = Limit });
        using CancellationTokenSource leave = new();
        using CancellationTokenSource end = new();
        Task<MigrationReport> run = shared.CoordinateAsync();
        Task<List<Sample>> watching = WatchAsync(shared, end.Token);
        _ = shared.Work(Lasting);
        _ = shared.Work(Lasting, leave: leave);
        await PauseAsync(15);
        _ = shared.Work(Lasting);
        using ShellProcess killed = shared.StartShell($"Start-OssMigrationWorker {shared.Job.Name} -Queue {shared.Broker.Uri}");
        await PauseAsync(20);
        Assert.False(killed.HasEnded, killed.Output);
        await killed.KillAsync();
        await PauseAsync(5);
        await leave.CancelAsync();
        TimeSpan lastChange = Stopwatch.GetElapsedTime(0);
        await PauseAsync(65);
        await end.CancelAsync();
        List<Sample> samples = await watching;
        Assert.False(run.IsCompleted);

        double most = Windows(samples).Max(window => window.Rate) / Limit;
        double least = Windows(samples).Where(window => window.From >= lastChange + Window).Min(window => window.Rate) / Limit;
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"In any 30 s at most {most:P1} of the limit; at least {least:P1} from 30 s after the last change."));
        Assert.InRange(most, 0.5, 1.05);
        Assert.InRange(least, 0.9, 1.05);

        // Lifted, it is lifted for all.
        shared.Engine.SetJob(shared.Job.Name, new JobChanges { MaxBytesPerSecond = 0 });
        Assert.Equal((RunStatus.Complete, Objects), ((await run).Status, (await run).Listed.Objects));
    }

    private static async Task PauseAsync(int seconds) => await Task.Delay(TimeSpan.FromSeconds(seconds), Token);

    private static async Task<List<Sample>> WatchAsync(SharedJob shared, CancellationToken end)
    {
        List<Sample> samples = [];
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(end))
                samples.Add(new Sample(Stopwatch.GetElapsedTime(0), (await shared.Sandbox.GetStatisticsAsync()).S3.BytesOut));
        }
        catch (OperationCanceledException)
        {
        }

        return samples;
    }

    private static IEnumerable<(TimeSpan From, double Rate)> Windows(List<Sample> samples)
    {
        foreach (Sample first in samples)
        {
            int last = samples.FindIndex(sample => sample.At - first.At >= Window);
            if (last >= 0)
                yield return (first.At, LinePerContent * (samples[last].Bytes - first.Bytes) / (samples[last].At - first.At).TotalSeconds);
        }
    }

    private readonly record struct Sample(TimeSpan At, long Bytes);
}
