using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Issues;

/// <summary>
/// After cut-over an upload that was gone when its Complete was repeated counted as one whose object the business had deleted. Where the
/// upload had been aborted, the object was never copied, by no run. Found by the model of a changing world.
/// </summary>
public sealed class UnprovedDeletionTests
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(StoreErrorKind.ServerError)]
    [InlineData(StoreErrorKind.Network)]
    public async Task An_object_whose_upload_was_aborted_is_no_deletion_and_the_next_run_copies_it(StoreErrorKind first)
    {
        using EngineBench bench = await AbortedBehindTheJournalAsync();
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.Throw(first));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Failed.Objects));
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal((MigrationItemState.Failed, "NoSuchUpload"), (item.State, item.ErrorKind));
        Assert.Contains("delete it once more", item.Message, StringComparison.Ordinal);
        Assert.Equal(ComparisonStatus.SourceOnly, Assert.Single((await bench.CompareAsync()).Items).Status);

        await AssertNextRunCopiesAsync(bench);
    }

    [Fact]
    public async Task A_Complete_that_was_only_put_off_is_begun_again_in_the_same_run()
    {
        using EngineBench bench = await AbortedBehindTheJournalAsync();
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.Throw(StoreErrorKind.Throttled), times: 2);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task What_the_business_may_have_deleted_while_the_answer_was_lost_is_an_exception_and_the_next_run_copies_it()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(3 << 20));
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.After(() => bench.Destination.Remove("k")));
        bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.LoseAnswer());
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, "NoSuchUpload"), (report.Failed.Objects, Assert.Single(bench.Items()).ErrorKind));
        Assert.Empty(bench.Destination.Keys);
        await AssertNextRunCopiesAsync(bench);
    }

    // A run that was killed before it could complete the upload, and the store's rule that aborts what is left.
    private static async Task<EngineBench> AbortedBehindTheJournalAsync()
    {
        EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(3 << 20));
        bench.CreateForParts(job => job with { CutoverTime = LongAgo });
        Killer killer = Killer.At(bench, StoreOperation.Complete, 1, whenDone: false);
        await Assert.ThrowsAnyAsync<Exception>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        Assert.Equal(1, bench.Destination.OpenUploads);
        bench.Destination.ExpireUploads();
        return bench;
    }

    private static async Task AssertNextRunCopiesAsync(EngineBench bench)
    {
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (next.Status, next.Copied.Objects));
        Assert.Equal(bench.Source.Find("k")!.Content, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
    }
}
