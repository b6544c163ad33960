using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>A run that is killed is carried on by the next process where it came to.</summary>
public sealed class KillTests
{
    private const int Small = 60;
    private const int Parts = 5;
    private const string Large = "large";

    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<StoreOperation, int, bool, ETagStyle, bool> Moments()
    {
        TheoryData<StoreOperation, int, bool, ETagStyle, bool> moments = [];
        foreach (bool whenDone in (bool[])[false, true])
        {
            foreach (int call in (int[])[1, 30, Small])
                moments.Add(StoreOperation.Put, call, whenDone, call == 30 ? ETagStyle.Kms : ETagStyle.Md5, call == Small);
            foreach (int call in (int[])[1, 3, Parts])
                moments.Add(StoreOperation.UploadPart, call, whenDone, ETagStyle.Md5, call == 3);
            moments.Add(StoreOperation.Initiate, 1, whenDone, ETagStyle.Md5, false);
            moments.Add(StoreOperation.Complete, 1, whenDone, ETagStyle.Md5, false);
            moments.Add(StoreOperation.Complete, 1, whenDone, ETagStyle.Kms, true);
            moments.Add(StoreOperation.List, 1, whenDone, ETagStyle.Md5, false);
        }

        return moments;
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_run_killed_at_any_moment_is_completed_by_the_next_process_and_nothing_is_sent_twice(
        StoreOperation operation, int call, bool whenDone, ETagStyle style, bool isAfterCutover)
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style }, time: time);
        Fill(bench);
        bench.CreateForParts(job => job with { CutoverTime = isAfterCutover ? LongAgo : null });
        int calls = 0;
        Killer killer = new(
            bench,
            (asked, _) =>
            {
                // Lets the clock of the run go on, so that it commits now and then.
                time.Advance(TimeSpan.FromMilliseconds(100));
                return asked == operation && Interlocked.Increment(ref calls) == call;
            },
            whenDone);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        killer.Revive();
        int known;
        bool mayLeaveOrphan;
        using (JournalReader journal = bench.Journal())
        {
            known = journal.Parts(Large).Count;
            mayLeaveOrphan = isAfterCutover && journal.Uploads() is [{ UploadId: null }];
        }

        int missing = bench.Destination.Find(Large) is null ? Parts - known : 0;
        int partsBefore = bench.DestinationSpy.Count(StoreOperation.UploadPart, Large);
        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, null, 1, 1), (report.Status, report.Reason, report.Run, report.Resumes));
        Assert.Equal((Small + 1, report.Listed), ((int)report.Listed.Objects, report.Outcomes));
        Assert.Empty(bench.Items());
        Assert.Equal(missing, bench.DestinationSpy.Count(StoreOperation.UploadPart, Large) - partsBefore);
        Assert.Equal(1, bench.DestinationSpy.Count(StoreOperation.Complete, Large));
        Assert.All(bench.DestinationSpy.CountByKey(StoreOperation.Put), put => Assert.Equal(1, put.Value));
        AssertSame(bench);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        Assert.InRange(bench.Destination.OpenUploads, 0, mayLeaveOrphan ? 1 : 0);
    }

    [Fact]
    public async Task Finished_ranges_are_not_listed_again()
    {
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 5 });
        Fill(bench);
        bench.CreateForParts();
        await bench.BeginRunAsync(1);
        TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Listener.WhenProgress = _ =>
        {
            if (FinishedRanges(bench).Count >= 3)
                enough.TrySetResult();
        };
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(token => new ValueTask(enough.Task.WaitAsync(token))), Large);
        Killer killer = new(bench, (operation, _) => operation == StoreOperation.UploadPart && FinishedRanges(bench).Count >= 3, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        List<RangeRow> finished = FinishedRanges(bench);
        int ranges;
        using (JournalReader journal = bench.Journal())
            ranges = journal.Ranges(1).Count;
        bench.SourceSpy.Reset();
        bench.DestinationSpy.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.InRange(finished.Count, 3, ranges - 1);
        HashSet<string> starts = [.. finished.Select(range => range.Range.StartExclusive ?? "")];
        foreach (ListPageRequest list in bench.SourceSpy.Lists.Concat(bench.DestinationSpy.Lists).Where(list => list.ContinuationToken is null))
            Assert.DoesNotContain(list.StartAfter ?? "", starts);
        AssertSame(bench);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Parts)]
    public async Task An_upload_that_the_store_forgot_meanwhile_is_begun_again(int knownParts)
    {
        using EngineBench bench = new();
        bench.Source.Seed(Large, EngineBench.Noise(Parts << 20));
        bench.CreateForParts(job => job with { Concurrency = 1 });
        Killer killer = knownParts == Parts
            ? Killer.At(bench, StoreOperation.Complete, 1, whenDone: false)
            : Killer.At(bench, StoreOperation.UploadPart, knownParts + 1, whenDone: false);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        foreach (OpenUpload upload in await bench.Destination.ListUploadsAsync("", CancellationToken.None))
            await bench.Destination.AbortAsync(upload.Key, upload.UploadId, CancellationToken.None);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        AssertSame(bench);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task An_upload_whose_object_is_gone_at_the_source_is_aborted()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Source.Seed(Large, EngineBench.Noise(Parts << 20));
        bench.CreateForParts();
        Killer killer = Killer.At(bench, StoreOperation.UploadPart, 3, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.Source.Remove(Large);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(0, bench.Destination.OpenUploads);
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
    }

    [Fact]
    public async Task An_upload_of_another_version_is_aborted_and_the_new_version_arrives()
    {
        using EngineBench bench = new();
        bench.Source.Seed(Large, EngineBench.Noise(Parts << 20, 1));
        bench.CreateForParts();
        Killer killer = Killer.At(bench, StoreOperation.UploadPart, 3, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.Source.Seed(Large, EngineBench.Noise(Parts << 20, 2));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        AssertSame(bench);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    private static void Fill(EngineBench bench)
    {
        const string Firsts = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for (int i = 0; i < Small; i++)
            bench.Source.Seed($"{Firsts[i]}/object {i}", $"content of {i}");
        bench.Source.Seed(Large, EngineBench.Noise(Parts << 20));
    }

    private static List<RangeRow> FinishedRanges(EngineBench bench)
    {
        using JournalReader journal = bench.Journal();
        return [.. journal.Ranges(1).Where(range => range.IsComplete)];
    }

    private static void AssertSame(EngineBench bench)
    {
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
    }
}
