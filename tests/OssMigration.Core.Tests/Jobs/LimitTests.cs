using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>What holds a job back: how it is put, refused, changed and obeyed.</summary>
public sealed class LimitTests
{
    private const string Weekdays = "Mon-Fri 08:00-20:00=100Mbps; *=200Mbps";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_contradicts_itself_is_refused_with_the_mend()
    {
        MigrationJob job = EngineBench.JobOf();
        Refused(job with { MaxBytesPerSecond = 5000, Schedule = "*=1MB/s", TimeZone = "UTC" }, "MaxBandwidth and Schedule contradict");
        Refused(job with { MaxBytesPerSecond = 5000, LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 2000 }, "MaxBandwidth and LinkBandwidth with ReserveForBusiness contradict");
        Refused(job with { Schedule = "*=1MB/s", TimeZone = "UTC", LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 2000 }, "Schedule and LinkBandwidth with ReserveForBusiness contradict");
        Refused(job with { LinkBytesPerSecond = 9000 }, "LinkBandwidth needs ReserveForBusiness");
        Refused(job with { ReserveBytesPerSecond = 9000 }, "ReserveForBusiness needs LinkBandwidth");
        Refused(job with { LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 9000 }, "leaves nothing");
        Refused(job with { LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 10_000 }, "leaves nothing");
        Refused(job with { LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 0 }, "above 0");
        Refused(job with { Schedule = "*=1MB/s" }, "Schedule needs TimeZone");
        Refused(job with { TimeZone = "UTC" }, "TimeZone has a meaning with Schedule only");
        Refused(job with { Schedule = "Mon=1MB/s", TimeZone = "UTC" }, "says nothing for Tue 00:00 to Sun 24:00");
        Refused(job with { Schedule = "*=1MB/s", TimeZone = "Mars/Olympus" }, "time zone 'Mars/Olympus' is not known");
        Refused(job with { Schedule = "*=1MB/s,5/s", TimeZone = "UTC", MaxObjectsPerSecond = 5 }, "MaxObjectRate and the objects a second of Schedule");
        Refused(job with { MaxObjectsPerSecond = 0 }, "MaxObjectsPerSecond is 0");
        Assert.Empty(JobOptionCheck.Problems(job with { Schedule = "*=1MB/s", TimeZone = "UTC", MaxObjectsPerSecond = 5 }));
    }

    [Fact]
    public void A_line_with_a_reserve_is_a_limit_of_the_rest()
    {
        LimitPlan plan = JobLimits.Of(EngineBench.JobOf() with { LinkBytesPerSecond = 31_250_000, ReserveBytesPerSecond = 6_250_000 });
        Assert.Equal(new RateLimits { BytesPerSecond = 25_000_000 }, plan.At(DateTimeOffset.UnixEpoch));
        Assert.Null(plan.NextChange(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Limits_are_no_part_of_the_fingerprint()
    {
        MigrationJob job = EngineBench.JobOf();
        MigrationJob limited = job with
        {
            MaxBytesPerSecond = 5000,
            MaxObjectsPerSecond = 4,
            LinkBytesPerSecond = 9,
            ReserveBytesPerSecond = 8,
            Schedule = Weekdays,
            TimeZone = "UTC",
            Concurrency = 7,
        };
        Assert.Equal(job.Fingerprint, limited.Fingerprint);
    }

    [Fact]
    public void A_limit_that_is_given_replaces_the_others_and_what_is_not_given_stays()
    {
        using EngineBench bench = new(time: new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero)));
        bench.Create(job => job with { MaxBytesPerSecond = 5000, MaxObjectsPerSecond = 9 });

        MigrationJob job = Set(bench, new JobChanges { Schedule = Weekdays, TimeZone = "UTC" });
        Assert.Equal((null, Weekdays, "UTC", 9), (job.MaxBytesPerSecond, job.Schedule, job.TimeZone, job.MaxObjectsPerSecond));
        JobStatus status = bench.Engine.GetJob(EngineBench.JobName);
        Assert.Equal((12_500_000, new DateTimeOffset(2026, 1, 5, 20, 0, 0, TimeSpan.Zero)), (status.Limits.BytesPerSecond, status.LimitsChangeAt));

        job = Set(bench, new JobChanges { TimeZone = "Asia/Shanghai" });
        Assert.Equal((Weekdays, "Asia/Shanghai"), (job.Schedule, job.TimeZone));
        job = Set(bench, new JobChanges { Schedule = "*=pause" });
        Assert.Equal(("*=pause", "Asia/Shanghai"), (job.Schedule, job.TimeZone));

        job = Set(bench, new JobChanges { LinkBytesPerSecond = 9000, ReserveBytesPerSecond = 3000 });
        Assert.Equal((9000L, 3000L, null, null, null), (job.LinkBytesPerSecond, job.ReserveBytesPerSecond, job.Schedule, job.TimeZone, job.MaxBytesPerSecond));
        job = Set(bench, new JobChanges { ReserveBytesPerSecond = 4000 });
        Assert.Equal((9000L, 4000L), (job.LinkBytesPerSecond, job.ReserveBytesPerSecond));

        job = Set(bench, new JobChanges { MaxBytesPerSecond = 0, MaxObjectsPerSecond = 0 });
        Assert.Equal((null, null, null, null), (job.LinkBytesPerSecond, job.ReserveBytesPerSecond, job.MaxBytesPerSecond, job.MaxObjectsPerSecond));
        Assert.Throws<JobOptionException>(() => Set(bench, new JobChanges { MaxBytesPerSecond = 5000, Schedule = Weekdays, TimeZone = "UTC" }));
        Assert.Throws<JobOptionException>(() => Set(bench, new JobChanges { TimeZone = "UTC" }));
    }

    [Fact]
    public async Task A_run_that_the_timetable_pauses_begins_nothing_shows_it_and_goes_on_when_another_process_lets_it()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:00}", "content");
        bench.Create(job => job with { Schedule = "*=pause", TimeZone = "UTC" });
        TaskCompletionSource paused = new();
        bench.Listener.WhenProgress = progress =>
        {
            if (progress.Activity == "Paused")
                paused.TrySetResult();
        };
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: Token);
        await paused.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Empty(bench.SourceSpy.CountByKey(StoreOperation.Read));
        Assert.Contains(bench.Listener.Events, happened => happened.Message.Contains("pauses", StringComparison.Ordinal));

        Set(bench, new JobChanges { MaxBytesPerSecond = 0 });
        MigrationReport report = await run.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal((RunStatus.Complete, 20), (report.Status, report.Copied.Objects));
    }

    [Fact]
    public async Task A_paused_run_can_be_stopped()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "content");
        bench.Create(job => job with { Schedule = "*=pause", TimeZone = "UTC" });
        bench.Listener.WhenProgress = progress =>
        {
            if (progress.Activity == "Paused")
                bench.NewEngine().RequestStop(EngineBench.JobName);
        };
        MigrationReport report = await bench.RunAsync(cancellationToken: Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal((RunStatus.Incomplete, 0), (report.Status, report.Copied.Objects));
    }

    [Fact]
    public async Task A_pause_lets_a_part_that_is_under_way_end_and_begins_no_other()
    {
        using EngineBench bench = new();
        byte[] content = EngineBench.Noise((4 << 20) + 1);
        bench.Source.Seed("large", content);
        bench.CreateForParts(job => job with { Concurrency = 1 });
        TaskCompletionSource paused = new();
        bench.Listener.WhenProgress = progress =>
        {
            if (progress.Activity == "Paused")
                paused.TrySetResult();
        };
        int reads = 0;
        bench.SourceSpy.Before = async (operation, _, _) =>
        {
            if (operation == StoreOperation.Read && Interlocked.Increment(ref reads) == 2)
            {
                Set(bench, new JobChanges { Schedule = "*=pause", TimeZone = "UTC" });
                await paused.Task;
            }
        };
        TaskCompletionSource written = new();
        bench.DestinationSpy.After = (operation, _, _) =>
        {
            if (operation == StoreOperation.UploadPart && Volatile.Read(ref reads) == 2)
                written.TrySetResult();
            return default;
        };
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: Token);
        await written.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(2, reads);

        Set(bench, new JobChanges { MaxBytesPerSecond = 0 });
        Assert.Equal(RunStatus.Complete, (await run.WaitAsync(TimeSpan.FromSeconds(30), Token)).Status);
        Assert.Equal(content, bench.Destination.Find("large")!.Content);
    }

    [Fact]
    public async Task Objects_a_second_hold_for_objects_whose_content_is_read()
    {
        FakeTimeProvider time = new();
        using EngineBench bench = new(time: time);
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:00}", "content");
        bench.Create(job => job with { MaxObjectsPerSecond = 10, Concurrency = 32 });
        DateTimeOffset begun = time.GetUtcNow();
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: Token);
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.Equal(30, (await run).Copied.Objects);
        Assert.True(time.GetUtcNow() - begun >= TimeSpan.FromSeconds(2.9), $"{time.GetUtcNow() - begun}");
    }

    private static MigrationJob Set(EngineBench bench, JobChanges changes) => bench.NewEngine().SetJob(EngineBench.JobName, changes);

    private static void Refused(MigrationJob job, string reason)
        => Assert.Contains(JobOptionCheck.Problems(job), problem => problem.Contains(reason, StringComparison.Ordinal));
}
