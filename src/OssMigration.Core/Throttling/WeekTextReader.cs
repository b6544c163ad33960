using System.Globalization;
using System.Text.RegularExpressions;

namespace OssMigration.Core.Throttling;

/// <summary>
/// Reads the entries of a timetable: <c>Mon-Fri 08:00-20:00=100Mbps; Sat,Sun=200Mbps,500/s; *=unlimited</c>. Left of the
/// = stand days, times or both (* for all), right of it a rate, objects a second or both, <c>unlimited</c> or <c>pause</c>.
/// </summary>
internal static partial class WeekTextReader
{
    private const string Example = "An entry looks like Mon-Fri 08:00-20:00=100Mbps, the last one like *=200Mbps.";

    /// <summary>The days as they are written, from Monday.</summary>
    public static IReadOnlyList<string> DayNames { get; } = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>Reads all entries; what is wrong with one is added to the problems, one sentence each.</summary>
    public static IReadOnlyList<WeekEntry> Read(string text, List<string> problems)
    {
        List<WeekEntry> entries = [];
        foreach (string entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                entries.Add(ReadEntry(entry));
            }
            catch (FormatException error)
            {
                problems.Add($"The timetable's entry '{entry}' is not understood: {error.Message}");
            }
        }

        if (entries.Count == 0 && problems.Count == 0)
            problems.Add($"The timetable has no entry. {Example}");
        return entries;
    }

    private static WeekEntry ReadEntry(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new FormatException($"there is no '=' in it. {Example}");
        string[] when = Joints().Replace(text[..equals].Trim(), "$1").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        RateLimits limits = ReadLimits(text[(equals + 1)..]);
        return when switch
        {
            ["*"] => new WeekEntry(text, AllDays(), [TimeSlot.WholeDay], limits),
            [[>= '0' and <= '9', ..] times] => new WeekEntry(text, AllDays(), ReadTimes(times), limits),
            [string days] => new WeekEntry(text, ReadDays(days), [TimeSlot.WholeDay], limits),
            [string days, string times] => new WeekEntry(text, ReadDays(days), ReadTimes(times), limits),
            _ => throw new FormatException($"left of the '=' stand days and times. {Example}"),
        };
    }

    private static DayOfWeek[] AllDays() => [.. Enum.GetValues<DayOfWeek>()];

    private static IReadOnlyList<DayOfWeek> ReadDays(string text)
    {
        if (text == "*")
            return AllDays();
        List<DayOfWeek> days = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2)
                throw new FormatException($"'{part}' are no days; write Mon, Mon-Fri or Mon,Wed.");
            int first = ReadDay(ends[0]), last = ReadDay(ends[^1]);
            for (int day = first; ; day = (day + 1) % 7)
            {
                days.Add((DayOfWeek)((day + 1) % 7));
                if (day == last)
                    break;
            }
        }

        return days;
    }

    // Three letters or the whole English word, in any case: a job must mean the same whatever language its host speaks.
    private static int ReadDay(string text)
    {
        for (int day = 0; day < 7; day++)
        {
            bool isDay = text.Equals(DayNames[day], StringComparison.OrdinalIgnoreCase)
                || text.Equals(((DayOfWeek)((day + 1) % 7)).ToString(), StringComparison.OrdinalIgnoreCase);
            if (isDay)
                return day;
        }

        throw new FormatException($"'{text}' is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun.");
    }

    private static List<TimeSlot> ReadTimes(string text)
    {
        List<TimeSlot> slots = [];
        foreach (string part in text.Split(','))
        {
            if (part.Split('-') is not [string from, string to])
                throw new FormatException($"'{part}' is no time; write 08:00-20:00, or 22:00-06:00 to pass midnight.");
            int begin = ReadTime(from), end = ReadTime(to);
            if (begin == WeekClock.MinutesOfDay)
                throw new FormatException($"'{part}' begins at 24:00; write 00:00 and the next day.");
            if (begin == end)
                throw new FormatException($"'{part}' begins where it ends; the whole day is 00:00-24:00.");
            slots.Add(new TimeSlot(begin, end > begin ? end : end + WeekClock.MinutesOfDay));
        }

        return slots;
    }

    private static int ReadTime(string text)
    {
        Match match = TimeForm().Match(text);
        int hours = match.Success ? int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture) : -1;
        int minutes = match.Success ? int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture) : -1;
        bool isTime = match.Success && minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0));
        return isTime ? (hours * 60) + minutes : throw new FormatException($"'{text}' is no time; write 00:00 to 24:00.");
    }

    private static RateLimits ReadLimits(string text)
    {
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        if (words is [string word])
        {
            if (word.Equals("pause", StringComparison.OrdinalIgnoreCase))
                return new RateLimits { IsPaused = true };
            if (word.Equals("unlimited", StringComparison.OrdinalIgnoreCase))
                return RateLimits.None;
        }

        RateLimits limits = RateLimits.None;
        foreach (string part in words)
        {
            Match objects = ObjectsForm().Match(part);
            if (objects.Success && limits.ObjectsPerSecond is null)
                limits = limits with { ObjectsPerSecond = ReadObjects(part, objects) };
            else if (!objects.Success && limits.BytesPerSecond is null)
                limits = limits with { BytesPerSecond = ReadBytes(part) };
            else
                throw new FormatException($"'{text.Trim()}' names one limit twice.");
        }

        return limits;
    }

    private static int ReadObjects(string text, Match match)
        => int.TryParse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new FormatException($"'{text}' are no objects a second; write 1/s to {int.MaxValue}/s, or pause.");

    private static long ReadBytes(string text)
    {
        if (!Bandwidth.TryParse(text, out long bytes))
            throw new FormatException($"'{text}' is no rate; write 100Mbps, 25MB/s, 500/s (objects), unlimited or pause.");
        return bytes >= RateLimits.LowestBytesPerSecond
            ? bytes
            : throw new FormatException($"'{text}' is less than {RateLimits.LowestBytesPerSecond} bytes a second; write pause or unlimited where that is meant.");
    }

    [GeneratedRegex(@"\s*([-,])\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Joints();

    [GeneratedRegex(@"^(?<hours>[0-9]{1,2}):(?<minutes>[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeForm();

    [GeneratedRegex(@"^(?<count>[0-9]{1,10})\s*(objects)?/s\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ObjectsForm();
}
