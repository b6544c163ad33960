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
}
