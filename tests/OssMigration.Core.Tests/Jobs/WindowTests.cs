using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>One object that takes long does not hold the cursor of its range for ever.</summary>
public sealed class WindowTests
{
    private const string Slow = "a-slow";
    private const string Last = "z-last";
    private const int Others = LedgerRoom.MostOfRange + 2_500;

    [Fact]
    public async Task The_cursor_passes_a_slow_object_which_is_shown_in_progress_until_it_is_done()
    {
        using EngineBench bench = Full();
        IReadOnlyList<MigrationItem> passed = [];
        string? cursor = null;
        Task<IReadOnlyList<MigrationItem>> whenPassed = WhenPassed(bench);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(async token =>
        {
            passed = await whenPassed.WaitAsync(token);
            using JournalReader journal = bench.Journal();
            cursor = journal.Ranges(1).Select(range => range.Cursor).Max(StringComparer.Ordinal);
        }), Slow);
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Slow, Assert.Single(passed).Key);
        Assert.True(KeyOrder.CompareKeys(cursor, Slow) > 0);
        await AssertDoneAsync(bench, report);
    }

    [Fact]
    public async Task An_object_that_is_passed_and_done_before_the_next_commit_leaves_no_trace()
    {
        // The clock stands still, so that nothing is committed before the range is closed.
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = Full(time);
        TaskCompletionSource passed = new();
        bench.Source.Seed(Last, "content");
        bench.Destination.AfterOperation = (operation, key, _) =>
        {
            if (operation == StoreOperation.Put && key == Last)
                passed.TrySetResult();
            return default;
        };
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(async token => await passed.Task.WaitAsync(token)), Slow);
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        await AssertDoneAsync(bench, report, copied: 2);
    }

    [Theory]
    [InlineData(false, OverwriteMode.IfDifferent)]
    [InlineData(true, OverwriteMode.IfDifferent)]
    [InlineData(true, OverwriteMode.IfNewer)]
    public async Task A_run_killed_behind_the_cursor_is_completed_by_the_next_process(bool wasMigratedBefore, OverwriteMode mode)
    {
        using EngineBench bench = Full();
        bench.Create(job => job with { Overwrite = mode });
        if (wasMigratedBefore)
        {
            await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            bench.Source.Seed(Slow, EngineBench.Noise(5000, 2), lastModified: new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }

        Killer killer = new(bench, (operation, key) => (operation, key) == (StoreOperation.Put, Slow), whenDone: false);
        Task whenPassed = WhenPassed(bench);
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token => await whenPassed.WaitAsync(token)), Slow);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        Assert.Equal(Slow, Assert.Single(bench.Items(MigrationItemState.InProgress)).Key);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        await AssertDoneAsync(bench, report);
    }

    [Fact]
    public async Task An_object_behind_the_cursor_that_cannot_be_looked_up_fails_alone()
    {
        using EngineBench bench = Full();
        bench.Create(job => job with { MaxAttempts = 2 });
        Killer killer = new(bench, (operation, key) => (operation, key) == (StoreOperation.Put, Slow), whenDone: false);
        Task whenPassed = WhenPassed(bench);
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token => await whenPassed.WaitAsync(token)), Slow);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.FaultySource.Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.ServerError), Slow, times: 2);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Failed.Objects));
        Assert.Equal(report.Listed, report.Outcomes);
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal((Slow, MigrationItemState.Failed, "ServerError"), (item.Key, item.State, item.ErrorKind));
    }

    [Fact]
    public async Task An_object_behind_the_cursor_that_vanished_meanwhile_is_reported_as_that()
    {
        using EngineBench bench = Full();
        bench.Create();
        Killer killer = new(bench, (operation, key) => (operation, key) == (StoreOperation.Put, Slow), whenDone: false);
        Task whenPassed = WhenPassed(bench);
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token => await whenPassed.WaitAsync(token)), Slow);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.Source.Remove(Slow);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, report.Listed), (report.Vanished.Objects, report.Outcomes));
        Assert.Equal(MigrationItemState.Vanished, Assert.Single(bench.Items()).State);
    }

    private static MemoryStoreOptions OnePage { get; } = new() { PageSize = 20_000, Limits = new StoreLimits { MaxPageSize = 20_000 } };

    private static EngineBench Full(FakeTimeProvider? time = null)
    {
        // All on one page, so that it stays one range.
        EngineBench bench = new(OnePage, OnePage, time);
        bench.Source.Seed(Slow, EngineBench.Noise(5000));
        for (int i = 0; i < Others; i++)
        {
            string key = $"b{i:D6}";
            bench.Source.Seed(key, []);
            bench.Destination.Seed(key, []);
        }

        return bench;
    }

    private static async Task AssertDoneAsync(EngineBench bench, MigrationReport report, int copied = 1)
    {
        Assert.Equal((RunStatus.Complete, null), (report.Status, report.Reason));
        Assert.Equal(((long)copied, (long)Others), (report.Copied.Objects, report.Skipped.Objects));
        Assert.Equal(report.Listed, report.Outcomes);
        Assert.Empty(bench.Items());
        Assert.Equal(bench.Source.Find(Slow)!.Content, bench.Destination.Find(Slow)!.Content);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, (long)Others + copied, 0L), (next.Status, next.Skipped.Objects, next.SourceUsage.BytesRead));
    }

    // The journal is looked at whenever the run tells how far it is.
    private static Task<IReadOnlyList<MigrationItem>> WhenPassed(EngineBench bench)
    {
        TaskCompletionSource<IReadOnlyList<MigrationItem>> passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Listener.WhenProgress = _ =>
        {
            if (bench.Items(MigrationItemState.InProgress) is { Count: > 0 } items)
                passed.TrySetResult(items);
        };
        return passed.Task;
    }
}
