using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class RefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_coordinator_of_a_job_is_refused_and_the_first_goes_on()
    {
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = "flat,count=10,size=100" });
        Task<MigrationReport> first = shared.CoordinateAsync();
        await Eventually.TrueAsync(() => shared.Told.Progress is not null, "the first coordinator");

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(
            () => Coordinator.StartAsync(shared.Broker.Address, shared.Job, SilentListener.Instance, TimeProvider.System, Token));

        Assert.Equal("ClusterCoordinatorTaken", refusal.ErrorId);
        Assert.Contains(shared.Job.Name, refusal.Message, StringComparison.Ordinal);
        _ = shared.Work();
        Assert.Equal(RunStatus.Complete, (await first).Status);
    }

    [Fact]
    public async Task A_worker_of_another_version_is_refused_with_both_versions_named()
    {
        Broker broker = Broker.Require();
        string job = $"version-{Guid.NewGuid().ToString("n")[..8]}";
        await using QueueConnection connection = await QueueConnection.OpenAsync(broker.Address, "test", _ => { }, Token);
        QueueChannel channel = await connection.OpenChannelAsync(confirms: false, Token);
        using CancellationTokenSource end = new();
        Task telling = TellAsync();

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(
            () => new Worker(new EngineEnvironment { Stores = new Stores.StoreFactory() }, broker.Address, new WorkerOptions { JobName = job }, SilentListener.Instance).RunAsync(Token));

        await end.CancelAsync();
        await telling;
        Assert.Equal("ClusterVersion", refusal.ErrorId);
        Assert.Contains("99.0.0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(EngineVersion.Current, refusal.Message, StringComparison.Ordinal);

        async Task TellAsync()
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
            try
            {
                while (await timer.WaitForNextTickAsync(end.Token))
                    await channel.PublishAsync(Topology.Jobs, "", MessageType.Notice, Wire.ToBytes(new Notice(job, $"{job}.00000000", "99.0.0", "elsewhere")), end.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    [Fact]
    public async Task A_worker_whose_keys_do_not_fit_takes_no_work_and_the_key_is_not_told()
    {
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = "flat,count=10,size=100" });
        Task<MigrationReport> run = shared.CoordinateAsync();
        StoreCredential wrong = new("AKWRONG", "not-the-secret");
        WorkerOptions options = new()
        {
            JobName = shared.Job.Name,
            Credentials = _ => shared.Keys with { Source = new FixedCredentialProvider(wrong) },
        };

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(
            () => new Worker(shared.Environment, shared.Broker.Address, options, SilentListener.Instance).RunAsync(Token));

        Assert.Equal("ClusterWorkerAddress", refusal.ErrorId);
        Assert.Contains(shared.Job.Source.Bucket, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", refusal.Message, StringComparison.Ordinal);
        _ = shared.Work();
        Assert.Equal(RunStatus.Complete, (await run).Status);
    }

    [Fact]
    public async Task Workers_are_listed_with_host_version_and_when_they_were_heard()
    {
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = "flat,count=6000,size=100" });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 50);
        Task<MigrationReport> run = shared.CoordinateAsync();
        _ = shared.Work();
        _ = shared.Work();
        IReadOnlyList<MigrationWorker> workers = [];

        // Between two slices a worker waits for a moment.
        await Eventually.TrueAsync(
            async () =>
            {
                workers = await WorkerDirectory.ReadAsync(shared.Broker.Address, shared.Job.Name, TimeProvider.System, Token);
                return workers.Count == 2 && workers.All(worker => worker is { State: WorkerState.Working, BytesWritten: > 0 });
            },
            () => $"two workers that work: {string.Join(", ", workers)}");

        Assert.All(workers, worker => Assert.Equal((Environment.MachineName, EngineVersion.Current, WorkerState.Working), (worker.HostName, worker.Version, worker.State)));
        Assert.All(workers, worker => Assert.InRange(DateTimeOffset.UtcNow - worker.LastHeardAt, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(10)));
        Assert.Contains(workers, worker => worker.BytesPerSecond > 0);
        Assert.Equal(RunStatus.Complete, (await run).Status);
    }
}
