using System.Text;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Whole jobs from Azure Blob Storage, as Azurite serves it, filled by the SDK's own signing.</summary>
public sealed class AzureJobTests : IAsyncLifetime
{
    private const int Small = 150;
    private const int MiB = 1 << 20;

    private AzureEmulator _server = null!;
    private BlobContainerClient _container = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = AzureEmulator.Require();
        _container = new BlobContainerClient(new Uri(_server.Endpoint, $"{_server.Account}/{AzureEmulator.NewContainerName()}"), new StorageSharedKeyCredential(_server.Account, _server.Key));
        await _container.CreateAsync(cancellationToken: Token);
    }

    public async ValueTask DisposeAsync() => await _container.DeleteAsync(cancellationToken: CancellationToken.None);

    [Fact]
    public async Task Full_then_increments_then_a_clean_comparison()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await FillAsync();
        cloud.Create(job => job with { Source = _server.Address(_container.Name, "data/"), SinglePutLimit = MiB, PartSize = MiB });

        MigrationReport first = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.CompleteWithExceptions, Small + 3, 1), (first.Status, first.Copied.Objects, first.NeedsRestore.Objects));
        Assert.True(first.Reconciled);
        ObjectMetadata described = (await cloud.Destination.HeadAsync("described", Token))!.Metadata;
        Assert.Equal(("text/x-odd", "max-age=60", "alice"), (described.ContentType, described.CacheControl, described.User["author"]));

        await _container.GetBlobClient("data/archived").SetAccessTierAsync(AccessTier.Hot, cancellationToken: Token);
        await PutAsync("data/small-0007", "changed");
        await PutAsync("data/new", "new");
        await _container.GetBlobClient("data/small-0008").DeleteAsync(cancellationToken: Token);
        MigrationReport second = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, 3, Small + 1), (second.Status, second.Copied.Objects, second.Skipped.Objects));

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await cloud.CompareAsync();
        Assert.Equal([("small-0008", ComparisonStatus.DestinationOnly)], items.Select(item => (item.Key, item.Status)));
        Assert.Equal(0, summary.DestinationUsage.BytesRead);
        (items, _) = await cloud.CompareAsync(ComparisonLevel.Content);
        Assert.Equal("small-0008", Assert.Single(items).Key);
    }

    [Fact]
    public async Task Index_tags_are_carried_where_a_job_asks_for_them()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await PutAsync("plain", "no tags");
        await PutAsync("tagged", "two tags");
        await _container.GetBlobClient("tagged").SetTagsAsync(new Dictionary<string, string> { ["project"] = "a b", ["year"] = "2026" }, cancellationToken: Token);
        cloud.Create(job => job with { Source = _server.Address(_container.Name), Fidelity = new FidelityPolicy { CopyTags = true } });

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, 2), (report.Status, report.Copied.Objects));
        IObjectTagReader there = (IObjectTagReader)cloud.Destination;
        Assert.Equal([new("project", "a b"), new("year", "2026")], (await there.ReadTagsAsync("tagged", Token)).OrderBy(tag => tag.Key, StringComparer.Ordinal));
        Assert.Empty(await there.ReadTagsAsync("plain", Token));
    }

    [Fact]
    public async Task After_kill_9_the_same_command_goes_on_at_a_part()
    {
        const int Parts = 16;
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < Small; i++)
            await PutAsync($"small-{i:D4}", $"content of {i}");
        await PutLargeAsync("large", Parts);
        cloud.Create(job => ShellProcess.WithEnvironmentKeys(job with { Source = _server.Address(_container.Name) }) with { SinglePutLimit = MiB, PartSize = MiB });
        await cloud.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 20, bytesPerSecond: 3 * MiB);

        using (ShellProcess killed = StartShell(cloud))
        {
            while ((await cloud.Sandbox.GetStatisticsAsync()).Oss["UploadPart"] < Parts / 3)
                Assert.False(killed.HasEnded, killed.Output);
            await killed.KillAsync();
        }

        await cloud.Sandbox.SetLimitsAsync(SandboxSide.Oss);
        using ShellProcess second = StartShell(cloud);
        Assert.True(await second.WaitAsync() == 0, second.Output);

        SandboxStatistics all = await cloud.Sandbox.GetStatisticsAsync();
        Assert.Equal(1, all.Oss["InitiateMultipartUpload"]);
        Assert.InRange(all.Oss["UploadPart"], Parts, Parts + 8);
        Assert.Empty(await cloud.Destination.ListUploadsAsync("", Token));
        Assert.Equal(Noise(Parts), await Cloud.ReadAsync(cloud.Destination, "large"));
        MigrationReport report = Assert.Single(cloud.Engine.GetReports(Cloud.JobName));
        Assert.Equal((RunStatus.Complete, 1, Small + 1), (report.Status, report.Resumes, report.Copied.Objects + report.Skipped.Objects));
    }

    [Fact]
    public async Task A_blob_whose_MD5_is_not_that_of_its_content_fails_and_says_so()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await PutAsync("right", "content");
        await PutAsync("wrong", "content");
        await _container.GetBlobClient("wrong").SetHttpHeadersAsync(new BlobHttpHeaders { ContentHash = new byte[16] }, cancellationToken: Token);
        cloud.Create(job => job with { Source = _server.Address(_container.Name), MaxAttempts = 2 });

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1, 1), (report.Status, report.Copied.Objects, report.Failed.Objects));
        MigrationItem item = Assert.Single(cloud.Engine.GetItems(Cloud.JobName, null, MigrationItemState.Failed));
        Assert.Equal("wrong", item.Key);
        Assert.Contains("Md5 that the source declares", item.Message, StringComparison.Ordinal);
    }

    private static byte[] Noise(int parts) => Cloud.Noise(parts * MiB, 1);

    private ShellProcess StartShell(Cloud cloud) => ShellProcess.Start(
        cloud.Home, new StoreCredential(_server.Account, _server.Key), cloud.Sandbox.OssKeys, $"exit (Start-OssMigration -Job {Cloud.JobName}).ExitCode");

    private async Task FillAsync()
    {
        for (int i = 0; i < Small; i++)
            await PutAsync($"data/small-{i:D4}", $"content of {i}");
        await PutLargeAsync("data/large", 3);
        await PutAsync("outside", "not below the prefix");
        await PutAsync("data/archived", "cold");
        await _container.GetBlobClient("data/archived").SetAccessTierAsync(AccessTier.Archive, cancellationToken: Token);
        await _container.GetAppendBlobClient("data/log").CreateAsync(cancellationToken: Token);
        await _container.GetAppendBlobClient("data/log").AppendBlockAsync(BinaryData.FromString("line").ToStream(), cancellationToken: Token);
        await _container.GetBlobClient("data/described").UploadAsync(BinaryData.FromString("text"), new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "text/x-odd", CacheControl = "max-age=60" },
            Metadata = new Dictionary<string, string> { ["Author"] = "alice" },
        }, Token);
    }

    private async Task PutAsync(string name, string content) => await _container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(Encoding.UTF8.GetBytes(content)), overwrite: true, Token);

    private async Task PutLargeAsync(string name, int parts)
    {
        BlockBlobClient blob = _container.GetBlockBlobClient(name);
        string[] ids = [.. Enumerable.Range(0, parts).Select(part => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{part:D4}")))];
        byte[] content = Noise(parts);
        for (int part = 0; part < parts; part++)
            await blob.StageBlockAsync(ids[part], new MemoryStream(content, part * MiB, MiB), cancellationToken: Token);
        await blob.CommitBlockListAsync(ids, cancellationToken: Token);
    }
}
