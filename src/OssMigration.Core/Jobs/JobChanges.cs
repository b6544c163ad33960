using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// What of a job may change after it was made. Null leaves a value as it is. A constant rate, a line with its reserve and
/// a timetable stand for one another: one of them that is given replaces the others.
/// </summary>
public sealed record JobChanges
{
    /// <summary>New highest rate in bytes a second; 0 lifts the limit of the rate, however it was put.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>New highest number of objects a second; 0 lifts that limit.</summary>
    public int? MaxObjectsPerSecond { get; init; }

    /// <summary>What the line carries, in bytes a second.</summary>
    public long? LinkBytesPerSecond { get; init; }

    /// <summary>What of it the business keeps.</summary>
    public long? ReserveBytesPerSecond { get; init; }

    /// <summary>New timetable.</summary>
    public string? Schedule { get; init; }

    /// <summary>New time zone of the timetable.</summary>
    public string? TimeZone { get; init; }

    /// <summary>New bound of the transfers at a time; taken up by the next start or resume.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The moment of cut-over.</summary>
    public DateTimeOffset? CutoverTime { get; init; }

    /// <summary>New interval of an incremental job; taken up at once, also while it waits.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>New number of runs of an incremental job, those that are done included.</summary>
    public int? RunCount { get; init; }

    /// <summary>What happens after cut-over to what changed at the source; taken up by the next start.</summary>
    public ConflictAction? ConflictAction { get; init; }

    /// <summary>Whether metadata of objects that this job did not write are put right; taken up by the next start.</summary>
    public bool? RepairMetadata { get; init; }

    /// <summary>For how many days archived objects are restored; 0 asks for none any more. Taken up by the next start.</summary>
    public int? RestoreDays { get; init; }

    /// <summary>How fast archived objects are restored; taken up by the next start.</summary>
    public RestoreTier? RestoreTier { get; init; }

    /// <summary>The job with the changes, not checked yet.</summary>
    internal MigrationJob Apply(MigrationJob job)
    {
        bool givesLine = LinkBytesPerSecond is not null || ReserveBytesPerSecond is not null;
        bool givesRate = MaxBytesPerSecond is not null || Schedule is not null || givesLine;
        MigrationJob changed = job with
        {
            MaxObjectsPerSecond = MaxObjectsPerSecond is { } objects ? (objects == 0 ? null : objects) : job.MaxObjectsPerSecond,
            TimeZone = TimeZone ?? job.TimeZone,
            Concurrency = Concurrency ?? job.Concurrency,
            CutoverTime = CutoverTime ?? job.CutoverTime,
            ConflictAction = ConflictAction ?? job.ConflictAction,
            RepairMetadata = RepairMetadata ?? job.RepairMetadata,
            RestoreDays = RestoreDays is { } days ? (days == 0 ? null : days) : job.RestoreDays,
            RestoreTier = RestoreTier ?? job.RestoreTier,
            Interval = Interval ?? job.Interval,
            RunCount = RunCount ?? job.RunCount,
        };
        if (!givesRate)
            return changed;
        return changed with
        {
            MaxBytesPerSecond = MaxBytesPerSecond == 0 ? null : MaxBytesPerSecond,
            Schedule = Schedule,
            TimeZone = Schedule is null ? TimeZone : changed.TimeZone,
            LinkBytesPerSecond = givesLine ? LinkBytesPerSecond ?? job.LinkBytesPerSecond : null,
            ReserveBytesPerSecond = givesLine ? ReserveBytesPerSecond ?? job.ReserveBytesPerSecond : null,
        };
    }
}
