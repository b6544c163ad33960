namespace OssMigration.Core.Throttling;

/// <summary>One entry of a timetable.</summary>
/// <param name="Text">As it was written, for messages.</param>
/// <param name="Days">The days on which its times begin.</param>
/// <param name="Times">Its times.</param>
/// <param name="Limits">What holds then.</param>
internal sealed record WeekEntry(string Text, IReadOnlyList<DayOfWeek> Days, IReadOnlyList<TimeSlot> Times, RateLimits Limits)
{
    /// <summary>The minutes of the week that it names, from Monday 00:00; what passes Sunday's midnight goes on on Monday.</summary>
    public IEnumerable<int> Minutes()
    {
        foreach (DayOfWeek day in Days)
        {
            foreach (TimeSlot slot in Times)
            {
                for (int minute = slot.From; minute < slot.To; minute++)
                    yield return (WeekClock.FirstMinuteOf(day) + minute) % WeekClock.MinutesOfWeek;
            }
        }
    }
}

/// <summary>A time of a day in minutes after midnight.</summary>
/// <param name="From">First minute.</param>
/// <param name="To">The minute after the last; above 1,440 where it passes midnight.</param>
internal readonly record struct TimeSlot(int From, int To)
{
    /// <summary>From midnight to midnight.</summary>
    public static TimeSlot WholeDay { get; } = new(0, WeekClock.MinutesOfDay);
}

/// <summary>Counts the minutes of a week, from Monday 00:00.</summary>
internal static class WeekClock
{
    public const int MinutesOfDay = 24 * 60;

    public const int MinutesOfWeek = 7 * MinutesOfDay;

    /// <summary>The minute at which a day begins.</summary>
    public static int FirstMinuteOf(DayOfWeek day) => ((int)day + 6) % 7 * MinutesOfDay;

    /// <summary>The minute of a moment on a wall.</summary>
    public static int MinuteOf(DateTime wall) => FirstMinuteOf(wall.DayOfWeek) + (wall.Hour * 60) + wall.Minute;

    /// <summary>A minute as people write it: <c>Sat 08:30</c>; the end of the week is <c>Sun 24:00</c>.</summary>
    public static string Describe(int minute)
    {
        bool isEnd = minute == MinutesOfWeek;
        int day = isEnd ? 6 : minute / MinutesOfDay;
        int rest = minute - (day * MinutesOfDay);
        return FormattableString.Invariant($"{WeekTextReader.DayNames[day]} {rest / 60:00}:{rest % 60:00}");
    }
}
