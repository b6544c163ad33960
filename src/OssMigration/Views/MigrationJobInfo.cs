using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Views;

/// <summary>
/// A job with where it stands, as New-, Get- and Set-MigrationJob emit it: a snapshot of flat values that survives
/// serialisation. Pipe it, or name the job, wherever a cmdlet has -Job.
/// </summary>
public sealed record MigrationJobInfo
{
    // Held as a whole, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly JobStatus _status;

    internal MigrationJobInfo(JobStatus status)
    {
        _status = status;
    }

    /// <summary>Its name.</summary>
    public string Name => _status.Job.Name;

    /// <summary>Where it stands.</summary>
    public JobState State => _status.State;

    /// <summary>Where objects come from.</summary>
    public StoreAddress Source => _status.Job.Source;

    /// <summary>Where they go.</summary>
    public StoreAddress Destination => _status.Job.Destination;

    /// <summary>What a run covers.</summary>
    public MigrationMode Mode => _status.Job.Mode;

    /// <summary>Of an incremental job: from the start of a run to the start of the next; null of others.</summary>
    public TimeSpan? Interval => _status.Job.Interval;

    /// <summary>Of an incremental job: how many runs it has; null of others.</summary>
    public int? RunCount => _status.Job.RunCount;

    /// <summary>Of an incremental job: how many of them are done.</summary>
    public int RunsDone => _status.RunsDone;

    /// <summary>Of an incremental job: when its next run is due (UTC); null where it has none, or was never started.</summary>
    public DateTimeOffset? NextRunAt => _status.NextRunAt;

    /// <summary>What happens to an object that is at the destination already.</summary>
    public OverwriteMode Overwrite => _status.Job.Overwrite;

    /// <summary>Only keys that start with it.</summary>
    public string Prefix => _status.Job.Filter.Prefix;

    /// <summary>Globs of the keys that take part; empty for all.</summary>
    public string[] Include => [.. _status.Job.Filter.Include];

    /// <summary>Globs of the keys that do not.</summary>
    public string[] Exclude => [.. _status.Job.Filter.Exclude];

    /// <summary>Regular expressions of the keys that take part; empty for all.</summary>
    public string[] IncludeRegex => [.. _status.Job.Filter.IncludeRegex];

    /// <summary>Regular expressions of the keys that do not.</summary>
    public string[] ExcludeRegex => [.. _status.Job.Filter.ExcludeRegex];

    /// <summary>Only objects of at least so many bytes; null for no bound.</summary>
    public long? MinimumSize => _status.Job.Filter.MinSize;

    /// <summary>Only objects of at most so many bytes; null for no bound.</summary>
    public long? MaximumSize => _status.Job.Filter.MaxSize;

    /// <summary>Only objects of this date or later; null for no bound.</summary>
    public DateTimeOffset? ModifiedAfter => _status.Job.Filter.ModifiedAfter;

    /// <summary>Only objects of an earlier date; null for no bound.</summary>
    public DateTimeOffset? ModifiedBefore => _status.Job.Filter.ModifiedBefore;

    /// <summary>Where the list of its objects came from; null for a job that lists its source.</summary>
    public string? ObjectList => _status.Job.ObjectList?.Origin;

    /// <summary>Objects of that list; null for a job that lists its source.</summary>
    public long? ListedObjects => _status.Job.ObjectList?.Objects;

    /// <summary>By how much the clocks of the two ends may differ.</summary>
    public TimeSpan ClockSkewMargin => _status.Job.ClockSkewMargin;

    /// <summary>From this moment the destination belongs to the business; null before cut-over.</summary>
    public DateTimeOffset? CutoverTime => _status.Job.CutoverTime;

    /// <summary>From when on a lifecycle rule of this job deletes the source (UTC); null where none was set, or it was withdrawn.</summary>
    public DateTimeOffset? SourceDeletion => _status.LifecycleRules.FirstOrDefault(rule => rule.Date is not null)?.Date;

    /// <summary>What happens after cut-over to what changed at the source and is at the destination already.</summary>
    public ConflictAction ConflictAction => _status.Job.ConflictAction;

    /// <summary>Whether metadata of objects that the mirror brought are compared and put right.</summary>
    public bool RepairMetadata => _status.Job.RepairMetadata;

    /// <summary>What happens to an object whose key the destination cannot hold.</summary>
    public InvalidKeyAction InvalidKeyAction => _status.Job.InvalidKeyAction;

    /// <summary>Whether the history of objects is copied, or what is current alone.</summary>
    public VersionScope Versions => _status.Job.Versions;

    /// <summary>For how many days archived objects are restored; null where none is asked for.</summary>
    public int? RestoreDays => _status.Job.RestoreDays;

    /// <summary>How fast.</summary>
    public RestoreTier RestoreTier => _status.Job.RestoreTier;

    /// <summary>Whether tags are carried.</summary>
    public bool CopyTag => _status.Job.Fidelity?.CopyTags == true;

    /// <summary>Whether ACLs are carried.</summary>
    public bool CopyAcl => _status.Job.Fidelity?.CopyAcls == true;

    /// <summary>Storage classes over the built-in table: <c>GLACIER=ColdArchive</c>; empty for none.</summary>
    public string[] StorageClassMap => [.. (_status.Job.Fidelity?.StorageClasses ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];

    /// <summary>What is done with what does not fit, where it is not Change: <c>Retention=Refuse</c>; empty for none.</summary>
    public string[] UnfitAction => [.. (_status.Job.Fidelity?.Actions.Select(pair => $"{pair.Key}={pair.Value}") ?? []).Order(StringComparer.Ordinal)];

    /// <summary>Server-side encryption of what is written; null for what the bucket does.</summary>
    public string? Encryption => _status.Job.Fidelity?.Encryption;

    /// <summary>Highest rate in bytes a second; null for no limit.</summary>
    public long? MaxBytesPerSecond => _status.Job.MaxBytesPerSecond;

    /// <summary>Highest number of objects a second; null for no limit.</summary>
    public int? MaxObjectsPerSecond => _status.Job.MaxObjectsPerSecond;

    /// <summary>What the line carries, in bytes a second; null where it was not said.</summary>
    public long? LinkBytesPerSecond => _status.Job.LinkBytesPerSecond;

    /// <summary>What of it the business keeps.</summary>
    public long? ReserveBytesPerSecond => _status.Job.ReserveBytesPerSecond;

    /// <summary>The timetable; null for none.</summary>
    public string? Schedule => _status.Job.Schedule;

    /// <summary>Its time zone.</summary>
    public string? TimeZone => _status.Job.TimeZone;

    /// <summary>The rate that held when this was read, by the timetable too; null for no limit.</summary>
    public long? BytesPerSecondNow => _status.Limits.BytesPerSecond;

    /// <summary>Whether the timetable paused the job when this was read.</summary>
    public bool IsPausedNow => _status.Limits.IsPaused;

    /// <summary>When the timetable changes that next (UTC); null where it does not.</summary>
    public DateTimeOffset? LimitsChangeAt => _status.LimitsChangeAt;

    /// <summary>Most transfers at a time.</summary>
    public int Concurrency => _status.Job.Concurrency;

    /// <summary>Bytes of content in memory at a time.</summary>
    public long MemoryBudget => _status.Job.MemoryBudget;

    /// <summary>Objects up to this many bytes go in one request.</summary>
    public long SinglePutLimit => _status.Job.SinglePutLimit;

    /// <summary>Preferred bytes of a part.</summary>
    public long PartSize => _status.Job.PartSize;

    /// <summary>Where its state is kept apart from this machine; null for a job that is on this machine alone.</summary>
    public StoreAddress? StateUri => _status.StateAddress;

    /// <summary>When the job was made (UTC).</summary>
    public DateTimeOffset CreatedAt => _status.Job.CreatedAt;

    /// <summary>SHA-256 over what changes the result.</summary>
    public string Fingerprint => _status.Job.Fingerprint;

    /// <summary>Number of the last run that ended or was stopped; null before.</summary>
    public int? LastRun => _status.LastReport?.Run;

    /// <summary>How it ended; null before.</summary>
    public RunStatus? LastStatus => _status.LastReport?.Status;

    /// <summary>When it ended (UTC); null before.</summary>
    public DateTimeOffset? LastEndedAt => _status.LastReport?.EndedAt;

    /// <summary>The job's name, so that a job object does where a name is wanted.</summary>
    public override string ToString() => Name;
}
