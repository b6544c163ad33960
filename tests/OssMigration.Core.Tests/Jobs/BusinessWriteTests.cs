using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>After cut-over the destination belongs to the business: what it writes or deletes there stands, at whatever moment.</summary>
public sealed class BusinessWriteTests
{
    private const int Large = (1 << 20) + 200_000;
    private const int Small = 1000;

    // The source is older than cut-over by more than the margin, the business writes after it.
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Cutover = new(2002, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the business acts.</summary>
    public enum Moment
    {
        BeforeOurDiff,
        BetweenDiffAndRead,
        BetweenReadAndWrite,
        BetweenInitiateAndParts,
        BetweenPartsAndComplete,
        BetweenHeadAndHash,
        DuringTheRetryOfAnUndoneWrite,
        DuringTheRetryOfALostAnswer,
    }

    public static TheoryData<Moment, string, int, int> Situations()
    {
        TheoryData<Moment, string, int, int> data = [];
        foreach (string before in (string[])["absent", "absent, settled under another key", "present, not ours", "ours", "ours, source changed"])
        {
            foreach (int size in (int[])[Small, Large])
            {
                foreach (int theirs in (int[])[size, size / 2])
                {
                    foreach (Moment moment in Enum.GetValues<Moment>())
                    {
                        if (Happens(moment, before, size))
                            data.Add(moment, before, size, theirs);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task What_the_business_writes_stands_and_is_reported(Moment moment, string before, int size, int theirSize)
    {
        using EngineBench bench = new();
        byte[] theirs = EngineBench.Noise(theirSize, 9);
        await PrepareAsync(bench, before, size);
        Plan(bench, moment, size, () => bench.Destination.Seed("k", theirs));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        (IReadOnlyList<ComparisonItem> items, _) = await bench.CompareAsync();

        Assert.Equal(theirs, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
        Assert.True(report.Reconciled && next.Reconciled);
        Assert.Equal((1L, 0L, 0L), (next.Conflict.Objects, next.Copied.Objects, next.Failed.Objects));
        Assert.Equal((1L, RunStatus.CompleteWithExceptions), (report.Conflict.Objects, report.Status));
        ComparisonStatus status = Assert.Single(items).Status;
        ComparisonStatus bothChanged = size == theirSize ? ComparisonStatus.Unproved : ComparisonStatus.Different;
        Assert.Equal(before == "ours, source changed" ? bothChanged : ComparisonStatus.Superseded, status);
    }

    [Theory]
    [MemberData(nameof(Deletions))]
    public async Task What_the_business_deletes_stays_deleted_and_is_reported(Moment moment, string before, int size)
    {
        using EngineBench bench = new();
        await PrepareAsync(bench, before, size);
        Plan(bench, moment, size, () => bench.Destination.Remove("k"));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Null(bench.Destination.Find("k"));
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.True(report.Reconciled && next.Reconciled);
        Assert.Equal(("k", MigrationItemState.DeletedAtDestination), (Assert.Single(bench.Items()).Key, bench.Items()[0].State));
        Assert.Equal(0, next.Copied.Objects);
        ComparisonStatus status = Assert.Single((await bench.CompareAsync()).Items).Status;
        Assert.Equal(before == "ours, source changed" ? ComparisonStatus.SourceOnly : ComparisonStatus.DeletedAtDestination, status);
    }

    public static TheoryData<Moment, string, int> Deletions()
    {
        TheoryData<Moment, string, int> data = [];
        foreach (int size in (int[])[Small, Large])
        {
            data.Add(Moment.BeforeOurDiff, "ours", size);
            data.Add(Moment.BeforeOurDiff, "ours, source changed", size);
            data.Add(Moment.BetweenHeadAndHash, "present, not ours", size);
        }

        return data;
    }

    [Fact]
    public async Task A_key_that_the_business_took_before_it_was_migrated_and_then_deleted_is_not_copied_back()
    {
        using EngineBench bench = new();
        await PrepareAsync(bench, "present, not ours", Small);
        Assert.Equal(1, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Conflict.Objects);
        bench.Destination.Remove("k");

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((0L, 1L), (report.Copied.Objects, report.Skipped.Objects));
        Assert.Empty(bench.Destination.Keys);
        Assert.Equal(MigrationItemState.DeletedAtDestination, Assert.Single(bench.Items()).State);
        Assert.Equal(ComparisonStatus.DeletedAtDestination, Assert.Single((await bench.CompareAsync()).Items).Status);
    }

    [Fact]
    public async Task A_cutover_that_comes_while_a_request_is_repeated_holds_for_the_repetition()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "ours, newer"u8.ToArray(), lastModified: LongAgo);
        bench.Destination.Seed("k", "older");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.Network));
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(() => bench.Destination.Seed("k", "theirs")));
        CutoverGate gate = new();
        CutoverStore store = new(bench.FaultyDestination, () => gate.HasCome, TimeProvider.System);
        await using MemoryStream body = new("ours, newer"u8.ToArray());
        RetryingStore retrying = new(store, new RetryOptions { BaseDelay = TimeSpan.Zero }, TimeProvider.System, () => 0, (_, _) => gate.HasCome = true);

        StoreException refusal = await Assert.ThrowsAsync<StoreException>(
            () => retrying.PutAsync(new PutRequest("k", body, ObjectMetadata.Empty), TestContext.Current.CancellationToken));

        Assert.Equal(StoreErrorKind.AlreadyExists, refusal.Kind);
        await Assert.ThrowsAsync<StoreException>(() => retrying.DeleteAsync("k", TestContext.Current.CancellationToken));
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("k")!.Content);
    }

    private static bool Happens(Moment moment, string before, int size) => moment switch
    {
        Moment.BeforeOurDiff => true,
        Moment.BetweenHeadAndHash => before == "present, not ours",
        Moment.BetweenInitiateAndParts or Moment.BetweenPartsAndComplete => IsAbsent(before) && size == Large,
        _ => IsAbsent(before),
    };

    private static bool IsAbsent(string before) => before.StartsWith("absent", StringComparison.Ordinal);

    private static async Task PrepareAsync(EngineBench bench, string before, int size)
    {
        byte[] ours = EngineBench.Noise(size, 1);
        bool isSettled = before.StartsWith("ours", StringComparison.Ordinal) || before.Contains("settled", StringComparison.Ordinal);
        bench.Source.Seed(before.Contains("another key", StringComparison.Ordinal) ? "other" : "k", ours, lastModified: LongAgo);
        bench.CreateForParts(job => job with { CutoverTime = isSettled ? null : Cutover });
        if (isSettled)
        {
            Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
            bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = Cutover });
        }

        if (before.Contains("another key", StringComparison.Ordinal))
            bench.Source.Seed("k", ours, lastModified: LongAgo);
        if (before == "ours, source changed")
            bench.Source.Seed("k", EngineBench.Noise(size, 2));
        if (before == "present, not ours")
            bench.Destination.Seed("k", EngineBench.Noise(size, 3));
    }

    private static void Plan(EngineBench bench, Moment moment, int size, Action act)
    {
        StoreOperation write = size == Large ? StoreOperation.Complete : StoreOperation.Put;
        switch (moment)
        {
            case Moment.BeforeOurDiff:
                act();
                break;
            case Moment.BetweenDiffAndRead:
                bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(act), "k");
                break;
            case Moment.BetweenReadAndWrite:
                bench.FaultyDestination.Plan(size == Large ? StoreOperation.Initiate : StoreOperation.Put, Fault.Before(act), "k");
                break;
            case Moment.BetweenInitiateAndParts:
                bench.FaultyDestination.Plan(StoreOperation.Initiate, Fault.After(act), "k");
                break;
            case Moment.BetweenPartsAndComplete:
                bench.FaultyDestination.Plan(StoreOperation.Complete, Fault.Before(act), "k");
                break;
            case Moment.BetweenHeadAndHash:
                bench.FaultyDestination.Plan(StoreOperation.Head, Fault.Before(act), "k");
                break;
            case Moment.DuringTheRetryOfAnUndoneWrite:
                bench.FaultyDestination.Plan(write, Fault.Throw(StoreErrorKind.Network), "k");
                bench.FaultyDestination.Plan(write, Fault.Before(act), "k");
                break;
            default:
                // The first attempt is done and its answer lost, so that it is ours that the business overwrites or deletes.
                bench.FaultyDestination.Plan(write, Fault.After(act), "k");
                bench.FaultyDestination.Plan(write, Fault.LoseAnswer(), "k");
                break;
        }
    }

    private sealed class CutoverGate
    {
        public bool HasCome { get; set; }
    }
}
