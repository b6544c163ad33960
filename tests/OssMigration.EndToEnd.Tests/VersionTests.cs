using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Sandbox.Tests;
using OssMigration.Stores.Tests;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>A source with versioning: a job moves what is current and nothing of the history, or the history.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task Of_a_history_of_five_versions_with_delete_markers_only_what_is_current_is_moved()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Versioning = "enabled" });
        foreach (string key in (string[])["kept", "deleted"])
        {
            for (int version = 1; version <= 5; version++)
            {
                await cloud.PutAsync(key, $"version {version} of {key}");
                if (version == 3)
                    await cloud.Source.DeleteAsync(key, TestContext.Current.CancellationToken);
            }
        }

        await cloud.Source.DeleteAsync("deleted", TestContext.Current.CancellationToken);
        VersionPage history = await ((IVersionLister)cloud.Source).ListVersionPageAsync("", after: null, TestContext.Current.CancellationToken);
        Assert.Equal((10, 3), (history.Versions.Count(version => !version.IsDeleteMarker), history.Versions.Count(version => version.IsDeleteMarker)));
        cloud.Create();

        MigrationReport report = await cloud.RunAsync(TestContext.Current.CancellationToken);
        (_, ComparisonSummary summary) = await cloud.CompareAsync(ComparisonLevel.Content);

        Assert.Equal((RunStatus.Complete, 1L, 1L), (report.Status, report.Listed.Objects, report.Copied.Objects));
        Assert.True(summary.IsClean);
        Assert.Equal(["kept"], await Cloud.KeysAsync(cloud.Destination));
        Assert.Equal("version 5 of kept", System.Text.Encoding.UTF8.GetString(await Cloud.ReadAsync(cloud.Destination, "kept")));
    }

    [Fact]
    public async Task A_history_of_five_versions_with_delete_markers_arrives_in_order_and_goes_on()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Versioning = "enabled" }, destination: new SandboxBucket { Versioning = "enabled" });
        await AssertHistoriesArriveAsync(cloud);
    }

    [Fact]
    public async Task The_histories_of_a_real_S3_server_arrive_in_order_and_go_on()
    {
        RealS3Server server = RealS3Server.Require();
        string bucket = SandboxProcess.NewBucketName();
        using S3Client client = new(server.Endpoint, server.Keys.AccessKeyId, server.Keys.AccessKeySecret, () => DateTimeOffset.UtcNow) { Region = server.Region };
        Assert.Equal(200, (int)(await client.PutAsync(bucket, "")).Status);
        Assert.Equal(200, (int)(await client.SendAsync("PUT", bucket, [("versioning", "")], "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"u8.ToArray())).Status);
        await using Cloud cloud = await Cloud.StartAsync(server.Address(bucket), new FixedCredentialProvider(server.Keys), new SandboxBucket { Versioning = "enabled" });
        await AssertHistoriesArriveAsync(cloud);
    }

    private static async Task AssertHistoriesArriveAsync(Cloud cloud)
    {
        byte[] large = Cloud.Noise(3 << 20, seed: 1);
        foreach (string key in (string[])["kept", "deleted", "a b/ü"])
        {
            for (int version = 1; version <= 5; version++)
            {
                await cloud.PutAsync(key, $"version {version} of {key}");
                if (version == 3)
                    await cloud.Source.DeleteAsync(key, Token);
            }
        }

        await cloud.Source.DeleteAsync("deleted", Token);
        foreach (int _ in (int[])[1, 2])
            await Cloud.PutAsync(cloud.Source, "large", large);
        cloud.Create(job => job with { Versions = VersionScope.All, SinglePutLimit = 1 << 20, PartSize = 1 << 20 });

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, 4L, 4L), (report.Status, report.Listed.Objects, report.Copied.Objects));
        Assert.Equal(await HistoriesAsync(cloud.Source), await HistoriesAsync(cloud.Destination));
        Assert.True((await cloud.CompareAsync(ComparisonLevel.Checksum)).Summary.IsClean);
        Assert.True((await cloud.CompareAsync(ComparisonLevel.Content)).Summary.IsClean);

        await cloud.PutAsync("deleted", "back again");
        await cloud.Source.DeleteAsync("large", Token);
        Assert.False((await cloud.CompareAsync(ComparisonLevel.Checksum)).Summary.IsClean);
        report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, 2L, 2L), (report.Status, report.Copied.Objects, report.Skipped.Objects));
        Assert.Equal(await HistoriesAsync(cloud.Source), await HistoriesAsync(cloud.Destination));
        Assert.True((await cloud.CompareAsync(ComparisonLevel.Checksum)).Summary.IsClean);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<IReadOnlyList<string>> HistoriesAsync(IObjectReader store)
    {
        List<string> rows = [];
        foreach (ObjectVersion version in (await ((IVersionReader)store).ListVersionPageAsync("", after: null, Token)).Versions)
        {
            ReadRequest read = new(version.Key, Range: null, IfVersion: null) { VersionId = version.VersionId };
            string content = version.IsDeleteMarker ? "deleted" : await store.ReadAsync(
                read, static async (content, token) => Convert.ToHexString(await System.Security.Cryptography.SHA256.HashDataAsync(content.Body, token)), Token);
            rows.Add($"{version.Key} {content}");
        }

        return rows;
    }
}
