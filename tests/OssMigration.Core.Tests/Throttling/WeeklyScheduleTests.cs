using CsCheck;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

public sealed class WeeklyScheduleTests
{
    // A Monday.
    private static readonly DateTime Monday = new(2026, 1, 5);

    [Theory]
    [InlineData("Mon 07:59", 200)]
    [InlineData("Mon 08:00", 100)]
    [InlineData("Fri 19:59", 100)]
    [InlineData("Fri 20:00", 200)]
    [InlineData("Sat 12:00", 200)]
    public void The_first_entry_that_matches_wins_and_the_star_is_the_rest(string moment, int megabits)
        => Assert.Equal(megabits * 125_000, Limits("Mon-Fri 08:00-20:00=100Mbps; *=200Mbps", moment).BytesPerSecond);

    [Theory]
    [InlineData("Fri 22:00-06:00=1MB/s;*=2MB/s", "Sat 05:59", 1)]
    [InlineData("Fri 22:00-06:00=1MB/s;*=2MB/s", "Sat 06:00", 2)]
    [InlineData("Fri 22:00-06:00=1MB/s;*=2MB/s", "Fri 05:59", 2)]
    [InlineData("Sun 22:00-06:00=1MB/s;*=2MB/s", "Mon 05:59", 1)]
    [InlineData("22:00-06:00=1MB/s;*=2MB/s", "Wed 00:00", 1)]
    [InlineData("Sat-Mon=1MB/s;*=2MB/s", "Sun 10:00", 1)]
    [InlineData("Sat-Mon=1MB/s;*=2MB/s", "Mon 23:59", 1)]
    [InlineData("Sat-Mon=1MB/s;*=2MB/s", "Tue 00:00", 2)]
    [InlineData("monday, WED 08:00 - 12:00, 13:00-24:00 = 1MB/s; * = 2MB/s;", "Wed 23:59", 1)]
    [InlineData("monday, WED 08:00 - 12:00, 13:00-24:00 = 1MB/s; * = 2MB/s;", "Wed 12:30", 2)]
    [InlineData("* 08:00-09:00=1MB/s;*=2MB/s", "Sun 08:30", 1)]
    public void Times_may_pass_midnight_and_days_come_in_ranges_and_lists(string text, string moment, int megabytes)
        => Assert.Equal(megabytes * 1_000_000, Limits(text, moment).BytesPerSecond);

    [Fact]
    public void An_entry_names_a_rate_objects_both_no_limit_or_a_pause()
    {
        const string Text = "Mon=100Mbps,500/s; Tue=20 objects/s; Wed=pause; Thu=UNLIMITED; *=7/s, 1MB/s";
        Assert.Equal(new RateLimits { BytesPerSecond = 12_500_000, ObjectsPerSecond = 500 }, Limits(Text, "Mon 00:00"));
        Assert.Equal(new RateLimits { ObjectsPerSecond = 20 }, Limits(Text, "Tue 00:00"));
        Assert.Equal(new RateLimits { IsPaused = true }, Limits(Text, "Wed 00:00"));
        Assert.Equal(RateLimits.None, Limits(Text, "Thu 00:00"));
        Assert.Equal(new RateLimits { BytesPerSecond = 1_000_000, ObjectsPerSecond = 7 }, Limits(Text, "Fri 00:00"));
    }

    [Theory]
    [InlineData("", "no entry")]
    [InlineData("Mon-Fri 08:00-20:00=100Mbps", "Mon 00:00 to Mon 08:00")]
    [InlineData("Mon-Sat=1MB/s", "Sun 00:00 to Sun 24:00")]
    [InlineData("*=1MB/s; Mon=2MB/s", "'Mon=2MB/s' can never apply")]
    [InlineData("Mon-Wed=1MB/s; Tue 08:00-09:00=2MB/s; *=pause", "'Tue 08:00-09:00=2MB/s' can never apply")]
    [InlineData("*", "no '='")]
    [InlineData("Mun=1MB/s;*=1MB/s", "'Mun' is no day")]
    [InlineData("Mon-Tue-Wed=1MB/s;*=1MB/s", "are no days")]
    [InlineData("Mon 8-20=1MB/s;*=1MB/s", "'8' is no time")]
    [InlineData("Mon 08:60-20:00=1MB/s;*=1MB/s", "'08:60' is no time")]
    [InlineData("Mon 08:00-24:01=1MB/s;*=1MB/s", "'24:01' is no time")]
    [InlineData("Mon 08:00=1MB/s;*=1MB/s", "'08:00' is no time")]
    [InlineData("Mon 08:00-08:00=1MB/s;*=1MB/s", "begins where it ends")]
    [InlineData("Mon 24:00-08:00=1MB/s;*=1MB/s", "begins at 24:00")]
    [InlineData("Mon 08:00-09:00 now=1MB/s;*=1MB/s", "days and times")]
    [InlineData("*=fast", "'fast' is no rate")]
    [InlineData("*=", "'' is no rate")]
    [InlineData("*=0", "write pause or unlimited")]
    [InlineData("*=1MB/s,2MB/s", "names one limit twice")]
    [InlineData("*=1/s,2/s", "names one limit twice")]
    [InlineData("*=0/s", "no objects a second")]
    [InlineData("*=pause,1/s", "'pause' is no rate")]
    public void What_cannot_be_meant_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(WeeklySchedule.TryParse(text, "UTC", out IReadOnlyList<string> problems));
        Assert.Contains(reason, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Asia/Nowhere")]
    [InlineData("")]
    [InlineData("../etc/passwd")]
    public void An_unknown_zone_is_refused_beside_what_else_is_wrong(string zone)
    {
        Assert.Null(WeeklySchedule.TryParse("*=fast", zone, out IReadOnlyList<string> problems));
        Assert.Equal(2, problems.Count);
        Assert.Contains("time zone", problems[0], StringComparison.Ordinal);
    }

    // A naive reading: for each minute the entries are asked one after the other.
    [Fact]
    public void Every_minute_of_a_week_has_the_limits_of_the_first_entry_that_holds_it() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 1439], Gen.Int[1, 1440], Gen.Int[1, 9]).Array[0, 5].Sample(entries =>
        {
            (int First, int Last, int From, int To, int Rate)[] usable = [.. entries.Where(entry => entry.Item3 != entry.Item4).Select(entry => (entry.Item1, entry.Item2, entry.Item3, entry.Item4, entry.Item5))];
            string text = string.Concat(usable.Select(entry => $"{Day(entry.First)}-{Day(entry.Last)} {Time(entry.From)}-{Time(entry.To)}={entry.Rate}MB/s; ")) + "*=100MB/s";
            WeeklySchedule? schedule = WeeklySchedule.TryParse(text, "UTC", out IReadOnlyList<string> problems);
            int[] expected = [.. Enumerable.Range(0, 7 * 1440).Select(Rate)];
            bool isStarOfUse = expected.Contains(100);
            bool areAllOfUse = isStarOfUse && Enumerable.Range(0, usable.Length).All(i => Enumerable.Range(0, 7 * 1440).Any(minute => FirstOf(minute) == i));
            Assert.Equal(areAllOfUse, schedule is not null);
            if (schedule is null)
            {
                Assert.All(problems, problem => Assert.Contains("can never apply", problem, StringComparison.Ordinal));
                return;
            }

            for (int minute = 0; minute < 7 * 1440; minute++)
                Assert.Equal(expected[minute] * 1_000_000, schedule.At(new DateTimeOffset(Monday.AddMinutes(minute).AddSeconds(minute % 60), TimeSpan.Zero)).BytesPerSecond);

            int FirstOf(int minute) => Array.FindIndex(usable, entry => Holds(entry, minute));
            int Rate(int minute) => FirstOf(minute) is >= 0 and int i ? usable[i].Rate : 100;
        }, iter: 30);

    [Fact]
    public void Rules_are_time_on_the_wall_on_the_days_when_clocks_change()
    {
        WeeklySchedule schedule = Parse("02:00-03:00=1MB/s; *=2MB/s", "Europe/Berlin");

        // 29 March 2026: 02:00 to 03:00 does not exist. 25 October 2026: it comes twice.
        Assert.Equal(0, MinutesAt(schedule, new DateTime(2026, 3, 28, 23, 0, 0, DateTimeKind.Utc), hours: 23));
        Assert.Equal(120, MinutesAt(schedule, new DateTime(2026, 10, 24, 22, 0, 0, DateTimeKind.Utc), hours: 25));
        Assert.Equal(60, MinutesAt(schedule, new DateTime(2026, 10, 25, 23, 0, 0, DateTimeKind.Utc), hours: 24));
    }

    [Fact]
    public void The_same_wall_time_is_another_moment_in_another_zone()
    {
        DateTimeOffset moment = new(2026, 1, 5, 1, 0, 0, TimeSpan.Zero);
        const string Text = "Mon-Fri 08:00-20:00=1MB/s; *=2MB/s";
        Assert.Equal(1_000_000, Parse(Text, "Asia/Shanghai").At(moment).BytesPerSecond);
        Assert.Equal(2_000_000, Parse(Text, "UTC").At(moment).BytesPerSecond);
    }

    [Theory]
    [InlineData("Asia/Shanghai", "2026-01-05T00:00:30Z", "2026-01-05T12:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-01-09T12:00:00Z", "2026-01-12T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-30T06:00:00Z")]
    public void The_next_change_is_told(string zone, string from, string next)
        => Assert.Equal(DateTimeOffset.Parse(next, null), Parse("Mon-Fri 08:00-20:00=1MB/s; *=2MB/s", zone).NextChange(DateTimeOffset.Parse(from, null)));

    [Fact]
    public void Where_nothing_ever_changes_there_is_no_next_change()
        => Assert.Null(Parse("Mon=1MB/s; *=1000kB/s", "Asia/Shanghai").NextChange(DateTimeOffset.UnixEpoch));

    [Fact]
    public void The_next_change_is_the_first_minute_with_other_limits() =>
        Gen.Select(Gen.Int[0, 7 * 1440], Gen.Int[1, 1430], Gen.Int[0, 3]).Sample((start, length, place) =>
        {
            string zone = ((string[])["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])[place];
            WeeklySchedule schedule = Parse($"{Time(start % 1440)}-{Time((start + length) % 1440)}=1MB/s; *=2MB/s", zone);
            DateTimeOffset from = new DateTimeOffset(2026, 10, 30, 0, 0, 17, TimeSpan.Zero).AddMinutes(start);
            DateTimeOffset next = schedule.NextChange(from)!.Value;
            Assert.NotEqual(schedule.At(from), schedule.At(next));
            for (DateTimeOffset minute = from; minute < next; minute = minute.AddMinutes(1))
                Assert.Equal(schedule.At(from), schedule.At(minute));
        }, iter: 50);

    private static bool Holds((int First, int Last, int From, int To, int Rate) entry, int minute)
    {
        int length = (entry.To - entry.From + 1440) % 1440 is 0 ? 1440 : (entry.To - entry.From + 1440) % 1440;
        for (int back = 0; back < 2; back++)
        {
            int day = ((minute / 1440) - back + 7) % 7;
            int since = minute % 1440 + (back * 1440);
            bool isDay = entry.First <= entry.Last ? day >= entry.First && day <= entry.Last : day >= entry.First || day <= entry.Last;
            if (isDay && since >= entry.From && since < entry.From + length)
                return true;
        }

        return false;
    }

    private static int MinutesAt(WeeklySchedule schedule, DateTime utc, int hours)
        => Enumerable.Range(0, hours * 60).Count(minute => schedule.At(new DateTimeOffset(utc).AddMinutes(minute)).BytesPerSecond == 1_000_000);

    private static WeeklySchedule Parse(string text, string zone)
    {
        WeeklySchedule? schedule = WeeklySchedule.TryParse(text, zone, out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        return schedule!;
    }

    private static RateLimits Limits(string text, string moment)
    {
        int day = Enumerable.Range(0, 7).First(index => Day(index) == moment[..3]);
        return Parse(text, "UTC").At(new DateTimeOffset(Monday.AddDays(day) + TimeSpan.Parse(moment[4..], null), TimeSpan.Zero));
    }

    private static string Day(int index) => ((string[])["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])[index];

    private static string Time(int minute) => $"{minute / 60:00}:{minute % 60:00}";
}
