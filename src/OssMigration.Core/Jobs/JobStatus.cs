using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>Where a job stands, for Get-MigrationJob.</summary>
public enum JobState
{
    /// <summary>No run yet.</summary>
    Created,

    /// <summary>A process runs it now.</summary>
    Running,

    /// <summary>Its last run was stopped or broke off and can be resumed.</summary>
    Stopped,

    /// <summary>Its last run ended.</summary>
    Finished,
}

/// <summary>A job with where it stands.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="LastReport">The report of the last run that ended or was stopped; null before.</param>
public sealed record JobStatus(MigrationJob Job, JobState State, MigrationReport? LastReport)
{
    /// <summary>What the job may take now.</summary>
    public RateLimits Limits { get; init; } = RateLimits.None;

    /// <summary>When the timetable changes that next; null where it does not.</summary>
    public DateTimeOffset? LimitsChangeAt { get; init; }

    /// <summary>Where its state is kept apart from this machine; null for a job that is on this machine alone.</summary>
    public StoreAddress? StateAddress { get; init; }

    /// <summary>With an incremental job: how many runs of its series are done.</summary>
    public int RunsDone { get; init; }

    /// <summary>With an incremental job: when its next run is due; null where it has none, or was never started.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>The lifecycle rules that were set at the source and not withdrawn, oldest first.</summary>
    public IReadOnlyList<LifecycleRecord> LifecycleRules { get; init; } = [];
}
