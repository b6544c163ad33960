using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Sandbox.Tests;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Archived objects of the sandbox, over real sockets: restored by the job, and copied hours later without listing anything again.</summary>
public sealed class ArchiveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_ends_with_what_needs_a_restore_and_is_complete_when_that_was_restored_without_another_listing()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using S3Client client = new(cloud.SourceAddress.Endpoint!, cloud.Sandbox.S3Keys.AccessKeyId, cloud.Sandbox.S3Keys.AccessKeySecret, () => DateTimeOffset.UtcNow);
        foreach ((string key, string storageClass) in ((string, string)[])[("warm", "STANDARD"), ("cold", "GLACIER"), ("deep", "DEEP_ARCHIVE")])
            Assert.Equal(200, (int)(await client.PutAsync($"{cloud.SourceAddress.Bucket}/{key}", $"content of {key}", ("x-amz-storage-class", storageClass))).Status);
        cloud.Create(job => job with { RestoreDays = 7, RestoreTier = RestoreTier.Standard });

        MigrationReport first = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 2L), (first.Status, first.Copied.Objects, first.NeedsRestore.Objects));
        MigrationReport second = await FailedOnlyAsync(cloud);
        Assert.Equal((2L, "RestoreUnderWay"), (second.NeedsRestore.Objects, cloud.Engine.GetItems(Cloud.JobName, null, null).Select(item => item.ErrorKind).Distinct().Single()));

        // Three hours bring back what is in Glacier, twelve what is in the deep archive.
        await cloud.Sandbox.SetClockAsync(SandboxSide.S3, TimeSpan.FromHours(13));
        await cloud.Sandbox.SetClockAsync(SandboxSide.Oss, TimeSpan.FromHours(13));
        await cloud.Sandbox.ResetStatisticsAsync();
        MigrationReport third = await FailedOnlyAsync(cloud);

        Assert.Empty(cloud.Engine.GetItems(Cloud.JobName, null, null).Select(item => $"{item.Key}: {item.State}, {item.Message}"));
        Assert.Equal((RunStatus.Complete, 2L), (third.Status, third.Copied.Objects));
        SandboxStatistics asked = await cloud.Sandbox.GetStatisticsAsync();
        Assert.DoesNotContain(asked.S3.Requests.Keys.Concat(asked.Oss.Requests.Keys), operation => operation.StartsWith("ListObjects", StringComparison.Ordinal));
        Assert.Equal(["Archive", "ColdArchive"], [(await cloud.Destination.HeadAsync("cold", Token))!.Entry.StorageClass, (await cloud.Destination.HeadAsync("deep", Token))!.Entry.StorageClass]);
    }

    private static Task<MigrationReport> FailedOnlyAsync(Cloud cloud)
        => cloud.Engine.RunAsync(Cloud.JobName, new RunOptions { FailedOnly = true }, SilentListener.Instance, Token);
}
