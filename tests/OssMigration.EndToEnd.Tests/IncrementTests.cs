using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Increments, removals and repairs over real sockets.</summary>
public sealed class IncrementTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_incremental_job_brings_what_is_new_and_changed_and_removes_what_is_gone()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < 40; i++)
            await cloud.PutAsync($"folder/k{i:D2}", $"content of {i}");
        cloud.Create(job => job with { Mode = MigrationMode.Incremental, Interval = TimeSpan.FromSeconds(1), RunCount = 3 });
        List<MigrationReport> reports = [];

        await foreach (MigrationReport report in cloud.Engine.StartAsync(Cloud.JobName, new RunOptions { RemoveDeleted = true }, SilentListener.Instance, Token))
        {
            reports.Add(report);
            if (report.Run != 1)
                continue;
            await cloud.PutAsync("folder/new one", "new");
            await cloud.PutAsync("folder/k07", "changed");
            await cloud.Source.DeleteAsync("folder/k11", Token);
            await cloud.Source.DeleteAsync("folder/k12", Token);
        }

        Assert.All(reports, report => Assert.Equal((RunStatus.Complete, null), (report.Status, report.Reason)));
        Assert.Equal(
            [(40L, 0L, 0L, 0L), (1, 1, 2, 2), (0, 0, 0, 0)],
            reports.Select(report => (report.New.Objects, report.Changed.Objects, report.GoneAtSource.Objects, report.Removed.Objects)));
        await cloud.AssertSameAsync();
        Assert.True((await cloud.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task What_a_comparison_finds_different_is_repaired_and_nothing_else_is_sent()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < 60; i++)
            await cloud.PutAsync($"k{i:D2}", $"content of {i}");
        cloud.Create();
        await cloud.RunAsync(Token);
        await Cloud.PutAsync(cloud.Destination, "k03", Encoding.UTF8.GetBytes("somebody wrote over it"));
        await cloud.Destination.DeleteAsync("k44", Token);
        await cloud.PutAsync("k50", "changed at the source");
        (IReadOnlyList<ComparisonItem> found, _) = await cloud.CompareAsync();
        using KeySelection selection = cloud.Engine.Select(Cloud.JobName);
        foreach (ComparisonItem item in found)
            selection.Add(item.Key);

        MigrationReport report = await cloud.Engine.RunAsync(Cloud.JobName, new RunOptions { Selection = selection }, SilentListener.Instance, Token);

        Assert.Equal(["k03", "k44", "k50"], found.Select(item => item.Key));
        Assert.Equal((RunStatus.Complete, RunScope.Selection, 3L, 3L), (report.Status, report.Scope, report.Listed.Objects, report.Copied.Objects));
        Assert.InRange(report.SourceUsage.Requests + report.DestinationUsage.Requests, 9, 15);
        await cloud.AssertSameAsync();
        Assert.True((await cloud.CompareAsync()).Summary.IsClean);
    }
}
