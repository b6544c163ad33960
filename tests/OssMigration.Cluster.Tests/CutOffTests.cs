using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

[Collection(nameof(OneBroker))]
public sealed class CutOffTests
{
    private const int Objects = 6_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_cut_off_from_the_broker_for_a_minute_gives_up_its_slice_connects_again_and_goes_on()
    {
        Broker.RequireAlone();
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        await using TcpProxy line = new(shared.Broker.Address.Port);
        Told told = new();
        WorkerOptions options = new() { Bounds = SharedJob.ShortSlices };
        Task<WorkerSummary> worker = shared.Work(options, told, shared.Broker.Address with { Port = line.Port });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 30);
        Task<MigrationReport> run = shared.CoordinateAsync();
        await Eventually.TrueAsync(async () => (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"] > Objects / 10, "the first objects");

        line.Cut();
        await Task.Delay(TimeSpan.FromMinutes(1), Token);
        await told.UntilAsync("is lost; connecting again");
        long whileCutOff = (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"];
        Assert.InRange(whileCutOff, Objects / 10, Objects - 1);
        line.Mend();

        MigrationReport report = await run;
        Assert.Equal((RunStatus.Complete, true, Objects), (report.Status, report.Reconciled, report.Listed.Objects));
        Assert.InRange(report.Shared!.Redelivered, 1, long.MaxValue);
        Assert.Equal("The job has ended.", (await worker).Reason);
        await shared.AssertSameAsync(Objects);
    }
}
