using System.Diagnostics;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class KillTests
{
    private const int Workers = 4;
    private const int Concurrency = 8;
    private const int Latency = 60;

    // .ci/full asks for the long form: as many kills as the promise names.
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_LONG") == "1";
    private static readonly int WorkerKills = IsLong ? 20 : 4;
    private static readonly int CoordinatorKills = IsLong ? 5 : 1;
    private static readonly int Objects = IsLong ? 40_000 : 12_000;

    private readonly List<ShellProcess> _all = [];
    private readonly Stopwatch _begun = Stopwatch.StartNew();

    [Fact]
    public async Task Workers_coordinators_and_the_broker_may_be_killed_at_any_time_and_the_job_ends_complete()
    {
        Broker.RequireAlone();
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=2000" }, job => ShellProcess.WithEnvironmentKeys(job) with { Concurrency = Concurrency });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: Latency);
        try
        {
            await RunAsync(shared);
        }
        finally
        {
            _all.ForEach(process => process.Dispose());
        }

        MigrationReport report = Assert.Single(shared.Engine.GetReports(shared.Job.Name));
        long puts = (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{WorkerKills} kills of workers, {CoordinatorKills} of the coordinator, 1 of the broker: {report.Shared}; {report.Resumes} resumes; {puts} puts of {Objects} objects, so {puts - Objects} were written twice");
        Assert.Equal((RunStatus.Complete, true, Objects), (report.Status, report.Reconciled, report.Listed.Objects));
        Assert.Equal(CoordinatorKills, report.Resumes);
        Assert.InRange(report.Shared!.Redelivered, 1, long.MaxValue);

        // Only what was in flight is written twice: a slice of a killed worker at most in what it had under way.
        int interruptions = WorkerKills + (Workers * 2);
        Assert.InRange(puts, Objects, Objects + (interruptions * 2 * Concurrency * 2));
        await shared.AssertSameAsync(Objects);
    }

    // By what is done, not by the clock: a slow machine is not shot down before it has done anything, and a fast one does not get away.
    private async Task RunAsync(SharedJob shared)
    {
        Random random = new(11);
        ShellProcess coordinator = StartCoordinator(shared);
        List<ShellProcess> workers = [.. Enumerable.Range(0, Workers).Select(_ => StartWorker(shared))];
        int coordinatorKills = 0;
        for (int kill = 1; kill <= WorkerKills; kill++)
        {
            await UntilAsync(kill, coordinator, workers, random, shared);
            int victim = random.Next(Workers);
            await workers[victim].KillAsync();
            workers[victim] = StartWorker(shared);
            if (kill == WorkerKills / 2)
                await shared.Broker.RestartAsync(kill: true);
            if (kill * CoordinatorKills / WorkerKills > coordinatorKills)
            {
                await UntilAsync(kill + 0.4, coordinator, workers, random, shared);
                await coordinator.KillAsync();
                coordinatorKills++;

                // Workers go on meanwhile.
                await UntilAsync(kill + 0.6, null, workers, random, shared);
                coordinator = StartCoordinator(shared);
            }
        }

        Assert.False(coordinator.HasEnded, $"The job was too small.\n{coordinator.Output}");
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss);
        int exitCode = await coordinator.WaitAsync();
        Assert.True(exitCode == 0, $"{exitCode}: {coordinator.Output}\n{string.Join("\n---\n", workers.Select(worker => worker.Output))}");
        Assert.Equal(CoordinatorKills, coordinatorKills);
    }

    // Kill number WorkerKills comes at nine tenths of the job.
    private async Task UntilAsync(double kill, ShellProcess? coordinator, List<ShellProcess> workers, Random random, SharedJob shared)
    {
        double objects = 0.9 * Objects * (kill - 0.2 + (0.2 * random.NextDouble())) / (WorkerKills + 0.6);
        await Eventually.TrueAsync(
            async () => (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"] >= objects,
            () => $"{objects:F0} objects\n{coordinator?.Output}\n{string.Join("\n---\n", workers.Select(worker => worker.Output))}");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{_begun.Elapsed.TotalSeconds:F1} s: {objects:F0} objects, kill {kill:F1}"));
        Assert.False(coordinator is { HasEnded: true }, $"The job was too small: it ended before kill {kill}.\n{coordinator?.Output}");
    }

    private ShellProcess StartCoordinator(SharedJob shared) => Start(shared, $"exit (Start-OssMigrationCoordinator {shared.Job.Name} -Queue {shared.Broker.Uri} -CoordinateOnly -InformationAction Continue).ExitCode");

    private ShellProcess StartWorker(SharedJob shared) => Start(shared, $"Start-OssMigrationWorker {shared.Job.Name} -Queue {shared.Broker.Uri} -SliceTime 00:00:02 -InformationAction Continue");

    private ShellProcess Start(SharedJob shared, string command)
    {
        ShellProcess process = shared.StartShell(command);
        _all.Add(process);
        return process;
    }
}
