using OssMigration.Core.Reporting;

namespace OssMigration.Core.Journal;

/// <summary>What a run had done at one moment, all amounts since it began.</summary>
/// <param name="Run">The run.</param>
/// <param name="At">The moment.</param>
/// <param name="Elapsed">Time that the run had been running, without what lay between a stop and a resume.</param>
/// <param name="Listed">Objects listed.</param>
/// <param name="Done">Objects with an outcome, and their listed sizes.</param>
/// <param name="CopiedBytes">Listed sizes of the objects copied.</param>
/// <param name="BytesWritten">Content sent by this machine, parts of unfinished objects and repeats included.</param>
internal sealed record SeriesPoint(int Run, DateTimeOffset At, TimeSpan Elapsed, long Listed, ObjectCount Done, long CopiedBytes, long BytesWritten)
{
    /// <summary>Most points that a run keeps.</summary>
    public const int Most = 256;

    private const long ShortestStretch = 5_000;

    /// <summary>The point that a report makes.</summary>
    public static SeriesPoint Of(MigrationReport report) => new(
        report.Run, report.EndedAt, report.Duration, report.Listed.Objects, report.Outcomes, report.Copied.Bytes, report.DestinationUsage.BytesWritten);

    /// <summary>Milliseconds of which one point stays, in a run that took so many: 5 s, doubled until there are less than <see cref="Most"/>.</summary>
    public static long Stretch(long elapsed)
    {
        long stretch = ShortestStretch;
        while (elapsed / stretch >= Most - 1)
            stretch *= 2;
        return stretch;
    }
}
