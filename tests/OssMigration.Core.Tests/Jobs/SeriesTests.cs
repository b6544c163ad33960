using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Incremental jobs: run after run, one interval apart.</summary>
public sealed class SeriesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_begin_one_interval_apart_each_with_its_own_report()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 4);
        for (int i = 0; i < 5; i++)
            bench.Source.Seed($"k{i}", "x");
        DateTimeOffset begun = time.GetUtcNow();
        int waits = 0;
        bench.Listener.WhenProgress = Once(snapshot =>
        {
            waits++;
            bench.Source.Seed($"new{snapshot.Run}", "n");
        });

        IReadOnlyList<MigrationReport> reports = await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench);

        Assert.Equal([5L, 1, 1, 1], reports.Select(report => report.New.Objects));
        Assert.Equal([1, 2, 3, 4], reports.Select(report => report.Run));
        Assert.All(reports, report => Assert.Equal((RunStatus.Complete, MigrationMode.Incremental), (report.Status, report.Mode)));
        for (int i = 0; i < reports.Count; i++)
            Assert.InRange(reports[i].StartedAt - begun, i * Interval, (i * Interval) + TimeSpan.FromSeconds(5));
        Assert.Equal(3, waits);
        Assert.Equal(reports.Select(report => report.EndedAt), bench.Engine.GetReports(EngineBench.JobName).Select(report => report.EndedAt));
        RefusedException done = await Assert.ThrowsAsync<RefusedException>(() => bench.StartAsync(cancellationToken: Token));
        Assert.Equal("RunSeriesDone", done.ErrorId);

        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { RunCount = 5 });
        Assert.Equal(5, Assert.Single(await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench)).Run);
    }

    [Fact]
    public async Task A_run_that_takes_longer_than_the_interval_is_followed_at_once()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 3);
        bench.Source.Seed("k", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(() => time.Advance(TimeSpan.FromMinutes(35))));

        IReadOnlyList<MigrationReport> reports = await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench);

        Assert.InRange(reports[1].StartedAt - reports[0].EndedAt, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(reports[2].StartedAt - reports[1].StartedAt, Interval, Interval + TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("stop")]
    [InlineData("budget")]
    public async Task A_stop_while_it_waits_is_clean_and_the_next_start_goes_on_where_it_was(string how)
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 3);
        bench.Source.Seed("k", "x");
        using CancellationTokenSource cancel = new();
        bench.Listener.WhenProgress = Once(_ =>
        {
            if (how == "cancel")
                cancel.Cancel();
            if (how == "stop")
                bench.NewEngine().RequestStop(EngineBench.JobName);
        });
        RunOptions options = new() { TimeBudget = how == "budget" ? TimeSpan.FromMinutes(5) : null };

        MigrationReport first = Assert.Single(await DriveAsync(bench.StartAsync(options, cancel.Token), time, bench));
        JobStatus between = bench.Engine.GetJob(EngineBench.JobName);
        bench.Listener.WhenProgress = null;
        IReadOnlyList<MigrationReport> rest = await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench);

        Assert.Equal((JobState.Finished, 1), (between.State, between.RunsDone));
        Assert.Equal((first.StartedAt + Interval).ToUnixTimeMilliseconds(), between.NextRunAt?.ToUnixTimeMilliseconds());
        Assert.Equal([2, 3], rest.Select(report => report.Run));
        Assert.InRange(rest[0].StartedAt - first.StartedAt, Interval, Interval + TimeSpan.FromSeconds(5));
        Assert.Null(bench.Engine.GetJob(EngineBench.JobName).NextRunAt);
    }

    [Fact]
    public async Task A_run_that_was_killed_is_resumed_and_counts_once()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 2);
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:D2}", "x");
        Killer killer = Killer.At(bench, StoreOperation.Put, 7, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.StartAsync(cancellationToken: Token));
        killer.Revive();
        time.Advance(TimeSpan.FromHours(1));

        IReadOnlyList<MigrationReport> reports = await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench);

        Assert.Equal([(1, 1), (2, 0)], reports.Select(report => (report.Run, report.Resumes)));
        Assert.Equal(2, bench.Engine.GetJob(EngineBench.JobName).RunsDone);
    }

    [Fact]
    public async Task An_error_of_the_whole_run_ends_the_series_and_objects_that_failed_do_not()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 5);
        bench.Source.Seed("bad", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.InvalidRequest));
        bench.Listener.WhenProgress = Once(snapshot =>
        {
            if (snapshot.Run == 3)
                bench.SourceSpy.Before = (_, _, _) => throw new StoreException(StoreErrorKind.Credential, "memory", "The key is not valid any more.");
        });

        List<MigrationReport> reports = [];
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => DriveAsync(CollectAsync(), time, bench));

        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Equal([1L, 0], reports.Select(report => report.Failed.Objects));
        Assert.Equal(2, bench.Engine.GetJob(EngineBench.JobName).RunsDone);

        async Task<IReadOnlyList<MigrationReport>> CollectAsync()
        {
            await foreach (MigrationReport report in bench.Engine.StartAsync(EngineBench.JobName, new RunOptions(), bench.Listener, Token))
                reports.Add(report);
            return reports;
        }
    }

    [Fact]
    public async Task Interval_and_number_of_runs_can_be_changed_while_it_waits()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 20);
        bench.Source.Seed("k", "x");
        bench.Listener.WhenProgress = Once(snapshot =>
            bench.NewEngine().SetJob(EngineBench.JobName, snapshot.Run == 2 ? new JobChanges { Interval = TimeSpan.FromHours(20) } : new JobChanges { RunCount = 2 }));

        IReadOnlyList<MigrationReport> reports = await DriveAsync(bench.StartAsync(cancellationToken: Token), time, bench, () => bench.Engine.GetJob(EngineBench.JobName).Job.Interval > Interval ? TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(1));

        Assert.Equal(2, reports.Count);
        Assert.InRange(reports[1].StartedAt - reports[0].StartedAt, TimeSpan.FromHours(20), TimeSpan.FromHours(20.1));
    }

    [Fact]
    public async Task A_retry_of_what_failed_is_one_run_and_does_not_count_in_the_series()
    {
        WatchedTime time = new();
        using EngineBench bench = Make(time, runs: 1);
        bench.Source.Seed("bad", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.InvalidRequest));
        await bench.StartAsync(cancellationToken: Token);

        MigrationReport retry = Assert.Single(await bench.StartAsync(new RunOptions { FailedOnly = true }, Token));

        Assert.Equal((1L, 1), (retry.Copied.Objects, bench.Engine.GetJob(EngineBench.JobName).RunsDone));
    }

    [Fact]
    public async Task An_incremental_job_goes_on_where_a_finished_full_job_stands()
    {
        WatchedTime time = new();
        using EngineBench bench = new(time: time);
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        DateTimeOffset cutover = time.GetUtcNow().AddDays(3);
        bench.Create(job => job with { Filter = new() { Exclude = ["*.tmp"] } });
        RefusedException none = Assert.Throws<RefusedException>(() => Continue());
        await bench.RunAsync(cancellationToken: Token);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = cutover });
        bench.Source.Seed("k03", "changed");
        await bench.RunOverAsync(["k03"], Token);
        bench.Source.Seed("k04", "changed");
        bench.Source.Seed("new", "new");
        bench.Source.Seed("x.tmp", "x");
        bench.Source.Remove("k05");

        MigrationJob made = Continue();
        MigrationReport first = await bench.Engine.RunAsync("goes-on", new RunOptions(), bench.Listener, Token);

        Assert.Equal("JobBaseUnfinished", none.ErrorId);
        Assert.Equal((cutover, MigrationMode.Incremental), (made.CutoverTime, made.Mode));
        Assert.Equal((1, 1L, 1L, 28L, 1L, 1L), (first.Run, first.New.Objects, first.Changed.Objects, first.Skipped.Objects, first.GoneAtSource.Objects, first.FilteredOut.Objects));
        Assert.Equal(0, first.DestinationUsage.BytesRead);
        Assert.Single(Directory.GetFiles(new JobFolder(bench.Home, "goes-on").Manifests));
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: Token)).Status);

        MigrationJob Continue() => bench.Engine.CreateJob(EngineBench.JobName, job => job with { Name = "goes-on", Mode = MigrationMode.Incremental, Interval = Interval, RunCount = 1 });
    }

    [Fact]
    public async Task A_job_that_runs_or_whose_run_is_not_finished_is_no_base()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        using CancellationTokenSource cancel = new();
        bench.Source.Seed("l", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(cancel.Cancel));
        await bench.RunAsync(cancellationToken: cancel.Token);

        Assert.Equal("JobBaseUnfinished", Assert.Throws<RefusedException>(() => Continue()).ErrorId);
        using (new JobFolder(bench.Home, EngineBench.JobName).Lock())
            Assert.Equal(JobStateError.Locked, Assert.Throws<JobStateException>(() => Continue()).Error);
        Assert.Equal([EngineBench.JobName], bench.Engine.GetJobNames());

        MigrationJob Continue() => bench.Engine.CreateJob(EngineBench.JobName, job => job with { Name = "goes-on" });
    }

    [Theory]
    [InlineData(MigrationMode.Full, 60_000, null, "Interval")]
    [InlineData(MigrationMode.Full, null, 3, "RunCount")]
    [InlineData(MigrationMode.Incremental, null, 3, "Interval")]
    [InlineData(MigrationMode.Incremental, 60_000, null, "RunCount")]
    [InlineData(MigrationMode.Incremental, 999, 3, "Interval")]
    [InlineData(MigrationMode.Incremental, 86_400_001, 3, "1 day")]
    [InlineData(MigrationMode.Incremental, 60_000, 0, "RunCount")]
    [InlineData(MigrationMode.Incremental, 60_000, 100_001, "RunCount")]
    public void A_series_that_makes_no_sense_is_refused(MigrationMode mode, int? milliseconds, int? runs, string expected)
    {
        using EngineBench bench = new();
        JobOptionException refusal = Assert.Throws<JobOptionException>(() => bench.Create(job => job with
        {
            Mode = mode,
            Interval = milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null,
            RunCount = runs,
        }));
        Assert.Contains(expected, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_that_change_different_things_lose_neither()
    {
        using EngineBench bench = new();
        bench.Create();
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(
            () => bench.NewEngine().SetJob(EngineBench.JobName, i % 2 == 0 ? new JobChanges { Concurrency = 100 + i } : new JobChanges { MaxBytesPerSecond = 10_000 + i }),
            Token)));

        MigrationJob job = bench.Engine.GetJob(EngineBench.JobName).Job;
        Assert.InRange(job.Concurrency, 102, 140);
        Assert.InRange(job.MaxBytesPerSecond ?? 0, 10_001, 10_039);
    }

    private static EngineBench Make(WatchedTime time, int runs)
    {
        EngineBench bench = new(time: time);
        bench.Create(job => job with { Mode = MigrationMode.Incremental, Interval = Interval, RunCount = runs });
        return bench;
    }

    // Called at the first sign of each waiting.
    private static Action<ProgressSnapshot> Once(Action<ProgressSnapshot> act)
    {
        int waitedFor = 0;
        return snapshot =>
        {
            if (snapshot.Activity != "Waiting" || snapshot.Run == waitedFor)
                return;
            Assert.NotNull(snapshot.NextRunAt);
            waitedFor = snapshot.Run;
            act(snapshot);
        };
    }

    // Lets time go on while the engine waits, which it does for a second at most each time, and stand still while it works.
    private static async Task<T> DriveAsync<T>(Task<T> work, WatchedTime time, EngineBench bench, Func<TimeSpan>? step = null)
    {
        while (await Task.WhenAny(work, time.Timers.WaitToReadAsync(Token).AsTask()) != work)
        {
            time.Timers.TryRead(out _);
            if (bench.Listener.Progress is { Activity: "Waiting" })
                time.Advance(step?.Invoke() ?? TimeSpan.FromSeconds(1));
        }

        return await work;
    }

    /// <summary>Tells of every timer that is set.</summary>
    private sealed class WatchedTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
    {
        private readonly Channel<ITimer> _timers = Channel.CreateUnbounded<ITimer>();

        public ChannelReader<ITimer> Timers => _timers.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            _timers.Writer.TryWrite(timer);
            return timer;
        }
    }
}
