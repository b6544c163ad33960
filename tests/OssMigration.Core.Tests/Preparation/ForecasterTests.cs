using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Preparation;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using Xunit;

namespace OssMigration.Core.Tests.Preparation;

public sealed class ForecasterTests
{
    private const long Mbit = 125_000;
    private const long TB = 1_000_000_000_000;
    private const long GB = 1_000_000_000;

    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_yardstick_is_reckoned_to_the_figure()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { Days = 25 });

        Assert.Equal("320 TB in 25 days needs 1.19 Gbit/s; 250 - 50 Mbit/s needs 148 days, during which 3.0 TB arrive.", forecast.Summary);
        Assert.Equal(1.185e9 / 8, forecast.NeededBytesPerSecond!.Value, 0.001e9 / 8);
        Assert.Equal(TimeSpan.FromSeconds(12_800_000), forecast.Duration);
        Assert.Equal(2_962_962_962_963, forecast.ArrivingBytes);
        Assert.Equal((25_000_000.0, 100_000_000L), (forecast.BytesPerSecond, forecast.Objects));
    }

    [Fact]
    public void Each_increment_is_what_arrived_during_the_pass_before_until_they_are_small()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { DailyObjects = 4_000 });

        // 2.963 TB at 25 MB/s are 118,519 s; in these arrive 27.4 GB, which are 1,097 s: less than an hour.
        Assert.Equal([12_800_000, 118_519, 1_097], forecast.Passes.Select(pass => Math.Round(pass.Duration.TotalSeconds)));
        Assert.Equal([320 * TB, 2_962_962_962_963, 27_434_842_250], forecast.Passes.Select(pass => pass.Bytes));
        Assert.Equal([100_000_000, 592_593, 5_487], forecast.Passes.Select(pass => pass.Objects));
        Assert.Equal(forecast.Passes.Sum(pass => pass.Duration.TotalSeconds), forecast.CutoverAfter!.Value.TotalSeconds, 0.001);
        Assert.Equal(Monday + forecast.CutoverAfter, forecast.CutoverAt);
    }

    [Fact]
    public void The_arithmetic_is_shown_step_by_step()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { Days = 25, DailyObjects = 4_000 });

        Assert.Equal(
            [
                "To move: 320 TB in 100,000,000 objects, 3.2 MB each on average.",
                "The wish: 320 TB in 25 days needs 320 TB x 8 bits / (25 x 86,400 s) = 1.19 Gbit/s.",
                "The line: 250 - 50 Mbit/s = 25 MB a second = 2.2 TB a day.",
                "Full migration: 320 TB / 25 MB a second = 12,800,000 s = 148 days.",
                "Meanwhile arrive: 20 GB a day x 148.1 days = 3.0 TB in 592,593 objects.",
                "Increment 1: what arrived during the pass before, 3.0 TB in 592,593 objects, takes 33 hours.",
                "Increment 2: what arrived during the pass before, 27 GB in 5,487 objects, takes 18 minutes.",
                "Cut-over is possible after 150 days, when an increment takes no longer than 60 minutes.",
                "These figures count content. Headers, framing and listings take about 4.2 % of the line besides: with them the full migration takes 154 days.",
                "Requests to the source: 301,192 lists (each pass lists everything, 1,000 keys a page), 100,598,080 reads.",
                "Requests to the destination: 301,192 lists, 100,598,080 writes (objects up to 32 MiB in one, larger ones in parts of 8 MiB).",
            ],
            forecast.Arithmetic);
    }

    [Fact]
    public void A_wish_alone_is_answered_without_a_line()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { Days = 25, Job = EngineBench.JobOf() });

        Assert.Equal("320 TB in 25 days needs 1.19 Gbit/s.", forecast.Summary);
        Assert.Empty(forecast.Passes);
        Assert.Null(forecast.CutoverAfter);
        Assert.Equal(100_000, forecast.Requests.SourceLists);
    }

    [Fact]
    public void Growth_that_outruns_the_line_is_refused_with_what_it_needs()
    {
        RefusedException refused = Refused(Yardstick with { DailyBytes = 3 * TB }, "ForecastGrowthOutrunsLine");

        Assert.Contains("3.0 TB arrive a day", refused.Message, StringComparison.Ordinal);
        Assert.Contains("carries 2.2 TB a day", refused.Message, StringComparison.Ordinal);
        Assert.Contains("more than 278 Mbit/s", refused.Mend, StringComparison.Ordinal);
        Refused(Yardstick with { DailyBytes = 2_160 * GB }, "ForecastGrowthOutrunsLine");
        Refused(Yardstick with { DailyObjects = 1_000_000, Job = Line with { MaxObjectsPerSecond = 10 } }, "ForecastGrowthOutrunsLine");
        Refused(Yardstick with { DailyBytes = 2_159 * GB }, "ForecastDoesNotConverge");
    }

    [Fact]
    public void Without_a_rate_nothing_can_be_forecast()
    {
        Refused(Yardstick with { Job = EngineBench.JobOf() }, "ForecastNoRate");
        Refused(Yardstick with { Job = Scheduled("Mon-Fri 08:00-20:00=100Mbps; *=unlimited") }, "ForecastNoRate");
        Refused(Yardstick with { Bytes = long.MaxValue, DailyBytes = 0, Job = EngineBench.JobOf() with { MaxBytesPerSecond = 1024 } }, "ForecastTooLong");
    }

    [Fact]
    public void Limits_that_contradict_each_other_are_refused_as_those_of_a_job()
    {
        Assert.Throws<JobOptionException>(() => Forecaster.Forecast(Yardstick with { Job = Line with { MaxBytesPerSecond = 25_000_000 } }));
        Assert.Throws<JobOptionException>(() => Forecaster.Forecast(Yardstick with { Job = Scheduled("Mon 08:00-20:00=100Mbps") }));
        Assert.Throws<ArgumentException>(() => Forecaster.Forecast(Yardstick with { Days = 0 }));
        Assert.Throws<ArgumentException>(() => Forecaster.Forecast(Yardstick with { Objects = 0 }));
        Assert.Throws<ArgumentException>(() => Forecaster.Forecast(Yardstick with { Interval = TimeSpan.FromDays(2) }));
    }

    [Fact]
    public void A_timetable_is_followed_hour_by_hour_and_on_the_average_of_its_weeks()
    {
        // 12 hours of 5 weekdays at 100 Mbit/s, 108 hours of the week at 200: 60 x 12.5 + 108 x 25 = 3,450 MB/s x hours a week.
        MigrationJob job = Scheduled("Mon-Fri 08:00-20:00=100Mbps; *=200Mbps");
        double week = ((60 * 12.5e6) + (108 * 25e6)) * 3600;

        Forecast forecast = Forecaster.Forecast(Yardstick with { Job = job, DailyBytes = 0 });
        Forecast oneDay = Forecaster.Forecast(Yardstick with { Job = job, DailyBytes = 0, Bytes = (long)(((8 * 25e6) + (2 * 12.5e6)) * 3600), Objects = 1 });
        Forecast weeks = Forecaster.Forecast(Yardstick with { Job = job, DailyBytes = 0, Bytes = (long)(week * 3), Objects = 1 });

        Assert.Equal(week / (7 * 86400), forecast.BytesPerSecond!.Value, 1.0);
        Assert.Equal(10.0, oneDay.Duration!.Value.TotalHours, 0.001);
        Assert.Equal(21.0, weeks.Duration!.Value.TotalDays, 0.001);
        Assert.Equal("320 TB: the timetable (164 Mbit/s on average) needs 181 days.", forecast.Summary);
    }

    [Fact]
    public void Hours_of_a_timetable_in_which_nothing_may_begin_are_waited_out()
    {
        MigrationJob job = Scheduled("Mon 00:00-12:00=pause; *=200Mbps");

        Forecast forecast = Forecaster.Forecast(Yardstick with { Job = job, DailyBytes = 0, Bytes = 90 * GB, Objects = 10 });

        Assert.Equal(13.0, forecast.Duration!.Value.TotalHours, 0.001);
    }

    [Fact]
    public void Objects_a_second_hold_back_where_objects_are_small()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { Bytes = 100 * GB, DailyBytes = 0, Job = Line with { MaxObjectsPerSecond = 100 } });

        Assert.Equal(1_000_000, forecast.Duration!.Value.TotalSeconds, 1.0);
        Assert.Contains("100,000,000 objects / 100 a second", string.Join('\n', forecast.Arithmetic), StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_in_parts_take_the_requests_of_their_parts()
    {
        Forecast forecast = Forecaster.Forecast(Yardstick with { Bytes = 80L << 20, Objects = 1, DailyBytes = 0 });

        Assert.Equal(new ForecastRequests(1, 11, 1, 13), forecast.Requests);
    }

    [Fact]
    public void Figures_are_written_alike_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            IReadOnlyList<string> wanted = Forecaster.Forecast(Yardstick with { Days = 12.5 }).Arithmetic;
            CultureInfo other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator) = (",", ".");
            CultureInfo.CurrentCulture = other;
            Assert.Equal(wanted, Forecaster.Forecast(Yardstick with { Days = 12.5 }).Arithmetic);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static MigrationJob Line => EngineBench.JobOf() with { LinkBytesPerSecond = 250 * Mbit, ReserveBytesPerSecond = 50 * Mbit };

    private static ForecastRequest Yardstick => new()
    {
        Bytes = 320 * TB,
        Objects = 100_000_000,
        DailyBytes = 20 * GB,
        Job = Line,
        Start = Monday,
    };

    private static MigrationJob Scheduled(string timetable) => EngineBench.JobOf() with { Schedule = timetable, TimeZone = "UTC" };

    private static RefusedException Refused(ForecastRequest request, string errorId)
    {
        RefusedException refused = Assert.Throws<RefusedException>(() => Forecaster.Forecast(request));
        Assert.Equal(errorId, refused.ErrorId);
        Assert.NotNull(refused.Mend);
        return refused;
    }
}
