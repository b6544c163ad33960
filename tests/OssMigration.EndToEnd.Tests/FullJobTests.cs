using System.Text;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

public sealed class FullJobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Awkward_keys_survive_byte_by_byte_and_impossible_ones_are_reported_before_a_byte_moves()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        foreach (string key in OddKeys.All)
            await cloud.PutAsync(key, $"content of {key}");
        StoreLimits limits = cloud.Destination.Limits;
        string[] possible = [.. OddKeys.All.Where(key => limits.WhyUnsupported(key, 1) is null)];
        cloud.Create();

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal(RunStatus.CompleteWithExceptions, report.Status);
        Assert.True(report.Reconciled);
        Assert.Equal(OddKeys.All.Count - possible.Length, report.Unsupported.Objects);
        Assert.Equal(possible.Order(KeyOrder.Instance), await Cloud.KeysAsync(cloud.Destination));
        foreach (string key in possible)
            Assert.Equal($"content of {key}", Encoding.UTF8.GetString(await Cloud.ReadAsync(cloud.Destination, key)));
        Assert.Equal(
            OddKeys.All.Except(possible).Order(KeyOrder.Instance),
            cloud.Engine.GetItems(Cloud.JobName, null, MigrationItemState.Unsupported).Select(item => item.Key));
    }

    [Fact]
    public async Task Headers_and_user_metadata_arrive_with_empty_and_large_objects()
    {
        ObjectMetadata metadata = new()
        {
            ContentType = "text/x-odd; charset=koi8-r",
            CacheControl = "max-age=60, private",
            ContentDisposition = "attachment; filename=\"a b.txt\"",
            ContentEncoding = "gzip",
            ContentLanguage = "de, en",
            Expires = "Thu, 01 Dec 2033 16:00:00 GMT",
            User = new Dictionary<string, string> { ["author"] = "alice", ["x-long"] = new string('v', 500) },
        };
        await using Cloud cloud = await Cloud.StartAsync();
        await Cloud.PutAsync(cloud.Source, "empty", [], metadata);
        await Cloud.PutAsync(cloud.Source, "small", "hello"u8.ToArray(), metadata);
        await Cloud.PutAsync(cloud.Source, "large", Cloud.Noise(3 << 20, 3), metadata);
        cloud.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 });

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, null), (report.Status, report.Reason));
        await cloud.AssertSameAsync();
        foreach (string key in (string[])["empty", "small", "large"])
        {
            ObjectMetadata arrived = (await cloud.Destination.HeadAsync(key, Token))!.Metadata;
            Assert.Equal(metadata with { User = arrived.User }, arrived);
            foreach ((string name, string value) in metadata.User)
                Assert.Equal(value, arrived.User[name]);
        }
    }

    [Fact]
    public async Task A_source_with_ETags_that_are_no_MD5_migrates_and_compares_clean()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { EtagStyle = "kms" });
        for (int i = 0; i < 40; i++)
            await cloud.PutAsync($"k{i:D2}", $"secret {i}");
        await Cloud.PutAsync(cloud.Source, "large", Cloud.Noise(3 << 20, 4));
        cloud.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 });

        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await cloud.CompareAsync();
        Assert.Empty(items);
        Assert.True(summary.IsClean);
        Assert.Equal(0, summary.DestinationUsage.BytesRead);
        MigrationReport second = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, 0), (second.Status, second.Copied.Objects));
        (items, summary) = await cloud.CompareAsync(ComparisonLevel.Content);
        Assert.Empty(items);
        Assert.True(summary.IsClean);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task What_changes_at_the_source_is_new_in_OSS_after_the_next_run_whatever_the_clocks_say(int hoursAhead)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.Sandbox.SetClockAsync(SandboxSide.Oss, TimeSpan.FromHours(hoursAhead));
        for (int i = 0; i < 20; i++)
            await cloud.PutAsync($"k{i:D2}", "first");
        await cloud.PutAsync("same-size", "aaaaa");
        string upload = await cloud.Source.InitiateAsync(new InitiateRequest("late-multipart", ObjectMetadata.Empty), Token);
        await using MemoryStream part = new(Cloud.Noise(100_000, 9), writable: false);
        UploadedPart uploaded = await cloud.Source.UploadPartAsync(new UploadPartRequest("late-multipart", upload, 1, part), Token);
        cloud.Create();

        MigrationReport first = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, 21), (first.Status, first.Copied.Objects));

        await cloud.Source.CompleteAsync(new CompleteRequest("late-multipart", upload, [uploaded]), Token);
        await cloud.PutAsync("same-size", "bbbbb");
        MigrationReport second = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, 2, 20), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        await cloud.AssertSameAsync();
    }

    [Fact]
    public async Task An_object_replaced_while_its_old_version_is_in_flight_is_new_in_OSS_after_the_next_run()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await Cloud.PutAsync(cloud.Source, "victim", Cloud.Noise(4 << 20, 1));
        await cloud.Sandbox.SetLimitsAsync(SandboxSide.S3, bytesPerSecond: 2 << 20);
        cloud.Create();
        Task<MigrationReport> run = cloud.RunAsync(Token);
        while ((await cloud.Sandbox.GetStatisticsAsync()).S3["GetObject"] == 0)
            await Task.Yield();
        await cloud.Sandbox.SetLimitsAsync(SandboxSide.S3);
        await Cloud.PutAsync(cloud.Source, "victim", Cloud.Noise(4 << 20, 2));
        Assert.NotEqual(RunStatus.Incomplete, (await run).Status);

        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);

        await cloud.AssertSameAsync();
    }
}
