using System.IO.Compression;
using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Whole jobs from each provider of S3, as the sandbox imitates it, and from another account of OSS: full, increment, comparison.</summary>
public sealed class ProviderJobTests
{
    private const int Objects = 120;
    private const int Large = 6 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> Providers => new()
    {
        { "AmazonS3", "AWS" },
        { "Ceph", "Ceph" },
        { "GoogleStorage", "GoogleCloudStorage" },
        { "TencentCos", "TencentCOS" },
        { "OldServer", null },
        { "OddServer", "Generic" },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Full_then_an_increment_then_a_clean_comparison(string server, string? provider)
    {
        await using Cloud cloud = await Cloud.StartAsync(Bucket(server), provider: provider);
        await MoveAsync(cloud, provider);
    }

    [Fact]
    public async Task From_another_account_of_OSS()
    {
        await using Cloud cloud = await Cloud.StartFromOssAsync();
        await MoveAsync(cloud, provider: null);
    }

    [Fact]
    public async Task A_server_that_lists_from_the_start_only_is_listed_serially_and_says_so_once()
    {
        await using Cloud cloud = await Cloud.StartAsync(SandboxBucket.AsOddServer);
        for (int i = 0; i < 2500; i++)
            await cloud.PutAsync($"key-{i:D5}", "x");
        cloud.Create();
        List<string> said = [];

        MigrationReport report = await cloud.Engine.RunAsync(Cloud.JobName, new RunOptions(), new Listener(said), Token);

        // What was copied before it was noticed is skipped by the listing that is sorted.
        Assert.Equal((RunStatus.Complete, 2500), (report.Status, report.Copied.Objects + report.Skipped.Objects));
        Assert.Equal(2500, (await Cloud.KeysAsync(cloud.Destination)).Count);
        Assert.True(report.Reconciled);
        Assert.Single(said, text => text.Contains("does not list in order (StartAfterIgnored)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_Google_calls_ARCHIVE_is_copied_at_once_and_what_Tencent_calls_so_waits()
    {
        await using Cloud google = await Cloud.StartAsync(SandboxBucket.AsGoogleStorage, provider: "GoogleCloudStorage");
        Assert.Equal((1, 0, "IA"), await ArchiveAsync(google));
        await using Cloud tencent = await Cloud.StartAsync(SandboxBucket.AsTencentCos, provider: "TencentCOS");
        Assert.Equal((0, 1, null), await ArchiveAsync(tencent));
    }

    private static SandboxBucket Bucket(string server) => server switch
    {
        "AmazonS3" => SandboxBucket.AsAmazonS3,
        "Ceph" => SandboxBucket.AsCeph,
        "GoogleStorage" => SandboxBucket.AsGoogleStorage,
        "TencentCos" => SandboxBucket.AsTencentCos,
        "OldServer" => SandboxBucket.AsOldServer,
        _ => SandboxBucket.AsOddServer,
    };

    private static async Task MoveAsync(Cloud cloud, string? provider)
    {
        for (int i = 0; i < Objects; i++)
            await cloud.PutAsync($"data/k{i:D3} +&é", $"content of {i}", ObjectMetadata.Empty with { User = new Dictionary<string, string> { ["author"] = "alice" } });
        await PutLargeAsync(cloud.Source, "data/large");
        await Cloud.PutAsync(cloud.Source, "data/packed", Packed(), ObjectMetadata.Empty with { ContentEncoding = "gzip", ContentType = "text/plain" });
        cloud.Create(job => job with { SinglePutLimit = 5 << 20, PartSize = 5 << 20 });

        MigrationReport first = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, Objects + 2), (first.Status, first.Copied.Objects));
        Assert.True(first.Reconciled);
        Assert.Equal("alice", (await cloud.Destination.HeadAsync("data/k000 +&é", Token))!.Metadata.User["author"]);
        Assert.Equal("gzip", (await cloud.Destination.HeadAsync("data/packed", Token))!.Metadata.ContentEncoding);

        await cloud.PutAsync("data/k007 +&é", "changed");
        await cloud.PutAsync("data/new", "new");
        await cloud.Source.DeleteAsync("data/k008 +&é", Token);
        MigrationReport second = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, 2, Objects), (second.Status, second.Copied.Objects, second.Skipped.Objects));

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await cloud.CompareAsync();
        Assert.Equal([("data/k008 +&é", ComparisonStatus.DestinationOnly)], items.Select(item => (item.Key, item.Status)));
        Assert.Equal(0, summary.DestinationUsage.BytesRead);
        (items, _) = await cloud.CompareAsync(ComparisonLevel.Content);
        Assert.Equal("data/k008 +&é", Assert.Single(items).Key);
        Assert.Equal(provider, cloud.Engine.GetJob(Cloud.JobName).Job.Source.Provider);
    }

    private static async Task<(long Copied, long NeedsRestore, string? StorageClass)> ArchiveAsync(Cloud cloud)
    {
        await cloud.PutAsync("cold", "content");
        await cloud.Sandbox.SetStorageClassAsync(SandboxSide.S3, cloud.SourceAddress.Bucket, "cold", "ARCHIVE", restored: false);
        cloud.Create();
        MigrationReport report = await cloud.RunAsync(Token);
        return (report.Copied.Objects, report.NeedsRestore.Objects, (await cloud.Destination.HeadAsync("cold", Token))?.Entry.StorageClass);
    }

    private static async Task PutLargeAsync(IObjectStore store, string key)
    {
        byte[] content = Cloud.Noise(Large, 3);
        string id = await store.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), Token);
        List<UploadedPart> parts = [];
        for (int number = 1; number <= 2; number++)
        {
            using MemoryStream body = new(number == 1 ? content[..(5 << 20)] : content[(5 << 20)..]);
            parts.Add(await store.UploadPartAsync(new UploadPartRequest(key, id, number, body), Token));
        }

        await store.CompleteAsync(new CompleteRequest(key, id, parts), Token);
    }

    private static byte[] Packed()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes("the same line over and over; the same line over and over"));
        return packed.ToArray();
    }

    private sealed class Listener(List<string> said) : IRunListener
    {
        public void OnProgress(ProgressSnapshot snapshot)
        {
        }

        public void OnEvent(RunEvent happened)
        {
            lock (said)
                said.Add(happened.Message);
        }

        public void OnItem(MigrationItem item)
        {
        }
    }
}
