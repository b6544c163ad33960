using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Preparation;

/// <summary>What the limits of a job let through in the course of a week, from a moment on.</summary>
internal sealed class LineCapacity
{
    private const double Week = 7 * 24 * 3600;

    private readonly List<(double Seconds, double Bytes, double Objects)> _stretches = [];

    /// <summary>Reads the week that begins at a moment.</summary>
    /// <param name="plan">The limits.</param>
    /// <param name="start">The moment.</param>
    /// <param name="measured">Bytes and objects a second that were reached where nothing limited them; null where that was never measured.</param>
    /// <exception cref="RefusedException">ForecastNoRate: at some time nothing is limited, and so nothing is known.</exception>
    public LineCapacity(LimitPlan plan, DateTimeOffset start, (double Bytes, double Objects)? measured = null)
    {
        DateTimeOffset end = start.AddDays(7);
        for (DateTimeOffset at = start; at < end;)
        {
            DateTimeOffset next = plan.NextChange(at) is { } change && change < end ? change : end;
            RateLimits limits = plan.At(at);
            if (measured is null && limits is { BytesPerSecond: null, IsPaused: false })
            {
                throw new RefusedException(
                    "ForecastNoRate",
                    plan.Schedule is null ? "Nothing says what the line carries." : "The timetable sets no limit at some times, so nothing says what the line carries then.",
                    "Give -MaxBandwidth, -LinkBandwidth with -ReserveForBusiness, or a timetable with a rate in each entry.");
            }

            (double mostBytes, double mostObjects) = limits.IsPaused ? (0, 0) : measured ?? (double.PositiveInfinity, double.PositiveInfinity);
            _stretches.Add(((next - at).TotalSeconds, Math.Min(mostBytes, limits.BytesPerSecond ?? mostBytes), Math.Min(mostObjects, limits.ObjectsPerSecond ?? mostObjects)));
            at = next;
        }
    }

    /// <summary>Bytes a second on the average of the week.</summary>
    public double BytesPerSecond => _stretches.Sum(one => one.Seconds * one.Bytes) / Week;

    /// <summary>Objects a second on the average of the week; infinite where they are not limited.</summary>
    public double ObjectsPerSecond => _stretches.Sum(one => one.Seconds * one.Objects) / Week;

    /// <summary>The seconds that copying takes.</summary>
    /// <param name="bytes">Bytes.</param>
    /// <param name="objects">Objects.</param>
    /// <param name="after">Seconds from the beginning of the week that was read.</param>
    public double SecondsFor(double bytes, double objects, double after)
    {
        if (bytes <= 0 && objects <= 0)
            return 0;
        if (_stretches.Count == 1)
            return Math.Max(bytes / _stretches[0].Bytes, objects / _stretches[0].Objects);
        double ofWeek = _stretches.Sum(one => one.Seconds * SpeedOf(one, bytes, objects));
        if (ofWeek <= 0)
            return double.PositiveInfinity;
        double weeks = Math.Floor((1 / ofWeek) - 1e-12);
        double left = 1 - (weeks * ofWeek), seconds = weeks * Week, place = after % Week;
        for (int i = 0; ; i = (i + 1) % _stretches.Count)
        {
            double rest = _stretches[i].Seconds - place;
            place = Math.Max(0, -rest);
            if (rest <= 0)
                continue;
            double speed = SpeedOf(_stretches[i], bytes, objects);
            if (speed * rest >= left)
                return seconds + (left / speed);
            left -= speed * rest;
            seconds += rest;
        }
    }

    // In parts of the whole a second, held back by what runs out first.
    private static double SpeedOf((double Seconds, double Bytes, double Objects) stretch, double bytes, double objects)
        => Math.Min(bytes > 0 ? stretch.Bytes / bytes : double.PositiveInfinity, objects > 0 ? stretch.Objects / objects : double.PositiveInfinity);
}
