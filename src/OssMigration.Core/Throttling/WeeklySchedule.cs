namespace OssMigration.Core.Throttling;

/// <summary>
/// A timetable of the week in a named time zone: which limits hold at which moment. Entries are wall time, the first that
/// matches wins. On the day the clocks change, an hour that does not exist is skipped and one that comes twice counts
/// twice, as on the wall. Immutable.
/// </summary>
public sealed class WeeklySchedule
{
    // A week, and the hours by which a change of the clocks can put off the first change after it.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(8);

    private readonly RateLimits[] _minutes;
    private readonly TimeZoneInfo _zone;

    private WeeklySchedule(RateLimits[] minutes, TimeZoneInfo zone)
    {
        _minutes = minutes;
        _zone = zone;
    }

    /// <summary>Whether it limits objects at any time.</summary>
    public bool LimitsObjects => Array.Exists(_minutes, minute => minute.ObjectsPerSecond is not null);

    /// <summary>Reads a timetable.</summary>
    /// <param name="text">Entries such as <c>Mon-Fri 08:00-20:00=100Mbps; *=200Mbps</c>.</param>
    /// <param name="timeZone">The name of a zone, of the IANA (<c>Asia/Shanghai</c>) or of Windows.</param>
    /// <param name="problems">What is wrong with it, one sentence each.</param>
    /// <returns>The timetable; null where there are problems.</returns>
    public static WeeklySchedule? TryParse(string text, string timeZone, out IReadOnlyList<string> problems)
    {
        List<string> found = [];
        TimeZoneInfo? zone = FindZone(timeZone);
        if (zone is null)
            found.Add($"The time zone '{timeZone}' is not known on this machine. Names look like Asia/Shanghai, Europe/Berlin or UTC.");
        int before = found.Count;
        IReadOnlyList<WeekEntry> entries = WeekTextReader.Read(text, found);
        RateLimits?[] minutes = new RateLimits?[WeekClock.MinutesOfWeek];
        if (found.Count == before)
            Fill(minutes, entries, found);
        problems = found;
        return found.Count == 0 ? new WeeklySchedule(minutes!, zone!) : null;
    }

    /// <summary>What holds at a moment.</summary>
    public RateLimits At(DateTimeOffset moment) => _minutes[WeekClock.MinuteOf(TimeZoneInfo.ConvertTime(moment, _zone).DateTime)];

    /// <summary>The first moment after this one at which other limits hold (UTC, a whole minute); null when they never change.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment)
    {
        RateLimits now = At(moment);
        DateTimeOffset utc = moment.ToUniversalTime();
        DateTimeOffset next = new(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, TimeSpan.Zero);
        DateTimeOffset last = next + Horizon;
        while (next < last)
        {
            next = next.AddMinutes(1);
            if (At(next) != now)
                return next;
        }

        return null;
    }

    private static void Fill(RateLimits?[] minutes, IReadOnlyList<WeekEntry> entries, List<string> problems)
    {
        foreach (WeekEntry entry in entries)
        {
            bool applies = false;
            foreach (int minute in entry.Minutes())
            {
                applies |= minutes[minute] is null;
                minutes[minute] ??= entry.Limits;
            }

            if (!applies)
                problems.Add($"The timetable's entry '{entry.Text}' can never apply: the entries before it take all of its time, and the first that matches wins. Put it before them, or leave it out.");
        }

        int gap = Array.IndexOf(minutes, null);
        if (gap < 0)
            return;
        int end = Array.FindIndex(minutes, gap, minute => minute is not null);
        problems.Add($"The timetable says nothing for {WeekClock.Describe(gap)} to {WeekClock.Describe(end < 0 ? WeekClock.MinutesOfWeek : end)}. End it with an entry for the rest, such as *=200Mbps.");
    }

    private static TimeZoneInfo? FindZone(string name)
    {
        try
        {
            return string.IsNullOrWhiteSpace(name) ? null : TimeZoneInfo.FindSystemTimeZoneById(name.Trim());
        }
        catch (Exception error) when (error is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException or IOException)
        {
            return null;
        }
    }
}
