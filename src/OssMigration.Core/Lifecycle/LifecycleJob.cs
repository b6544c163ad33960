using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>What the journal of a job says at one moment, as far as its source's lifecycle is concerned.</summary>
internal sealed class LifecycleJob
{
    /// <summary>The folder.</summary>
    public required JobFolder Folder { get; init; }

    /// <summary>The job.</summary>
    public required MigrationJob Job { get; init; }

    /// <summary>Its last run; null before the first.</summary>
    public required RunRow? LastRun { get; init; }

    /// <summary>The report of the last run over everything that the job covers; null where there is none.</summary>
    public required MigrationReport? LastReport { get; init; }

    /// <summary>Its comparisons, oldest first.</summary>
    public required IReadOnlyList<ComparisonSummary> Comparisons { get; init; }

    /// <summary>The rules that were set, withdrawn ones included.</summary>
    public required IReadOnlyList<LifecycleRecord> Records { get; init; }

    /// <summary>Whether a process runs the job now.</summary>
    public bool IsRunning => Folder.IsLocked();

    /// <summary>Reads the journal.</summary>
    /// <exception cref="JobStateException">There is no such job, or its journal is of another one or damaged.</exception>
    public static LifecycleJob Read(EngineEnvironment environment, string name)
    {
        JobFolder folder = new(environment.Home, name);
        using JournalReader journal = folder.ReadWhole();
        MigrationJob job = journal.Job();
        if (journal.Fingerprint() != job.Fingerprint)
            throw new JobStateException(JobStateError.OtherJob, name, $"The journal of job '{name}' was begun with other addresses, filters or modes.");
        RunRow? last = journal.LastRun();
        return new LifecycleJob
        {
            Folder = folder,
            Job = job,
            LastRun = last,
            LastReport = journal.Reports().LastOrDefault(report => report.Scope == RunScope.Everything),
            Comparisons = journal.Comparisons(),
            Records = journal.LifecycleRules(),
        };
    }

    /// <summary>The record of a rule that was not withdrawn; null where there is none.</summary>
    public LifecycleRecord? RecordOf(string ruleId) => Records.LastOrDefault(record => record.RuleId == ruleId && record.WithdrawnAt is null);

    /// <summary>Replaces the records.</summary>
    public async Task RecordAsync(IReadOnlyList<LifecycleRecord> records)
    {
        await using JournalWriter journal = new(Folder.Journal, Folder.Name);
        await journal.WriteAsync(writes => writes.PutLifecycleRules(records)).ConfigureAwait(false);
    }

    /// <summary>Records that no rule stands any more.</summary>
    public Task WithdrawAsync(DateTimeOffset at) => Records.Any(record => record.WithdrawnAt is null)
        ? RecordAsync([.. Records.Select(record => record.WithdrawnAt is null ? record with { WithdrawnAt = at } : record)])
        : Task.CompletedTask;
}
