using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Limits of a job that another process runs.</summary>
public sealed class LiveLimitTests
{
    [Fact]
    public async Task A_run_in_another_process_takes_up_new_limits_while_it_runs()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < 20; i++)
            await cloud.PutAsync($"k{i:D2}", "content");
        cloud.Create(job => ShellProcess.WithEnvironmentKeys(job) with { Schedule = "*=pause", TimeZone = "UTC" });
        await cloud.Sandbox.ResetStatisticsAsync();
        using ShellProcess run = cloud.StartShell($"exit (Start-OssMigration -Job {Cloud.JobName}).ExitCode");
        await cloud.Sandbox.UntilAskedAsync(SandboxSide.S3, "ListObjectsV2");

        Assert.Equal(0, (await cloud.Sandbox.GetStatisticsAsync()).S3["GetObject"]);
        cloud.Engine.SetJob(Cloud.JobName, new JobChanges { MaxBytesPerSecond = 0 });

        Assert.True(await run.WaitAsync() == 0, run.Output);
        Assert.Equal((RunStatus.Complete, 20), (cloud.Engine.GetReports(Cloud.JobName)[0].Status, cloud.Engine.GetReports(Cloud.JobName)[0].Copied.Objects));
        await cloud.AssertSameAsync();
    }
}
