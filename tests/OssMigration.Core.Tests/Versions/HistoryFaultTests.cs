using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>Whatever is lost on the way, no version arrives twice, and none is missing.</summary>
public sealed class HistoryFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static void Fill(EngineBench bench)
    {
        for (int key = 0; key < 12; key++)
            bench.Source.SeedHistory($"k{key:D2}", HistoryBench.FiveVersions);
        bench.Source.SeedHistory("large", EngineBench.Noise(3 << 20, 1), EngineBench.Noise(3 << 20, 1), null, EngineBench.Noise(2 << 20, 2));
    }

    public static TheoryData<StoreOperation, bool, ETagStyle> Faults()
    {
        TheoryData<StoreOperation, bool, ETagStyle> faults = [];
        foreach (StoreOperation operation in (StoreOperation[])[StoreOperation.Put, StoreOperation.Delete, StoreOperation.Initiate, StoreOperation.UploadPart, StoreOperation.Complete, StoreOperation.ListVersions])
        {
            foreach (bool isDone in (bool[])[false, true])
            {
                faults.Add(operation, isDone, ETagStyle.Md5);
                faults.Add(operation, isDone, ETagStyle.Kms);
            }
        }

        return faults;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_lost_answer_or_request_makes_no_version_twice_and_loses_none(StoreOperation operation, bool isDone, ETagStyle style)
    {
        using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { ETagStyle = style });
        Fill(bench);

        // An ETag that only looks like an MD5 is refused before.
        bench.FaultyDestination.Plan(operation, isDone ? Fault.LoseAnswer() : Fault.Throw(StoreErrorKind.Network), skip: operation == StoreOperation.Put ? 20 : 1);
        bench.CreateForHistories();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 13L), (report.Status, report.Copied.Objects));
        HistoryBench.AssertSame(bench);
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    public static TheoryData<StoreOperation, int, bool, ETagStyle> Moments()
    {
        TheoryData<StoreOperation, int, bool, ETagStyle> moments = [];
        foreach (bool whenDone in (bool[])[false, true])
        {
            foreach (int call in (int[])[1, 17, 30, 59])
                moments.Add(StoreOperation.Put, call, whenDone, call == 30 ? ETagStyle.Kms : ETagStyle.Md5);
            foreach (int call in (int[])[1, 9, 24])
                moments.Add(StoreOperation.Delete, call, whenDone, ETagStyle.Md5);
            foreach (int call in (int[])[1, 2, 3])
                moments.Add(StoreOperation.Complete, call, whenDone, call == 2 ? ETagStyle.Md5 : ETagStyle.Kms);
            foreach (int call in (int[])[1, 2, 3, 14])
                moments.Add(StoreOperation.ListVersions, call, whenDone, ETagStyle.Md5);
            moments.Add(StoreOperation.UploadPart, 4, whenDone, ETagStyle.Md5);
        }

        return moments;
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_run_killed_at_any_moment_goes_on_at_the_version_it_had_come_to(StoreOperation operation, int call, bool whenDone, ETagStyle style)
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { ETagStyle = style }, time: time);
        Fill(bench);
        bench.CreateForHistories();
        int calls = 0;
        Killer killer = new(
            bench,
            (asked, _) =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return asked == operation && Interlocked.Increment(ref calls) == call;
            },
            whenDone);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: Token));
        killer.Revive();
        long arrived = bench.Destination.KeysWithHistory.Sum(key => bench.Destination.History(key).Count);
        bench.DestinationSpy.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 13L, 1), (report.Status, report.Listed.Objects, report.Resumes));
        Assert.Equal(report.Listed, report.Outcomes);
        HistoryBench.AssertSame(bench);
        long written = bench.DestinationSpy.CountByKey(StoreOperation.Put).Values.Sum() + bench.DestinationSpy.CountByKey(StoreOperation.Delete).Values.Sum()
            + bench.DestinationSpy.CountByKey(StoreOperation.Complete).Values.Sum();
        Assert.Equal((12 * 7) + 4 - arrived, written);
        Assert.Equal(0, bench.Destination.OpenUploads);
        using (Core.Journal.JournalReader journal = bench.Journal())
            Assert.Empty(journal.ArrivedVersions());
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task A_writer_that_comes_in_between_is_noticed_and_its_version_is_not_touched()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("k", "one", "two");
        bench.Source.SeedHistory("other", "one");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.After(() => bench.Destination.Seed("k", "theirs")), key: "k");
        bench.CreateForHistories();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 1L), (report.Status, report.Failed.Objects, report.Copied.Objects));
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal(("k", "HistoryDiffers"), (item.Key, item.ErrorKind));
        Assert.Contains(bench.Destination.History("k"), version => version!.Content.AsSpan().SequenceEqual("theirs"u8));
    }
}
