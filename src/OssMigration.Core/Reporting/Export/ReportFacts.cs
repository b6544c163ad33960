using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;

namespace OssMigration.Core.Reporting.Export;

/// <summary>Everything that a report shows, read at one time.</summary>
internal sealed record ReportFacts
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The job with where it stands.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>The reports of all runs, oldest first.</summary>
    public required IReadOnlyList<MigrationReport> Reports { get; init; }

    /// <summary>The run that is reported: the one asked for, else the last over everything.</summary>
    public required MigrationReport Report { get; init; }

    /// <summary>True where one run was asked for; false where the job is reported as it stands.</summary>
    public required bool IsOfOneRun { get; init; }

    /// <summary>The run whose throughput is shown: the one asked for, else the one that ran longest.</summary>
    public required MigrationReport Longest { get; init; }

    /// <summary>What <see cref="Longest"/> had done at moments of its time.</summary>
    public required IReadOnlyList<SeriesPoint> Series { get; init; }

    /// <summary>Of the objects of <see cref="Report"/> that did not arrive as they were the first ones, by key.</summary>
    public IReadOnlyList<ChangedObject> ChangedObjects { get; init; } = [];

    /// <summary>The recorded comparisons, oldest first.</summary>
    public required IReadOnlyList<ComparisonSummary> Comparisons { get; init; }

    /// <summary>The lifecycle rules that were set at the source, withdrawn ones too, oldest first.</summary>
    public required IReadOnlyList<LifecycleRecord> LifecycleRules { get; init; }

    /// <summary>The mirroring rules that were set and removed in the job's name, oldest first.</summary>
    public required IReadOnlyList<MirrorRecord> MirrorRules { get; init; }

    /// <summary>What the objects add up to. Of one run only its exceptional objects are known.</summary>
    public ObjectTally Tally { get; } = new();

    /// <summary>The job.</summary>
    public MigrationJob Job => Status.Job;

    /// <summary>Whether the run that is reported goes on now.</summary>
    public bool IsRunning => Status.State == JobState.Running && Reports[^1].Run == Report.Run;

    /// <summary>Reads what the journal holds but the objects.</summary>
    /// <exception cref="JobStateException">NothingThere: the job has no report, or none of that run.</exception>
    public static ReportFacts Read(MigrationEngine engine, JournalReader journal, string jobName, int? run, DateTimeOffset now)
    {
        IReadOnlyList<MigrationReport> reports = journal.Reports();
        if (reports.Count == 0)
            throw new JobStateException(JobStateError.NothingThere, jobName, $"Job '{jobName}' had no run yet.");
        MigrationReport report = run is null
            ? reports.LastOrDefault(report => report.Scope == RunScope.Everything) ?? reports[^1]
            : reports.FirstOrDefault(report => report.Run == run)
                ?? throw new JobStateException(JobStateError.NothingThere, jobName, $"Job '{jobName}' has no report of run {run}.");
        MigrationReport longest = run is null ? reports.MaxBy(report => report.Duration)! : report;
        return new ReportFacts
        {
            MadeAt = now,
            Status = engine.GetJob(jobName),
            Reports = reports,
            Report = report,
            IsOfOneRun = run is not null,
            Longest = longest,
            Series = journal.Series(longest.Run),
            ChangedObjects = [.. journal.Changes(report.Run).Take(Page.FidelitySection.MostObjects)],
            Comparisons = journal.Comparisons(),
            LifecycleRules = journal.LifecycleRules(),
            MirrorRules = journal.MirrorRules(),
        };
    }
}
