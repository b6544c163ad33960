using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Issues;

/// <summary>What a source tells of its content was not always held against what was read.</summary>
public sealed class SpoiledSourceReadTests
{
    [Fact]
    public async Task The_CRC64_that_a_source_gives_itself_is_held_against_what_was_read()
    {
        using EngineBench bench = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss, ETagStyle = ETagStyle.Kms });
        bench.Source.Seed("small", EngineBench.Noise(1000));
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(7), "small");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(7), "large");
        bench.CreateForParts();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L, 1L), (first.Copied.Objects, first.Failed.Objects, first.SourceUsage.Retries));
        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Copied.Objects));
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
    }

    [Fact]
    public async Task A_source_whose_ETags_never_are_an_MD5_is_soon_read_once_only()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        for (int i = 0; i < 200; i++)
            bench.Source.Seed($"k{i:D3}", "ten bytes.");
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        // 16 second reads are asked for, and those that were under way beside the last of them.
        Assert.Equal((RunStatus.Complete, 200L), (report.Status, report.Copied.Objects));
        Assert.InRange(report.SourceUsage.BytesRead, 2160, 2160 + (8 * 10));
    }

    [Fact]
    public async Task In_a_source_that_mixes_both_kinds_of_ETags_a_spoiled_byte_is_found_to_the_end()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 60; i++)
            bench.Source.Seed($"k{i:D2}", "content"u8.ToArray(), etag: i % 2 == 0 ? null : $"{i:D32}");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(2), "k58");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(3), "k59");
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        // k59 was read in two ways, and its ETag cannot tell which of them is right.
        Assert.Equal((59L, 1L), (report.Copied.Objects, report.Failed.Objects));
        Assert.Equal("k59", Assert.Single(bench.Items()).Key);
        Assert.All(bench.Destination.Keys, key => Assert.Equal("content"u8.ToArray(), bench.Destination.Find(key)!.Content));
    }

    [Fact]
    public async Task Over_plain_http_the_same_wrong_bytes_that_come_twice_are_not_taken_for_the_object()
    {
        using EngineBench bench = new();
        bench.Source.Seed("a", EngineBench.Noise(1000, 1));
        bench.Source.Seed("b", EngineBench.Noise(1000, 2));
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(7), "b", times: 2);
        bench.Create(job => OverPlainHttp(job) with { Concurrency = 1 });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((1L, 1L, "Integrity"), (first.Copied.Objects, first.Failed.Objects, Assert.Single(bench.Items()).ErrorKind));
        Assert.Equal(["a"], bench.Destination.Keys);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Copied.Objects));
        Assert.Equal(bench.Source.Find("b")!.Content, bench.Destination.Find("b")!.Content);
    }

    [Fact]
    public async Task Over_plain_http_a_source_whose_ETags_never_are_an_MD5_is_migrated_all_the_same()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        for (int i = 0; i < 40; i++)
            bench.Source.Seed($"k{i:D2}", "ten bytes.");
        bench.Create(OverPlainHttp);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 40L), (report.Status, report.Copied.Objects));
    }

    private static MigrationJob OverPlainHttp(MigrationJob job)
        => job with { Source = job.Source with { Endpoint = new Uri("http://10.0.0.7:9000"), AllowInsecureEndpoint = true } };
}
