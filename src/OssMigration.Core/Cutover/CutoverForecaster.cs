using OssMigration.Core.Reporting;

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
    /// <param name="maxBytesPerSecond">The job's present limit; null for none.</param>
    public static CutoverForecast Make(IReadOnlyList<MigrationReport> fullRuns, ComparisonSummary? comparison, long? maxBytesPerSecond)
    {
        MigrationReport[] last = [.. fullRuns.TakeLast(Runs).Where(report => report.Duration > TimeSpan.Zero)];
        CutoverForecast forecast = new()
        {
            Left = comparison is null ? null : LeftBy(comparison),
            BytesPerSecond = Held(RateOf(last, report => report.Copied.Bytes), maxBytesPerSecond),
            ObjectsPerSecond = RateOf(last, report => report.Copied.Objects),
            ListingTime = last.Length == 0 ? null : last.Min(report => report.Duration),
            ComparisonTime = comparison is null ? null : comparison.EndedAt - comparison.StartedAt,
        };
        return forecast with { RunTime = RunTime(forecast) };
    }

    /// <summary>When the switch is possible, from now on.</summary>
    public static DateTimeOffset? Earliest(CutoverForecast forecast, DateTimeOffset now, CutoverNeed need) => need switch
    {
        CutoverNeed.Nothing => now,
        CutoverNeed.Comparison => now + forecast.ComparisonTime,
        _ => now + forecast.RunTime + forecast.ComparisonTime,
    };

    private static TimeSpan? RunTime(CutoverForecast forecast)
    {
        if (forecast.ListingTime is not { } listing || forecast.Left is not { } left)
            return null;
        if (left.Objects == 0)
            return listing;
        if (forecast.ObjectsPerSecond is not { } objects || (left.Bytes > 0 && forecast.BytesPerSecond is null))
            return null;
        double bytesSeconds = left.Bytes == 0 ? 0 : left.Bytes / forecast.BytesPerSecond!.Value;
        double seconds = Math.Max(left.Objects / objects, bytesSeconds);
        return seconds < TimeSpan.MaxValue.TotalSeconds / 4 ? listing + TimeSpan.FromSeconds(seconds) : null;
    }

    // A small increment spends its time listing and tells little of the rate, so the run that moved most speaks.
    private static double? RateOf(MigrationReport[] reports, Func<MigrationReport, long> moved)
        => reports.MaxBy(moved) is { } most && moved(most) > 0 ? moved(most) / most.Duration.TotalSeconds : null;

    private static double? Held(double? rate, long? limit) => rate is { } measured && limit is { } most ? Math.Min(measured, most) : rate;
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
