using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Many runs in a row, each killed several times at random, with faults, while the source changes between them.</summary>
public sealed class EndureTests
{
    private const string Firsts = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task After_any_history_of_kills_faults_and_changes_both_ends_are_the_same_and_the_books_agree(int seed)
    {
        Random random = new(seed);
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        ETagStyle style = seed % 2 == 0 ? ETagStyle.Md5 : ETagStyle.Kms;
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style, PageSize = 17 }, new MemoryStoreOptions { PageSize = 13 }, time);
        bench.CreateForParts(job => job with { Concurrency = random.Next(1, 12), MaxAttempts = 20 });
        MigrationReport? report = null;
        for (int run = 1; run <= 4; run++)
        {
            Change(bench.Source, random);
            report = await RunWithKillsAsync(bench, time, random);

            Assert.Equal((RunStatus.Complete, null, run), (report.Status, report.Reason, report.Run));
            Assert.Equal((bench.Source.Keys.Count, report.Listed), ((int)report.Listed.Objects, report.Outcomes));
            foreach (string key in bench.Source.Keys)
                Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
            Assert.Equal(0, bench.Destination.OpenUploads);
            Assert.DoesNotContain(bench.Items(), item => item.State != MigrationItemState.GoneAtSource);
            using JournalReader journal = bench.Journal();
            Assert.Empty(journal.Uploads());
            Assert.All(journal.Segments(), segment => Assert.Equal(run, segment.Run));
        }

        ComparisonSummary summary = (await bench.CompareAsync()).Summary;
        Assert.True(summary.IsClean);
        Assert.Equal(report!.Listed, summary.Same);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task After_any_mixture_of_full_runs_selections_retries_and_removals_that_are_killed_both_ends_are_the_same(int seed)
    {
        Random random = new(seed);
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        ETagStyle style = seed % 2 == 0 ? ETagStyle.Md5 : ETagStyle.Kms;
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = style, PageSize = 17 }, new MemoryStoreOptions { PageSize = 13 }, time);
        bench.CreateForParts(job => job with { Concurrency = random.Next(1, 12), MaxAttempts = 20 });
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        HashSet<string> inFlight = new(StringComparer.Ordinal);
        for (int step = 0; step < 14; step++)
        {
            Change(bench.Source, random);
            bench.DestinationSpy.Reset();
            if (!await StepAsync(bench, time, random))
                inFlight.UnionWith(bench.DestinationSpy.CountByKey(StoreOperation.Put).Keys.Concat(bench.DestinationSpy.CountByKey(StoreOperation.Complete).Keys));
        }

        // A run that is resumed has looked at some keys before the last change; the one after it looks at all of them.
        await bench.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport report = (await bench.StartAsync(Removing, TestContext.Current.CancellationToken))[^1];

        // What was written when a process died, and was gone at the source before another looked, nobody knows to be ours: it is left.
        IReadOnlyList<MigrationItem> left = [.. bench.Items(MigrationItemState.GoneAtSource).Where(item => item.ErrorKind == "ChangedAtDestination")];
        Assert.Subset(inFlight, left.Select(item => item.Key).ToHashSet());
        Assert.Equal((left.Count == 0 ? RunStatus.Complete : RunStatus.CompleteWithExceptions, RunScope.Everything), (report.Status, report.Scope));
        Assert.Equal((report.Listed, 0L), (report.Outcomes, report.Failed.Objects));
        Assert.Subset(inFlight, bench.Destination.Keys.Except(bench.Source.Keys).ToHashSet());
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.All(bench.Engine.GetReports(EngineBench.JobName), past => Assert.True(past.Reconciled || past.Status == RunStatus.Incomplete));
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
        Assert.Empty(journal.RemovalIntents());
        Assert.All(journal.Segments(), segment => Assert.Equal(report.Run, segment.Run));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    private static RunOptions Removing { get; } = new() { RemoveDeleted = true, MaximumRemoved = long.MaxValue };

    // False where the process died.
    private static async Task<bool> StepAsync(EngineBench bench, FakeTimeProvider time, Random random)
    {
        StoreOperation[] operations = [StoreOperation.Put, StoreOperation.Head, StoreOperation.UploadPart, StoreOperation.Delete, StoreOperation.List];
        StoreOperation operation = operations[random.Next(operations.Length)];
        int call = random.Next(1, random.Next(2, 20));
        int calls = 0;
        Killer killer = new(
            bench,
            (asked, _) =>
            {
                time.Advance(TimeSpan.FromMilliseconds(60));
                return asked == operation && Interlocked.Increment(ref calls) == call;
            },
            random.Next(2) == 0);
        try
        {
            switch (random.Next(4))
            {
                case 0:
                    await bench.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
                    break;
                case 1:
                    await bench.StartAsync(Removing, TestContext.Current.CancellationToken);
                    break;
                case 2:
                    await bench.StartAsync(new RunOptions { FailedOnly = true }, TestContext.Current.CancellationToken);
                    break;
                default:
                    await bench.RunOverAsync(bench.Source.Keys.Where(_ => random.Next(3) == 0).ToList(), TestContext.Current.CancellationToken);
                    break;
            }

            Rest(bench);
            return true;
        }
        catch (RefusedException refusal)
        {
            Assert.Equal("RunUnfinished", refusal.ErrorId);
            Rest(bench);
            return true;
        }
        catch (KilledException)
        {
            killer.Revive();
            return false;
        }
    }

    private static void Change(MemoryStore source, Random random)
    {
        for (int i = 0; i < 60; i++)
            source.Seed($"{Firsts[random.Next(Firsts.Length)]}/{random.Next(40)}", EngineBench.Noise(random.Next(0, 200), random.Next()));
        for (int i = 0; i < 3; i++)
            source.Seed($"large/{random.Next(6)}", EngineBench.Noise((1 << 20) + random.Next(0, 2 << 20), random.Next()));
        foreach (string key in source.Keys.Where(_ => random.Next(20) == 0))
            source.Remove(key);
    }

    private static async Task<MigrationReport> RunWithKillsAsync(EngineBench bench, FakeTimeProvider time, Random random)
    {
        StoreOperation[] operations = [StoreOperation.Put, StoreOperation.Put, StoreOperation.UploadPart, StoreOperation.Complete, StoreOperation.List];
        for (int kill = 0; kill < 4; kill++)
        {
            StoreOperation operation = operations[random.Next(operations.Length)];
            int call = random.Next(1, random.Next(2, 30));
            int calls = 0;
            Killer killer = new(
                bench,
                (asked, _) =>
                {
                    time.Advance(TimeSpan.FromMilliseconds(60));
                    return asked == operation && Interlocked.Increment(ref calls) == call;
                },
                random.Next(2) == 0);
            try
            {
                MigrationReport early = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
                Rest(bench);
                return early;
            }
            catch (KilledException)
            {
                killer.Revive();
            }
        }

        int countdown = 40;
        bench.DestinationSpy.Before = (_, _, _) => Fail(ref countdown, 3);
        bench.SourceSpy.Before = (_, _, _) => Fail(ref countdown, 5);
        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Rest(bench);
        return report;
    }

    private static void Rest(EngineBench bench)
        => bench.SourceSpy.Before = bench.SourceSpy.After = bench.DestinationSpy.Before = bench.DestinationSpy.After = null;

    // Every n-th call finds no connection, for a while.
    private static ValueTask Fail(ref int countdown, int every) => Interlocked.Decrement(ref countdown) is var left and > 0 && left % every == 0
        ? throw new StoreException(StoreErrorKind.Network, "memory", "No connection.")
        : default;
}
