using OssMigration.Core.Cutover;
using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Cutover;

public sealed class CutoverForecastTests
{
    private const long MB = 1_000_000;
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_last_delta_takes_one_listing_and_the_slower_of_bytes_and_objects()
    {
        // 100,000 objects and 10,000 MB in 1,000 s; the shortest run took 100 s.
        MigrationReport[] runs = [Run(1, 100_000, 10_000 * MB, 1000), Run(2, 100, 10 * MB, 100), Run(3, 200, 5 * MB, 110)];

        CutoverForecast byBytes = CutoverForecaster.Make(runs, Compared(sourceOnly: new(10, 300 * MB), different: new(5, 200 * MB), seconds: 60), LimitPlan.None, Noon);
        CutoverForecast byObjects = CutoverForecaster.Make(runs, Compared(new(1000, MB), default, 60), LimitPlan.None, Noon);
        CutoverForecast limited = CutoverForecaster.Make(runs, Compared(new(10, 500 * MB), default, 60), Limited(MB), Noon);

        Assert.Equal(new ObjectCount(15, 500 * MB), byBytes.Left);
        Assert.Equal((10d * MB, 100d, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(60)), (byBytes.BytesPerSecond, byBytes.ObjectsPerSecond, byBytes.ListingTime, byBytes.ComparisonTime));
        Assert.Equal(TimeSpan.FromSeconds(100 + 50), byBytes.RunTime);
        Assert.Equal(TimeSpan.FromSeconds(100 + 10), byObjects.RunTime);
        Assert.Equal(TimeSpan.FromSeconds(100 + 500), limited.RunTime);
    }

    [Fact]
    public void The_earliest_moment_counts_what_the_machine_must_still_do()
    {
        CutoverForecast forecast = CutoverForecaster.Make([Run(1, 1000, 1000 * MB, 100)], Compared(new(10, 100 * MB), default, 60), LimitPlan.None, Noon);

        Assert.Equal(TimeSpan.FromSeconds(110), forecast.RunTime);
        Assert.Equal(Noon, CutoverForecaster.Earliest(forecast, Noon, CutoverNeed.Nothing));
        Assert.Equal(Noon.AddSeconds(60), CutoverForecaster.Earliest(forecast, Noon, CutoverNeed.Comparison));
        Assert.Equal(Noon.AddSeconds(170), CutoverForecaster.Earliest(forecast, Noon, CutoverNeed.RunAndComparison));
    }

    [Fact]
    public void What_was_never_measured_is_not_guessed()
    {
        CutoverForecast nothing = CutoverForecaster.Make([], null, LimitPlan.None, Noon);
        CutoverForecast onlyListed = CutoverForecaster.Make([Run(1, 0, 0, 50)], Compared(new(10, 100), default, 60), Limited(1000), Noon);
        CutoverForecast nothingLeft = CutoverForecaster.Make([Run(1, 0, 0, 50)], Compared(default, default, 60), LimitPlan.None, Noon);

        Assert.Equal(new CutoverForecast(), nothing);
        Assert.Null(CutoverForecaster.Earliest(nothing, Noon, CutoverNeed.RunAndComparison));
        Assert.Equal((null, null, TimeSpan.FromSeconds(50)), (onlyListed.RunTime, onlyListed.BytesPerSecond, onlyListed.ListingTime));
        Assert.Equal(TimeSpan.FromSeconds(50), nothingLeft.RunTime);
    }

    [Fact]
    public void Only_the_last_five_runs_speak_and_runs_without_time_do_not()
    {
        MigrationReport[] runs = [Run(1, 9000, 9000 * MB, 1), .. Enumerable.Range(2, 4).Select(run => Run(run, 10, 10 * MB, 10)), Run(6, 5000, 5000 * MB, 0)];

        CutoverForecast forecast = CutoverForecaster.Make(runs, Compared(new(1, MB), default, 1), LimitPlan.None, Noon);

        Assert.Equal((1d * MB, 1d, TimeSpan.FromSeconds(10)), (forecast.BytesPerSecond, forecast.ObjectsPerSecond, forecast.ListingTime));
        Assert.Equal([2, 3, 4, 5, 6], CutoverForecaster.Increments(runs).Select(increment => increment.Run));
    }

    [Theory]
    [InlineData(CutoverState.Advisory, "no run")]
    [InlineData(CutoverState.Advisory, "One run", 1000L)]
    [InlineData(CutoverState.Met, "nothing new", 1000L, 0L)]
    [InlineData(CutoverState.Met, "nothing new", 0L)]
    [InlineData(CutoverState.Met, "shrink", 5000L, 1000L, 800L)]
    [InlineData(CutoverState.Met, "converged", 5000L, 1000L, 1050L)]
    [InlineData(CutoverState.Met, "converged", 5000L, 1000L, 950L)]
    [InlineData(CutoverState.Advisory, "grow", 5000L, 1000L, 1200L)]
    [InlineData(CutoverState.Advisory, "grow", 5000L, 0L, 1200L)]
    public void Increments_shrink_have_converged_or_grow(CutoverState state, string word, params long[] bytes)
    {
        CutoverIncrement[] increments = [.. bytes.Select((moved, run) => new CutoverIncrement(run + 1, Noon, new ObjectCount(moved / 10, moved), TimeSpan.FromMinutes(1)))];

        (CutoverState found, string verdict) = RunConditions.Trend(increments);

        Assert.Equal(state, found);
        Assert.Contains(word, verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void An_increment_is_what_was_new_or_changed_not_what_was_put_right()
    {
        MigrationReport report = Run(2, 30, 300, 10) with { New = new ObjectCount(5, 50), Changed = new ObjectCount(7, 70) };

        Assert.Equal(new ObjectCount(12, 120), Assert.Single(CutoverForecaster.Increments([report])).Moved);
    }

    [Fact]
    public void A_timetable_is_followed_from_now_on_and_its_pauses_say_nothing_of_the_rate()
    {
        // Monday noon to Tuesday noon, twelve hours of it paused: 432,000 MB in 12 h are 10 MB/s.
        MigrationReport run = Run(1, 432_000, 432_000 * MB, 24 * 3600) with { StartedAt = Noon, EndedAt = Noon.AddDays(1) };
        ComparisonSummary left = Compared(new(72_000, 72_000 * MB), default, 60);
        MigrationReport listing = Run(2, 0, 0, 600);

        CutoverForecast paused = CutoverForecaster.Make([run, listing], left, Timetable("Mon-Sun 08:00-20:00=pause; *=unlimited"), Noon);
        CutoverForecast slow = CutoverForecaster.Make([run, listing], left, Timetable("Mon-Sun 08:00-20:00=40Mbps; *=unlimited"), Noon);
        CutoverForecast never = CutoverForecaster.Make([run, listing], left, Timetable("*=pause"), Noon);

        Assert.Equal((10d * MB, true), (paused.BytesPerSecond, paused.FollowsTimetable));
        // Nothing until 20:00, then 2 hours at 10 MB/s.
        Assert.Equal(TimeSpan.FromHours(10), paused.RunTime);
        Assert.Equal(Noon.AddHours(10).AddSeconds(60), CutoverForecaster.Earliest(paused, Noon, CutoverNeed.RunAndComparison));
        // 5 MB/s, which is slower than what the run reached, from 12:10.
        Assert.Equal(TimeSpan.FromSeconds(600 + (72_000 / 5)), slow.RunTime);
        Assert.Null(never.RunTime);
        Assert.Contains("by the job's timetable", ForecastCondition.Of(paused, CutoverNeed.RunAndComparison, isReady: false, writesGoOn: false).Evidence, StringComparison.Ordinal);
    }

    private static LimitPlan Limited(long bytesPerSecond) => new(new RateLimits { BytesPerSecond = bytesPerSecond }, null);

    private static LimitPlan Timetable(string text) => new(RateLimits.None, WeeklySchedule.TryParse(text, "UTC", out _));

    private static MigrationReport Run(int run, long objects, long bytes, int seconds) => new()
    {
        JobName = "photos",
        Run = run,
        Copied = new ObjectCount(objects, bytes),
        Duration = TimeSpan.FromSeconds(seconds),
    };

    private static ComparisonSummary Compared(ObjectCount sourceOnly, ObjectCount different, int seconds) => new()
    {
        ComparisonId = "c",
        StartedAt = Noon.AddSeconds(-seconds),
        EndedAt = Noon,
        SourceOnly = sourceOnly,
        Different = different,
    };
}
