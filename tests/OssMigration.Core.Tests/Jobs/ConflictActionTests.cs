using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>ConflictAction Overwrite replaces after cut-over exactly what this job wrote, and nothing else.</summary>
public sealed class ConflictActionTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 700)]
    [InlineData(1000, 1000)]
    [InlineData(1000, 0)]
    [InlineData(1000, 1_300_000)]
    [InlineData(1_300_000, 1_300_000)]
    public async Task What_changed_at_the_source_replaces_what_this_job_wrote_and_is_an_item_with_its_window(int oldSize, int newSize)
    {
        using EngineBench bench = await MigratedAsync(EngineBench.Noise(oldSize, 1));
        byte[] changed = EngineBench.Noise(newSize, 2);
        bench.Source.Seed("k", changed);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 1L, 0L), (report.Status, report.Copied.Objects, report.Overwritten.Objects, report.Conflict.Objects));
        Assert.True(report.Reconciled);
        Assert.Equal(changed, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal((MigrationItemState.Overwritten, "OverwrittenAfterCutover"), (item.State, item.ErrorKind));
        Assert.Matches(@"within \d+ ms", item.Message);
        Assert.Contains(bench.Listener.Warnings, warning => warning.Message.Contains("ConflictAction", StringComparison.Ordinal));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        Assert.Equal((1L, 0L), Counts(await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("before the run", MigrationItemState.Conflict)]
    [InlineData("before the run, the same bytes", MigrationItemState.Conflict)]
    [InlineData("while the source is read", MigrationItemState.Conflict)]
    [InlineData("when the upload began", MigrationItemState.Conflict)]
    [InlineData("before the look", MigrationItemState.Conflict)]
    [InlineData("before the look, the same bytes", MigrationItemState.Conflict)]
    [InlineData("deleted while the upload is under way", MigrationItemState.DeletedAtDestination)]
    [InlineData("deleted before the run", MigrationItemState.DeletedAtDestination)]
    public async Task What_the_business_touched_is_left_alone(string moment, MigrationItemState expected)
    {
        byte[] ours = EngineBench.Noise(1000, 1);
        using EngineBench bench = await MigratedAsync(ours);
        bench.Source.Seed("k", EngineBench.Noise(1000, 2));
        byte[] theirs = moment.Contains("same bytes", StringComparison.Ordinal) ? ours : EngineBench.Noise(1000, 3);
        Action act = moment.StartsWith("deleted", StringComparison.Ordinal) ? () => bench.Destination.Remove("k") : () => bench.Destination.Seed("k", theirs);
        if (moment.Contains("before the run", StringComparison.Ordinal))
            act();
        else if (moment.Contains("source is read", StringComparison.Ordinal))
            bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(act), "k");
        else if (moment.Contains("upload", StringComparison.Ordinal))
            bench.FaultyDestination.Plan(StoreOperation.Initiate, Fault.After(act), "k");
        else
            bench.FaultyDestination.Plan(StoreOperation.Head, Fault.Before(act), "k");

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((0L, 0L), (report.Copied.Objects, report.Overwritten.Objects));
        Assert.Equal(expected, Assert.Single(bench.Items()).State);
        Assert.Equal(expected == MigrationItemState.Conflict ? theirs : null, bench.Destination.Find("k")?.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task A_lost_answer_is_looked_at_again_and_counts_as_replaced()
    {
        using EngineBench bench = await MigratedAsync(EngineBench.Noise(1000, 1));
        bench.Source.Seed("k", EngineBench.Noise(1000, 2));
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.LoseAnswer());

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L, 0L), (report.Copied.Objects, report.Overwritten.Objects, report.Conflict.Objects));
        Assert.Contains("not known", Assert.Single(bench.Items()).Message, StringComparison.Ordinal);
        Assert.Equal(bench.Source.Find("k")!.Content, bench.Destination.Find("k")!.Content);
    }

    [Fact]
    public async Task A_business_write_before_a_repeated_attempt_is_seen_by_the_look_of_that_attempt()
    {
        using EngineBench bench = await MigratedAsync(EngineBench.Noise(1000, 1));
        bench.Source.Seed("k", EngineBench.Noise(1000, 2));
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.Before(() => bench.Destination.Seed("k", "theirs")));
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.Throw(StoreErrorKind.Network));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((0L, 1L), (report.Copied.Objects, report.Conflict.Objects));
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(BucketVersioning.Enabled)]
    [InlineData(BucketVersioning.Suspended)]
    [InlineData(BucketVersioning.Unknown)]
    public async Task A_bucket_that_may_be_versioned_is_refused(BucketVersioning versioning)
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions { Versioning = versioning });
        bench.Source.Seed("k", "x");
        bench.Create(job => job with { CutoverTime = LongAgo, ConflictAction = ConflictAction.Overwrite });

        await Assert.ThrowsAsync<JobOptionException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(0, bench.Destination.Counters.Writes);
    }

    private static (long Skipped, long Copied) Counts(MigrationReport report) => (report.Skipped.Objects, report.Copied.Objects);

    private static async Task<EngineBench> MigratedAsync(byte[] content)
    {
        EngineBench bench = new();
        bench.Source.Seed("k", content);
        bench.CreateForParts(job => job with { ConflictAction = ConflictAction.Overwrite });
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LongAgo });
        return bench;
    }
}
