using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>The job's runs as the check sees them, read at one moment.</summary>
internal sealed class CutoverRuns
{
    /// <summary>Most exceptional objects whose mending is followed one by one.</summary>
    public const int MaximumFollowed = 10_000;

    private CutoverRuns(JobStatus status, bool hasOpenRun, IReadOnlyList<MigrationReport> all)
    {
        Status = status;
        HasOpenRun = hasOpenRun;
        All = all;
        Full = [.. all.Where(CoversEverything)];
    }

    /// <summary>The job with where it stands.</summary>
    public JobStatus Status { get; }

    /// <summary>
    /// Whether the last run, whatever it covered, has not ended. A job may be held by a process that waits for the next run of a
    /// series; then none is open.
    /// </summary>
    public bool HasOpenRun { get; }

    /// <summary>The reports of all runs, oldest first.</summary>
    public IReadOnlyList<MigrationReport> All { get; }

    /// <summary>The reports of runs over everything, oldest first.</summary>
    public IReadOnlyList<MigrationReport> Full { get; }

    /// <summary>The last of them; null before the first.</summary>
    public MigrationReport? LastFull => Full.Count == 0 ? null : Full[^1];

    /// <summary>Whether no run is open, and the last one over everything has an outcome for each object.</summary>
    public bool IsSettled => !HasOpenRun && LastFull is { Status: not RunStatus.Incomplete, Reconciled: true };

    /// <summary>Reads the runs.</summary>
    /// <exception cref="JobStateException">There is no such job, or its journal cannot be read.</exception>
    public static CutoverRuns Read(EngineEnvironment environment, string jobName)
    {
        MigrationEngine engine = new(environment);
        using JournalReader journal = new JobFolder(environment.Home, jobName).Read();
        return new CutoverRuns(engine.GetJob(jobName), journal.LastRun() is { IsFinished: false }, journal.Reports());
    }

    /// <summary>What the last run over everything did not migrate.</summary>
    public static ObjectCount ExceptionsOf(MigrationReport report) => report.Conflict + report.Unsupported + report.NeedsRestore + report.Failed;

    /// <summary>The objects that the last run over everything did not migrate, by key; null where they are too many to be followed.</summary>
    public IReadOnlyDictionary<string, MigrationItem>? ReadExceptions(MigrationEngine engine)
    {
        if (LastFull is not { } last || ExceptionsOf(last).Objects > MaximumFollowed)
            return null;
        Dictionary<string, MigrationItem> found = new(StringComparer.Ordinal);
        if (ExceptionsOf(last).Objects == 0)
            return found;
        foreach (MigrationItem item in engine.GetItems(last.JobName, last.Run, state: null))
        {
            if (item.State is MigrationItemState.Failed or MigrationItemState.Conflict or MigrationItemState.Unsupported or MigrationItemState.NeedsRestore)
                found[item.Key] = item;
        }

        return found;
    }

    private static bool CoversEverything(MigrationReport report) => report.Scope == RunScope.Everything;
}
