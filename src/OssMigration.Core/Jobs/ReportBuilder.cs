using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Makes a run's report out of the journal: the lister's count on one side, the outcomes' on the other.</summary>
internal sealed class ReportBuilder(JobFolder folder, MigrationJob job, RunRow run, StoreChain stores, RunProgress progress, TimeProvider time)
{
    /// <summary>The report of a run that was stopped or broke off.</summary>
    /// <param name="reason">Why, in a sentence.</param>
    public MigrationReport Stopped(string reason) => Count() with { Status = RunStatus.Incomplete, Reason = reason };

    /// <summary>The report of a run whose ranges are all complete.</summary>
    /// <param name="notRemoved">Why not everything was removed at the destination that was to be, in a sentence; null where nothing is left.</param>
    public MigrationReport Finished(string? notRemoved = null)
    {
        MigrationReport report = Judge();
        if (notRemoved is null)
            return report;
        return report with
        {
            Status = report.Status == RunStatus.Complete ? RunStatus.CompleteWithExceptions : report.Status,
            Reason = report.Reason is null ? notRemoved : $"{report.Reason} {notRemoved}",
        };
    }

    private MigrationReport Judge()
    {
        MigrationReport report = Count();
        if (!report.Reconciled)
        {
            return report with
            {
                Status = RunStatus.Incomplete,
                Reason = $"The counts do not agree: listed {report.Listed}, with an outcome {report.Outcomes}. A store left something out of a listing, or something was lost on the way; run the job again.",
            };
        }

        // What vanished was deleted at the source while the run went on; nothing is left to do about it. Of a list, somebody must know.
        ObjectCount exceptions = report.Conflict + report.Unsupported + report.NeedsRestore + report.Failed + (job.ObjectList is not null ? report.Vanished : default);
        return exceptions.Objects == 0
            ? report with { Status = RunStatus.Complete }
            : report with { Status = RunStatus.CompleteWithExceptions, Reason = $"{exceptions.Objects} objects were not migrated; Get-MigrationItem lists them." };
    }

    private string? Unencrypted()
    {
        string[] ends = [.. new[] { ("source", job.Source), ("destination", job.Destination) }
            .Where(end => end.Item2.IsUnencrypted).Select(end => $"the {end.Item1} ({end.Item2.Endpoint!.Host})")];
        return ends.Length == 0 ? null : $"Plain http, which whoever is on the way can read and change, was used with {string.Join(" and ", ends)}.";
    }

    private MigrationReport Count()
    {
        using JournalReader reader = folder.Read();
        IReadOnlyDictionary<OutcomeKind, ObjectCount> outcomes = reader.Outcomes(run.Run);
        ObjectCount listed = default;
        foreach (RangeRow range in reader.Ranges(run.Run))
            listed += range.Listed;
        return new MigrationReport
        {
            JobName = folder.Name,
            Run = run.Run,
            Mode = run.Mode,
            Scope = run.Scope,
            StartedAt = run.StartedAt,
            EndedAt = time.GetUtcNow(),
            Duration = run.Elapsed + progress.Elapsed,
            Resumes = run.Resumes,
            Listed = listed,
            Copied = Of(OutcomeKind.Copied),
            New = Of(OutcomeKind.New),
            Changed = Of(OutcomeKind.Changed),
            Skipped = Of(OutcomeKind.Skipped),
            Conflict = Of(OutcomeKind.Conflict),
            Unsupported = Of(OutcomeKind.Unsupported),
            NeedsRestore = Of(OutcomeKind.NeedsRestore),
            Vanished = Of(OutcomeKind.Vanished),
            Failed = Of(OutcomeKind.Failed),
            GoneAtSource = Of(OutcomeKind.GoneAtSource),
            Removed = Of(OutcomeKind.Removed),
            DestinationOnly = Of(OutcomeKind.DestinationOnly),
            FilteredOut = Of(OutcomeKind.FilteredOut),
            Overwritten = Of(OutcomeKind.Overwritten),
            MetadataRepaired = Of(OutcomeKind.MetadataRepaired),
            ChangedSinceListedBytes = reader.ChangedBytes(run.Run),
            Fidelity = FidelityTotals.Of(reader.Fidelity(run.Run), reader.Forecast()),
            Shared = reader.Sharing(run.Run)?.ToWork(),
            Unencrypted = Unencrypted(),
            SourceUsage = run.SourceUsage + stores.SourceUsage,
            DestinationUsage = run.DestinationUsage + stores.DestinationUsage,
        };

        ObjectCount Of(OutcomeKind kind) => outcomes.GetValueOrDefault(kind);
    }
}
