using OssMigration.Core.Cutover;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Cutover;

public sealed class CutoverWaitTests
{
    private static readonly CutoverWaitOptions EveryMinute = new() { Interval = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task A_job_that_is_ready_is_not_waited_for()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();

        CutoverReadiness readiness = await bench.Wait.WaitAsync(bench.Request, EveryMinute, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken);

        readiness.AssertOpen();
    }

    [Fact]
    public async Task The_wait_goes_on_until_a_run_has_mended_what_is_stale_and_lists_again_only_after_a_run()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Source.Seed("a", "something else");
        bench.Time.Watched = EveryMinute.Interval;
        List<CutoverReadiness> seen = [];
        Task<CutoverReadiness> wait = bench.Wait.WaitAsync(
            bench.Request with { CreateProbe = true },
            EveryMinute,
            seen.Add,
            bench.Jobs.Listener,
            TestContext.Current.CancellationToken);

        await ForwardAsync(bench, EveryMinute.Interval);
        await ForwardAsync(bench, EveryMinute.Interval);
        await bench.Time.Waits.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, seen.Count);
        Assert.Single(bench.Comparisons);
        Assert.All(seen, readiness => readiness.AssertOpen(CutoverSubject.Comparison, CutoverSubject.StaleObjects));
        Assert.All(seen, readiness => Assert.Contains("'a'", readiness.On(CutoverSubject.StaleObjects).Evidence, StringComparison.Ordinal));

        bench.Time.Watched = TimeSpan.Zero;
        await bench.Jobs.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Time.Advance(EveryMinute.Interval);

        (await wait).AssertOpen();
        Assert.Equal((4, 2), (seen.Count, bench.Comparisons.Count));
    }

    [Fact]
    public async Task A_wait_that_has_fetched_everything_there_was_has_proved_the_mirror_for_as_long_as_a_comparison_may_be_old()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Source.Seed("a", "something else");
        bench.Time.Watched = EveryMinute.Interval;
        bench.Mirror.Answer = _ => bench.Mirror.Requests.Count == 1 ? MirrorTestCause.None : MirrorTestCause.NothingToFetch;
        List<CutoverReadiness> seen = [];
        using CancellationTokenSource cancel = new();
        Task<CutoverReadiness> wait = bench.Wait.WaitAsync(bench.Request, EveryMinute, seen.Add, bench.Jobs.Listener, cancel.Token);

        await ForwardAsync(bench, TimeSpan.FromMinutes(1));
        await ForwardAsync(bench, TimeSpan.FromMinutes(60));
        await bench.Time.Waits.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        Assert.Equal(
            [CutoverState.Met, CutoverState.Met, CutoverState.NotMet], seen.Select(readiness => readiness.On(CutoverSubject.MirrorRule).State));
    }

    [Fact]
    public async Task When_the_time_is_over_the_error_names_what_is_still_open()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Source.Seed("a", "something else");
        bench.Time.Watched = EveryMinute.Interval;
        Task<CutoverReadiness> wait = bench.Wait.WaitAsync(
            bench.Request, EveryMinute with { Timeout = TimeSpan.FromSeconds(90) }, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken);

        await ForwardAsync(bench, TimeSpan.FromSeconds(60));
        await ForwardAsync(bench, TimeSpan.FromSeconds(29));
        Assert.False(wait.IsCompleted);
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        CutoverTimeoutException over = await Assert.ThrowsAsync<CutoverTimeoutException>(() => wait);
        Assert.Contains("00:01:30", over.Message, StringComparison.Ordinal);
        Assert.Contains("StaleObjects", over.Message, StringComparison.Ordinal);
        Assert.Contains("'a'", over.Message, StringComparison.Ordinal);
        over.Last!.AssertOpen(CutoverSubject.Comparison, CutoverSubject.StaleObjects);
    }

    [Fact]
    public async Task A_pass_that_takes_longer_than_the_time_is_ended_with_it()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.FaultySource.Plan(StoreOperation.List, Fault.Before(async token =>
        {
            bench.Time.Advance(TimeSpan.FromMinutes(2));
            await Task.Delay(Timeout.Infinite, token);
        }));

        CutoverTimeoutException over = await Assert.ThrowsAsync<CutoverTimeoutException>(() => bench.Wait.WaitAsync(
            bench.Request, EveryMinute with { Timeout = TimeSpan.FromMinutes(1) }, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken));

        Assert.Null(over.Last);
        Assert.False(bench.Comparisons.Single().IsComplete);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Source.Seed("a", "something else");
        using CancellationTokenSource cancel = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Wait.WaitAsync(
            bench.Request, EveryMinute with { Timeout = TimeSpan.FromHours(1) }, _ => cancel.Cancel(), bench.Jobs.Listener, cancel.Token));
    }

    [Fact]
    public async Task A_job_that_was_cut_over_is_not_waited_for()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = bench.Now });

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.Wait.WaitAsync(
            bench.Request, EveryMinute, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken));

        Assert.Equal("CutoverAlreadyDone", refusal.ErrorId);
    }

    [Fact]
    public async Task Times_out_of_range_and_a_wait_that_could_never_end_are_refused()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        foreach (CutoverWaitOptions wrong in (CutoverWaitOptions[])
            [new() { Interval = TimeSpan.Zero }, new() { Interval = TimeSpan.FromDays(50) }, new() { Timeout = TimeSpan.Zero }, new() { Timeout = TimeSpan.MaxValue }])
            await Assert.ThrowsAsync<ArgumentException>(() => bench.Wait.WaitAsync(bench.Request, wrong, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Wait.WaitAsync(
            bench.Request with { WritesStoppedAt = null }, EveryMinute, _ => { }, bench.Jobs.Listener, TestContext.Current.CancellationToken));
    }

    // The wait sets its timer a moment after it gave its check.
    private static async Task ForwardAsync(CutoverBench bench, TimeSpan by)
    {
        await bench.Time.Waits.WaitAsync(TestContext.Current.CancellationToken);
        bench.Time.Advance(by);
    }
}
