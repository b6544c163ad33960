using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Objects that OSS fetched through its rule: nothing is written for them, and their metadata are put right where that is wanted.</summary>
public sealed class MirroredObjectTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ObjectMetadata Full = new()
    {
        ContentType = "text/html",
        CacheControl = "max-age=60",
        User = new Dictionary<string, string> { ["owner"] = "finance" },
    };

    [Theory]
    [InlineData("md5", 1000, 0)]
    [InlineData("md5", 1_300_000, 0)]
    [InlineData("md5", 0, 0)]
    [InlineData("kms", 1000, 1000)]
    [InlineData("kms", 0, 0)]
    [InlineData("multipart", 1000, 1000)]
    [InlineData("multipart", 1_300_000, 1_300_000)]
    [InlineData("md5, archived", 1000, 0)]
    public async Task Nothing_is_written_and_the_source_is_read_at_most_once(string kind, int size, int bytesRead)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = kind == "kms" ? ETagStyle.Kms : ETagStyle.Md5 });
        Seed(bench, size, Full, etag: kind == "multipart" ? "0123456789abcdef0123456789abcdef-2" : null);
        if (kind.EndsWith("archived", StringComparison.Ordinal))
            bench.Source.Change("k", there => there with { Availability = ObjectAvailability.NeedsRestore });
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 0L), (first.Status, first.Skipped.Objects, first.Copied.Objects));
        Assert.Equal((bytesRead, 0L), ((int)first.SourceUsage.BytesRead, second.SourceUsage.BytesRead));
        Assert.Equal(0, bench.Destination.Counters.Writes);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task An_archived_object_that_no_ETag_proves_waits_for_its_restore_and_is_not_asked_for()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        Seed(bench, 1000, Full);
        bench.Source.Change("k", there => there with { Availability = ObjectAvailability.NeedsRestore });
        bench.Create(job => job with { CutoverTime = LongAgo });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, 0L), (report.NeedsRestore.Objects, report.Conflict.Objects));
        Assert.Equal((0L, 0L), (bench.Source.Counters[StoreOperation.Read], bench.Destination.Counters.Writes));
    }

    [Theory]
    [InlineData("md5", 1000)]
    [InlineData("kms", 1000)]
    [InlineData("kms", 1_300_000)]
    [InlineData("md5", 0)]
    public async Task Lost_metadata_are_put_right_once_where_that_is_wanted_and_the_content_stays(string style, int size)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style == "kms" ? ETagStyle.Kms : ETagStyle.Md5 });
        Seed(bench, size, new ObjectMetadata { ContentType = "text/html", User = new Dictionary<string, string> { ["added"] = "by OSS" } });
        bench.Source.Seed("ours", "copied by this job"u8.ToArray(), Full);
        bench.CreateForParts(job => job with { CutoverTime = LongAgo, RepairMetadata = true });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        long headsBefore = bench.Destination.Counters[StoreOperation.Head];
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 1L, 1L), (first.Status, first.MetadataRepaired.Objects, first.Skipped.Objects, first.Copied.Objects));
        Assert.True(first.Reconciled);
        MemoryObject repaired = bench.Destination.Find("k")!;
        Assert.Equal(("text/html", "max-age=60"), (repaired.Metadata.ContentType, repaired.Metadata.CacheControl));
        Assert.Equal(("finance", "by OSS"), (repaired.Metadata.User["owner"], repaired.Metadata.User["added"]));
        Assert.Equal(bench.Source.Find("k")!.Content, repaired.Content);
        Assert.Equal((0L, 2L), (second.MetadataRepaired.Objects, second.Skipped.Objects));
        Assert.Equal(headsBefore, bench.Destination.Counters[StoreOperation.Head]);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task Metadata_that_are_right_are_compared_once_and_nothing_is_written()
    {
        using EngineBench bench = new();
        Seed(bench, 1000, Full);
        bench.Create(job => job with { CutoverTime = LongAgo, RepairMetadata = true });

        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((0L, 1L), (second.MetadataRepaired.Objects, second.Skipped.Objects));
        Assert.Equal((1L, 1L, 0L), (bench.Source.Counters[StoreOperation.Head], bench.Destination.Counters[StoreOperation.Head], bench.Destination.Counters.Writes));
    }

    [Fact]
    public async Task What_was_settled_before_the_option_was_set_is_put_right_too()
    {
        using EngineBench bench = new();
        Seed(bench, 1000, ObjectMetadata.Empty);
        bench.Create(job => job with { CutoverTime = LongAgo });
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { RepairMetadata = true });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, report.MetadataRepaired.Objects);
        Assert.Equal("finance", bench.Destination.Find("k")!.Metadata.User["owner"]);
    }

    [Fact]
    public async Task What_the_business_wrote_since_it_was_listed_is_not_repaired()
    {
        using EngineBench bench = new();
        Seed(bench, 1000, ObjectMetadata.Empty);
        bench.FaultyDestination.Plan(StoreOperation.ReplaceMetadata, Fault.Before(() => bench.Destination.Seed("k", "theirs")), "k");
        bench.Create(job => job with { CutoverTime = LongAgo, RepairMetadata = true });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((0L, 1L), (first.MetadataRepaired.Objects, second.Conflict.Objects));
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("k")!.Content);
        Assert.Equal("OverwrittenAtDestination", Assert.Single(bench.Items()).ErrorKind);
    }

    [Theory]
    [InlineData(StoreErrorKind.AccessDenied)]
    [InlineData(StoreErrorKind.InvalidRequest)]
    public async Task A_repair_that_is_refused_leaves_the_object_migrated_and_is_an_item(StoreErrorKind refusal)
    {
        using EngineBench bench = new();
        Seed(bench, 1000, ObjectMetadata.Empty);
        bench.FaultyDestination.Plan(StoreOperation.ReplaceMetadata, Fault.Throw(refusal));
        bench.Create(job => job with { RepairMetadata = true });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 0L), (report.Status, report.Skipped.Objects, report.MetadataRepaired.Objects));
        Assert.Equal((MigrationItemState.MetadataDiffers, refusal.ToString()), (Assert.Single(bench.Items()).State, bench.Items()[0].ErrorKind));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task An_object_too_large_to_be_copied_in_one_request_is_an_item()
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions { Limits = new StoreLimits { MaxCopyBytes = 999 } });
        Seed(bench, 1000, ObjectMetadata.Empty);
        bench.Create(job => job with { RepairMetadata = true });

        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("TooLargeToRepair", Assert.Single(bench.Items()).ErrorKind);
        Assert.Equal(0, bench.Destination.Counters.Writes);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_run_without_the_option_says_once_that_metadata_were_lost(bool isLost, int warnings)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        for (int i = 0; i < 40; i++)
            Seed(bench, 100 + i, isLost ? ObjectMetadata.Empty : Full, $"k{i:D2}");
        bench.Create(job => job with { CutoverTime = LongAgo });

        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(warnings, bench.Listener.Warnings.Count(warning => warning.Message.Contains("-RepairMetadata", StringComparison.Ordinal)));
        Assert.InRange(bench.Source.Counters[StoreOperation.Head], 1, 16);
    }

    private static void Seed(EngineBench bench, int size, ObjectMetadata mirrored, string key = "k", string? etag = null)
    {
        byte[] content = EngineBench.Noise(size, size);
        bench.Source.Seed(key, content, Full, etag: etag);
        bench.Destination.Seed(key, content, mirrored);
        bench.Destination.Change(key, there => there with { IsMirrored = true });
    }
}
