using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Requests that were done though their answer never came, and keys that are taken after cut-over.</summary>
public sealed class LostAnswerTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(StoreOperation.Put, false, ETagStyle.Md5)]
    [InlineData(StoreOperation.Put, true, ETagStyle.Md5)]
    [InlineData(StoreOperation.Put, true, ETagStyle.Kms)]
    [InlineData(StoreOperation.Initiate, false, ETagStyle.Md5)]
    [InlineData(StoreOperation.UploadPart, false, ETagStyle.Md5)]
    [InlineData(StoreOperation.UploadPart, true, ETagStyle.Md5)]
    [InlineData(StoreOperation.Complete, false, ETagStyle.Md5)]
    [InlineData(StoreOperation.Complete, true, ETagStyle.Kms)]
    public async Task A_lost_answer_costs_a_retry_and_leaves_nothing_behind(StoreOperation operation, bool isAfterCutover, ETagStyle style)
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style });
        bench.Source.Seed("small", "content");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));

        // An ETag that only looks like an MD5 is refused before.
        bench.FaultyDestination.Plan(operation, Fault.LoseAnswer(), skip: operation == StoreOperation.Put && style == ETagStyle.Kms ? 1 : 0);
        bench.CreateForParts(job => job with { CutoverTime = isAfterCutover ? LongAgo : null });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 2L), (report.Status, report.Copied.Objects));
        Assert.Equal(1, report.DestinationUsage.Retries);
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.Equal(bench.Source.Find("large")!.Content, bench.Destination.Find("large")!.Content);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        Assert.Equal(2, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Skipped.Objects);
    }

    [Theory]
    [InlineData(StoreOperation.Put, "other", MigrationItemState.Conflict)]
    [InlineData(StoreOperation.Put, "same", null)]
    [InlineData(StoreOperation.Initiate, "other", MigrationItemState.Conflict)]
    [InlineData(StoreOperation.Initiate, "same", null)]
    [InlineData(StoreOperation.Complete, "other", MigrationItemState.Conflict)]
    [InlineData(StoreOperation.Complete, "same", null)]
    public async Task After_cutover_a_key_that_was_taken_meanwhile_is_never_overwritten(StoreOperation operation, string content, MigrationItemState? expected)
    {
        using EngineBench bench = new();
        byte[] ours = EngineBench.Noise(operation == StoreOperation.Put ? 1000 : 3 << 20, 1);
        byte[] theirs = content == "same" ? [.. ours] : EngineBench.Noise(500, 2);
        bench.Source.Seed("k", ours);
        bench.FaultyDestination.Plan(operation, Fault.Before(() => bench.Destination.Seed("k", theirs)));
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(expected, bench.Items().SingleOrDefault()?.State);
        Assert.Equal(expected is null ? RunStatus.Complete : RunStatus.CompleteWithExceptions, report.Status);
        Assert.Equal((expected is null ? 1 : 0, expected is null ? 0 : 1, 0L), ((int)report.Skipped.Objects, (int)report.Conflict.Objects, report.Failed.Objects));
        Assert.Equal(theirs, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
    }

    [Fact]
    public async Task After_cutover_uploads_that_are_not_in_the_journal_are_left_alone()
    {
        using EngineBench bench = new();
        await bench.Destination.InitiateAsync(new InitiateRequest("large", ObjectMetadata.Empty), CancellationToken.None);
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(1, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(BucketVersioning.Enabled)]
    [InlineData(BucketVersioning.Suspended)]
    [InlineData(BucketVersioning.Unknown)]
    public async Task A_run_after_cutover_into_a_bucket_that_may_be_versioned_is_refused(BucketVersioning versioning)
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions { Versioning = versioning });
        bench.Source.Seed("k", "x");
        bench.Create(job => job with { CutoverTime = LongAgo });

        JobOptionException refusal = await Assert.ThrowsAsync<JobOptionException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("versioning", Assert.Single(refusal.Problems), StringComparison.Ordinal);
        Assert.Equal(0, bench.Destination.Counters.Writes);
    }

    [Theory]
    [InlineData(BucketVersioning.Enabled)]
    [InlineData(BucketVersioning.Suspended)]
    [InlineData(BucketVersioning.Unknown)]
    public async Task A_run_that_was_begun_before_cutover_is_refused_when_it_is_resumed_or_overtaken_where_the_bucket_may_be_versioned(BucketVersioning versioning)
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions { Versioning = versioning });
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:D2}", "ours");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token =>
        {
            bench.NewEngine().SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });
            bench.Destination.Seed("k05", "theirs");
            await Task.Delay(Timeout.Infinite, token);
        }), "k05");
        bench.Create(job => job with { Concurrency = 1 });

        JobOptionException overtaken = await Assert.ThrowsAsync<JobOptionException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        long writes = bench.Destination.Counters.Writes;
        JobOptionException resumed = await Assert.ThrowsAsync<JobOptionException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.All([overtaken, resumed], refusal => Assert.Contains("versioning", Assert.Single(refusal.Problems), StringComparison.Ordinal));
        Assert.Equal(writes, bench.Destination.Counters.Writes);
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("k05")!.Content);
    }

    [Fact]
    public async Task Whether_the_bucket_is_versioned_is_asked_again_when_the_answer_does_not_come()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.FaultyDestination.Plan(StoreOperation.Inspect, Fault.Throw(StoreErrorKind.Network), times: 3);
        bench.Create(job => job with { CutoverTime = LongAgo });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 3L), (report.Status, report.DestinationUsage.Retries));
    }

    [Theory]
    [InlineData(StoreOperation.Put)]
    [InlineData(StoreOperation.Initiate)]
    [InlineData(StoreOperation.Complete)]
    public async Task A_key_that_was_taken_and_is_free_again_was_deleted_by_the_business_and_stays_deleted(StoreOperation operation)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(operation == StoreOperation.Put ? 1000 : 3 << 20));
        bench.FaultyDestination.Plan(operation, Fault.Before(() => bench.Destination.Seed("k", "theirs")));
        bench.FaultyDestination.Plan(StoreOperation.Head, Fault.Before(() => bench.Destination.Remove("k")));
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((MigrationItemState.DeletedAtDestination, "DeletedMeanwhile"), (Assert.Single(bench.Items()).State, bench.Items()[0].ErrorKind));
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((MigrationItemState.DeletedAtDestination, "DeletedAtDestination"), (Assert.Single(bench.Items()).State, bench.Items()[0].ErrorKind));

        Assert.Equal((0L, 0L, 0L), (first.Copied.Objects, second.Copied.Objects, first.Failed.Objects + second.Failed.Objects));
        Assert.Empty(bench.Destination.Keys);
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.Equal(ComparisonStatus.DeletedAtDestination, Assert.Single((await bench.CompareAsync()).Items).Status);
    }

    [Fact]
    public async Task After_cutover_what_the_business_deleted_or_overwrote_stays_as_it_is_and_is_reported()
    {
        using EngineBench bench = new();
        foreach (string key in (string[])["deleted", "overwritten", "changed-at-source", "same"])
            bench.Source.Seed(key, $"content of {key}");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LongAgo });
        bench.Destination.Remove("deleted");
        bench.Destination.Seed("overwritten", "by the business");
        bench.Source.Seed("changed-at-source", "a later write");

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 2L, 2L), (report.Status, report.Conflict.Objects, report.Skipped.Objects));
        Assert.Equal(
            [("changed-at-source", MigrationItemState.Conflict), ("deleted", MigrationItemState.DeletedAtDestination), ("overwritten", MigrationItemState.Conflict)],
            bench.Items().Select(item => (item.Key, item.State)));
        Assert.Equal(["changed-at-source", "overwritten", "same"], bench.Destination.Keys);
        Assert.Equal("by the business"u8.ToArray(), bench.Destination.Find("overwritten")!.Content);
    }
}
