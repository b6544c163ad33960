using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Identity decides, dates do not.</summary>
public sealed class IdentityTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(100, 100)]
    [InlineData(100, 90)]
    [InlineData(3 << 20, 3 << 20)]
    [InlineData(3 << 20, 100)]
    [InlineData(100, 3 << 20)]
    public async Task An_object_replaced_while_its_old_version_is_read_arrives_new_whatever_its_date_says(int oldSize, int newSize)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(oldSize, 1));
        byte[] replacement = EngineBench.Noise(newSize, 2);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.Seed("k", replacement, lastModified: LongAgo)), "k");
        bench.CreateForParts();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        Assert.Equal(newSize - oldSize, report.ChangedSinceListedBytes);
        Assert.Equal(replacement, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3 << 20)]
    public async Task An_object_replaced_when_its_old_version_was_just_read_arrives_new_with_the_next_run_whatever_its_date_says(int size)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(size, 1));
        byte[] replacement = EngineBench.Noise(size, 2);
        StoreOperation last = size > 1 << 20 ? StoreOperation.Complete : StoreOperation.Put;
        bench.FaultyDestination.Plan(last, Fault.Before(() => bench.Source.Seed("k", replacement, lastModified: LongAgo)), "k");
        bench.CreateForParts();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 1L), (first.Status, first.Copied.Objects));
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Copied.Objects));
        Assert.Equal(replacement, bench.Destination.Find("k")!.Content);
    }

    [Theory]
    [InlineData(100, -1)]
    [InlineData(100, 0)]
    [InlineData(100, 1)]
    [InlineData(3 << 20, -1)]
    [InlineData(3 << 20, 0)]
    [InlineData(3 << 20, 1)]
    public async Task Changes_are_found_whatever_the_hour_of_the_destinations_clock(int size, int hours)
    {
        FakeTimeProvider sourceClock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        FakeTimeProvider destinationClock = new(sourceClock.GetUtcNow().AddHours(hours));
        using EngineBench bench = new(new MemoryStoreOptions { Time = sourceClock }, new MemoryStoreOptions { Time = destinationClock });
        bench.Source.Seed("changes", EngineBench.Noise(size, 1));
        bench.Source.Seed("stays", EngineBench.Noise(size, 2));
        bench.CreateForParts(job => job with { Overwrite = hours == 0 ? OverwriteMode.IfDifferent : OverwriteMode.IfNewer });
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        byte[] changed = EngineBench.Noise(size, 3);
        bench.Source.Seed("changes", changed);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 1L), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        Assert.Equal(changed, bench.Destination.Find("changes")!.Content);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_multipart_object_begun_before_a_run_and_completed_after_its_listing_is_found_by_the_next(int hours)
    {
        FakeTimeProvider sourceClock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        FakeTimeProvider destinationClock = new(sourceClock.GetUtcNow().AddHours(hours));
        using EngineBench bench = new(new MemoryStoreOptions { Time = sourceClock }, new MemoryStoreOptions { Time = destinationClock });
        bench.Source.Seed("old", "content");
        bench.Source.Seed("replaced", EngineBench.Noise(6 << 20, 1));
        Func<Task> completeFresh = await BeginAsync(bench.Source, "fresh", EngineBench.Noise(6 << 20, 2));
        Func<Task> completeReplaced = await BeginAsync(bench.Source, "replaced", EngineBench.Noise(6 << 20, 3));
        sourceClock.Advance(TimeSpan.FromMinutes(10));
        bench.CreateForParts();
        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, first.Copied.Objects);

        await completeFresh();
        await completeReplaced();
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 2L, 1L), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        Assert.True(bench.Source.Find("fresh")!.LastModified < first.StartedAt);
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
    }

    [Fact]
    public async Task A_source_with_ETags_as_KMS_gives_them_migrates_and_compares_clean_and_is_not_copied_again()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        for (int i = 0; i < 40; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.Source.Seed("empty", []);
        bench.CreateForParts();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 42L), (first.Status, first.Copied.Objects));
        Assert.Empty(items);
        Assert.True(summary.IsClean);
        Assert.Equal(0, summary.DestinationUsage.BytesRead);
        Assert.Equal((RunStatus.Complete, 0L, 42L), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        Assert.Equal(0, second.SourceUsage.BytesRead);
    }

    [Theory]
    [InlineData(ETagStyle.Md5)]
    [InlineData(ETagStyle.Kms)]
    public async Task A_new_home_recognises_what_an_earlier_job_wrote_by_its_stamp_and_reads_nothing(ETagStyle style)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style });
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.Source.Seed("empty", []);
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.LoseJournal();
        bench.Create();
        bench.DestinationSpy.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 0L, 21L), (report.Status, report.Copied.Objects, report.Skipped.Objects));
        Assert.Empty(bench.DestinationSpy.CountByKey(StoreOperation.Put));
        Assert.Equal(0, report.SourceUsage.BytesRead);
        Assert.Equal(style == ETagStyle.Md5 ? 0 : 21, bench.DestinationSpy.CountByKey(StoreOperation.Head).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mirrored_object_costs_one_read_of_the_source_and_nothing_is_written(bool isAfterCutover)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        byte[] large = EngineBench.Noise(3 << 20, 1);
        bench.Source.Seed("small", "mirrored");
        bench.Source.Seed("large", large);
        bench.Destination.Seed("small", "mirrored");
        bench.Destination.Seed("large", large);
        bench.Destination.Change("large", there => there with { IsMirrored = true });
        bench.CreateForParts(job => job with { CutoverTime = isAfterCutover ? LongAgo : null });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 0L, 2L), (first.Status, first.Copied.Objects, first.Skipped.Objects));
        Assert.Equal((3 << 20) + 8, first.SourceUsage.BytesRead);
        Assert.Equal((2L, 0L), (second.Skipped.Objects, second.SourceUsage.BytesRead));
        Assert.Equal(0, bench.Destination.Counters.Writes);
    }

    [Fact]
    public async Task An_object_of_equal_size_and_other_content_is_found_without_a_manifest_and_replaced()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        byte[] large = EngineBench.Noise(3 << 20, 1);
        bench.Source.Seed("small", "right");
        bench.Source.Seed("large", large);
        bench.Destination.Seed("small", "wrong");
        bench.Destination.Seed("large", EngineBench.Noise(3 << 20, 2));
        bench.CreateForParts();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 2L), (report.Status, report.Copied.Objects));
        Assert.Equal(large, bench.Destination.Find("large")!.Content);
        Assert.Equal("right"u8.ToArray(), bench.Destination.Find("small")!.Content);
    }

    [Fact]
    public async Task IfNewer_leaves_an_object_that_is_not_newer_alone_without_reading_it()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        bench.Source.Seed("k", EngineBench.Noise(100, 1), lastModified: LongAgo);
        bench.Destination.Seed("k", EngineBench.Noise(100, 2));
        bench.Create(job => job with { Overwrite = OverwriteMode.IfNewer });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 0L), (report.Status, report.Skipped.Objects, report.SourceUsage.BytesRead));
    }

    private static async Task<Func<Task>> BeginAsync(MemoryStore store, string key, byte[] content)
    {
        string id = await store.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), CancellationToken.None);
        int half = 5 << 20;
        List<UploadedPart> parts = [];
        foreach ((int number, byte[] part) in (IEnumerable<(int, byte[])>)[(1, content[..half]), (2, content[half..])])
        {
            using MemoryStream body = new(part);
            parts.Add(await store.UploadPartAsync(new UploadPartRequest(key, id, number, body), CancellationToken.None));
        }

        return () => store.CompleteAsync(new CompleteRequest(key, id, parts), CancellationToken.None);
    }
}
