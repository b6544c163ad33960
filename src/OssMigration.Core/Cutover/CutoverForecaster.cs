using OssMigration.Core.Preparation;
using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Cutover;

/// <summary>The arithmetic of a forecast.</summary>
internal static class CutoverForecaster
{
    /// <summary>The last runs that are looked at.</summary>
    public const int Runs = 5;

    /// <summary>What the last runs over everything moved, oldest first.</summary>
    public static IReadOnlyList<CutoverIncrement> Increments(IReadOnlyList<MigrationReport> fullRuns)
        => [.. fullRuns.TakeLast(Runs).Select(report => new CutoverIncrement(report.Run, report.StartedAt, report.New + report.Changed, report.Duration))];

    /// <summary>What is left by a comparison.</summary>
    public static ObjectCount LeftBy(ComparisonSummary comparison) => comparison.SourceOnly + comparison.Different;

    /// <summary>The forecast.</summary>
    /// <param name="fullRuns">Reports of finished runs over everything, oldest first.</param>
    /// <param name="comparison">The comparison that tells what is left; null for none.</param>
    /// <param name="limits">The job's present limits.</param>
    /// <param name="now">When a run that moves what is left would begin.</param>
    public static CutoverForecast Make(IReadOnlyList<MigrationReport> fullRuns, ComparisonSummary? comparison, LimitPlan limits, DateTimeOffset now)
    {
        MigrationReport[] last = [.. fullRuns.TakeLast(Runs).Where(report => report.Duration > TimeSpan.Zero)];
        double? bytes = RateOf(last, report => report.Copied.Bytes, limits);
        CutoverForecast forecast = new()
        {
            Left = comparison is null ? null : LeftBy(comparison),
            BytesPerSecond = limits.Schedule is null && limits.Always.BytesPerSecond < bytes ? limits.Always.BytesPerSecond : bytes,
            ObjectsPerSecond = RateOf(last, report => report.Copied.Objects, limits),
            FollowsTimetable = limits.Schedule is not null,
            ListingTime = last.Length == 0 ? null : last.Min(report => report.Duration),
            ComparisonTime = comparison is null ? null : comparison.EndedAt - comparison.StartedAt,
        };
        return forecast with { RunTime = RunTime(forecast, limits, now) };
    }

    /// <summary>When the switch is possible, from now on.</summary>
    public static DateTimeOffset? Earliest(CutoverForecast forecast, DateTimeOffset now, CutoverNeed need) => need switch
    {
        CutoverNeed.Nothing => now,
        CutoverNeed.Comparison => now + forecast.ComparisonTime,
        _ => now + forecast.RunTime + forecast.ComparisonTime,
    };

    private static TimeSpan? RunTime(CutoverForecast forecast, LimitPlan limits, DateTimeOffset now)
    {
        if (forecast.ListingTime is not { } listing || forecast.Left is not { } left)
            return null;
        if (left.Objects == 0)
            return listing;
        if (forecast.ObjectsPerSecond is not { } objects || (left.Bytes > 0 && forecast.BytesPerSecond is null))
            return null;
        LineCapacity line = new(limits, now, (forecast.BytesPerSecond ?? double.PositiveInfinity, objects));
        double seconds = line.SecondsFor(left.Bytes, left.Objects, listing.TotalSeconds);
        return seconds < TimeSpan.MaxValue.TotalSeconds / 4 ? listing + TimeSpan.FromSeconds(seconds) : null;
    }

    // A small increment spends its time listing and tells little of the rate, so the run that moved most speaks.
    private static double? RateOf(MigrationReport[] reports, Func<MigrationReport, long> moved, LimitPlan limits)
        => reports.MaxBy(moved) is { } most && moved(most) > 0 && ActiveShare(most, limits) is > 0 and var share
            ? moved(most) / (most.Duration.TotalSeconds * share)
            : null;

    // While the timetable pauses a run, nothing is copied, and that tells nothing of the rate.
    private static double ActiveShare(MigrationReport report, LimitPlan limits)
    {
        DateTimeOffset end = report.EndedAt;
        if (limits.Schedule is null || end <= report.StartedAt)
            return 1;
        double active = 0;
        for (DateTimeOffset at = report.StartedAt; at < end;)
        {
            DateTimeOffset next = limits.NextChange(at) is { } change && change < end ? change : end;
            active += limits.At(at).IsPaused ? 0 : (next - at).TotalSeconds;
            at = next;
        }

        // All of it in what is a pause today: the timetable was another one then.
        return active > 0 ? active / (end - report.StartedAt).TotalSeconds : 1;
    }
}

/// <summary>What must still be done by the machine before a switch.</summary>
internal enum CutoverNeed
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A comparison.</summary>
    Comparison,

    /// <summary>A run, and a comparison after it.</summary>
    RunAndComparison,
}
