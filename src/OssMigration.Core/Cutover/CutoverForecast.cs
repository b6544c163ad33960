using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>What one run over everything moved.</summary>
/// <param name="Run">The run.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Moved">Objects that were new or changed since the run before.</param>
/// <param name="Duration">Time spent running.</param>
public sealed record CutoverIncrement(int Run, DateTimeOffset StartedAt, ObjectCount Moved, TimeSpan Duration);

/// <summary>
/// What is left to move and how long that takes, from what the last runs have shown. Null where that was never measured.
/// </summary>
public sealed record CutoverForecast
{
    /// <summary>Objects at the source only, or changed there; null where no comparison tells.</summary>
    public ObjectCount? Left { get; init; }

    /// <summary>
    /// Bytes a second of the run that moved most, without the time for which a timetable paused it, held to the job's present limit where
    /// that is one for all times.
    /// </summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Objects a second of the run that moved most of them.</summary>
    public double? ObjectsPerSecond { get; init; }

    /// <summary>The shortest of the last runs: what listing both ends takes.</summary>
    public TimeSpan? ListingTime { get; init; }

    /// <summary>How long the last comparison took.</summary>
    public TimeSpan? ComparisonTime { get; init; }

    /// <summary>Whether the job has a timetable of the week, by which <see cref="RunTime"/> is reckoned.</summary>
    public bool FollowsTimetable { get; init; }

    /// <summary>Of a run that begins now and moves what is left: the listing, and the copying at what was measured or the limit of each hour, whatever is slower.</summary>
    public TimeSpan? RunTime { get; init; }

    /// <summary>
    /// When the business can be switched at the earliest, as far as machines need time for it: now where nothing is open; else
    /// after a run, where one is needed, and a comparison. Conditions that only people can mend come on top.
    /// </summary>
    public DateTimeOffset? EarliestMoment { get; init; }
}
