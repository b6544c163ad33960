using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>A run that is asked to stop ends with a report and is carried on later.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(99)]
    public async Task A_cancelled_run_reports_Incomplete_and_the_next_one_completes_it(int putsBefore)
    {
        using EngineBench bench = new();
        using CancellationTokenSource cancel = new();
        for (int i = 0; i < 100; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(cancel.Cancel), skip: putsBefore);
        bench.Create();

        MigrationReport first = await bench.RunAsync(cancellationToken: cancel.Token);
        Assert.Equal((RunStatus.Incomplete, "The run was cancelled."), (first.Status, first.Reason));
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1, 1, 100L), (second.Status, second.Run, second.Resumes, second.Listed.Objects));
        Assert.Equal(second.Listed, second.Outcomes);
        Assert.All(bench.DestinationSpy.CountByKey(StoreOperation.Put), put => Assert.Equal(1, put.Value));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    [Fact]
    public async Task Once_cancelled_nothing_more_is_written()
    {
        using EngineBench bench = new();
        using CancellationTokenSource cancel = new();
        for (int i = 0; i < 100; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(cancel.Cancel));
        bench.Create(job => job with { Concurrency = 1 });

        await bench.RunAsync(cancellationToken: cancel.Token);

        Assert.Equal(0, bench.Destination.Counters.Writes);
    }

    [Fact]
    public async Task A_run_cancelled_while_it_is_planned_reports_Incomplete_and_is_carried_on()
    {
        using EngineBench bench = new();
        using CancellationTokenSource cancel = new();
        bench.Source.Seed("k", "x");
        bench.FaultySource.Plan(StoreOperation.List, Fault.Before(cancel.Cancel));
        bench.Create();

        MigrationReport first = await bench.RunAsync(cancellationToken: cancel.Token);
        Assert.Equal(JobState.Stopped, bench.Engine.GetJob(EngineBench.JobName).State);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Incomplete, "The run was cancelled."), (first.Status, first.Reason));
        Assert.Equal((RunStatus.Complete, 1, 1L), (second.Status, second.Run, second.Copied.Objects));
    }

    [Fact]
    public async Task A_run_cancelled_while_it_aborts_left_over_uploads_reports_Incomplete_and_the_next_one_aborts_them()
    {
        using EngineBench bench = new();
        using CancellationTokenSource cancel = new();
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.CreateForParts();
        Killer killer = Killer.At(bench, StoreOperation.UploadPart, 2, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();
        bench.Source.Remove("large");
        bench.FaultyDestination.Plan(StoreOperation.Abort, Fault.Before(token =>
        {
            cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return default;
        }));

        MigrationReport first = await bench.RunAsync(cancellationToken: cancel.Token);
        Assert.Equal(RunStatus.Incomplete, first.Status);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1), (second.Status, second.Run));
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task The_time_budget_stops_a_run_and_says_so()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = new(time: time);
        for (int i = 0; i < 50; i++)
            bench.Source.Seed($"k{i:D2}", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(() => time.Advance(TimeSpan.FromMinutes(3))), skip: 20);
        
        // One at a time: books are closed in the order of keys, so with more the first key can hold up all that were copied.
        bench.Create(job => job with { Concurrency = 1 });

        MigrationReport first = await bench.RunAsync(
            options: new RunOptions { TimeBudget = TimeSpan.FromMinutes(2) }, cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(
            options: new RunOptions { TimeBudget = TimeSpan.FromMinutes(2) }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Incomplete, "The time budget is used up."), (first.Status, first.Reason));
        Assert.InRange(first.Outcomes.Objects, 20, 21);
        Assert.Equal(RunStatus.Complete, second.Status);
        Assert.True(second.Duration >= TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task A_stop_asked_for_from_another_process_stops_the_run()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        TaskCompletionSource begun = new();
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        }));
        bench.Create();
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await begun.Task;

        Assert.Equal(JobState.Running, bench.NewEngine().GetJob(EngineBench.JobName).State);
        bench.NewEngine().RequestStop(EngineBench.JobName);
        MigrationReport report = await run.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Incomplete, "Stop-OssMigration was called."), (report.Status, report.Reason));
        Assert.Equal(JobState.Stopped, bench.Engine.GetJob(EngineBench.JobName).State);
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_stop_asked_for_while_nothing_runs_does_not_stop_the_next_run()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        bench.Engine.RequestStop(EngineBench.JobName);
        bench.Tamper("UPDATE control SET stop = 1");

        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_new_limit_reaches_a_run_that_is_under_way()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(1 << 20));
        bench.Create(job => job with { MaxBytesPerSecond = 1024 });
        TaskCompletionSource begun = new();
        bench.Listener.WhenProgress = progress =>
        {
            if (progress.ActiveTransfers > 0)
                begun.TrySetResult();
        };
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await begun.Task;

        bench.NewEngine().SetJob(EngineBench.JobName, new JobChanges { MaxBytesPerSecond = 0 });
        MigrationReport report = await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Null(bench.Engine.GetJob(EngineBench.JobName).Job.MaxBytesPerSecond);
    }
}
