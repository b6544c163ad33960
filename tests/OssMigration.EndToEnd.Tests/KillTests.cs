using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

public sealed class KillTests
{
    private const int SmallObjects = 2_500;
    private const int Parts = 25;
    private const int Concurrency = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_kill_9_in_the_middle_the_same_command_completes_without_copying_again_what_was_done()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < SmallObjects; i++)
            await cloud.PutAsync($"{i % 10}/small-{i:D5}", $"content of {i}");
        await UploadLargeAsync(cloud, "5/large", Parts);
        cloud.Create(job => ShellProcess.WithEnvironmentKeys(job) with { Concurrency = Concurrency });
        await cloud.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 2, bytesPerSecond: 40 << 20);
        await cloud.Sandbox.ResetStatisticsAsync();

        SandboxSideStatistics killed;
        using (ShellProcess first = cloud.StartShell($"exit (Start-OssMigration -Job {Cloud.JobName}).ExitCode"))
        {
            do
                killed = (await cloud.Sandbox.GetStatisticsAsync()).Oss;
            while (killed["UploadPart"] < Parts / 3 || killed["PutObject"] < SmallObjects / 4);
            await first.KillAsync();
        }

        long listedBefore = (await cloud.Sandbox.GetStatisticsAsync()).S3["ListObjectsV2"];
        using ShellProcess second = cloud.StartShell($"exit (Start-OssMigration -Job {Cloud.JobName}).ExitCode");
        Assert.True(await second.WaitAsync() == 0, second.Output);

        SandboxStatistics all = await cloud.Sandbox.GetStatisticsAsync();
        Assert.InRange(all.Oss["PutObject"], SmallObjects, SmallObjects + Concurrency);
        Assert.InRange(all.Oss["UploadPart"], Parts, Parts + Concurrency);
        Assert.Equal(1, all.Oss["InitiateMultipartUpload"]);
        Assert.InRange(all.S3["ListObjectsV2"] - listedBefore, 1, listedBefore);
        Assert.Empty(await cloud.Destination.ListUploadsAsync("", Token));
        await cloud.AssertSameAsync();
        MigrationReport report = Assert.Single(cloud.Engine.GetReports(Cloud.JobName));
        Assert.Equal((RunStatus.Complete, 1, SmallObjects + 1), (report.Status, report.Resumes, report.Copied.Objects + report.Skipped.Objects));
    }

    private static async Task UploadLargeAsync(Cloud cloud, string key, int parts)
    {
        string upload = await cloud.Source.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), Token);
        List<UploadedPart> uploaded = [];
        for (int number = 1; number <= parts; number++)
        {
            await using MemoryStream body = new(Cloud.Noise(8 << 20, number), writable: false);
            uploaded.Add(await cloud.Source.UploadPartAsync(new UploadPartRequest(key, upload, number, body), Token));
        }

        await cloud.Source.CompleteAsync(new CompleteRequest(key, upload, uploaded), Token);
    }
}
