using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>The conditions that the job's own records decide. Pure.</summary>
internal static class RunConditions
{
    /// <summary>The job was not cut over yet.</summary>
    public static CutoverCondition Moment(MigrationJob job, DateTimeOffset now) => job.CutoverTime switch
    {
        null => Make(CutoverSubject.Moment, CutoverState.Met, "The job has no moment of cut-over yet."),
        { } moment when moment <= now => Make(
            CutoverSubject.Moment, CutoverState.NotMet,
            $"The job was cut over at {CutoverText.Time(moment)}: the destination belongs to the business since, and whether it may be switched is no question any more.",
            "Runs after the cut-over move what is left; Compare-MigrationData tells what that is."),
        { } moment => Make(CutoverSubject.Moment, CutoverState.Advisory, $"The cut-over is set to {CutoverText.Time(moment)}; from then on nothing at the destination is overwritten."),
    };

    /// <summary>The last run over everything is finished, complete and reconciled.</summary>
    public static CutoverCondition FullRun(CutoverFacts facts)
    {
        string start = $"Start-OssMigration -Job {facts.JobName}";
        if (facts.Runs.HasOpenRun)
        {
            return facts.Runs.Status.State == JobState.Running
                ? Make(CutoverSubject.FullRun, CutoverState.NotMet, "A run is under way.", "Wait for its end.")
                : Make(CutoverSubject.FullRun, CutoverState.NotMet, "The last run was stopped before its end.", $"{start} resumes it.");
        }

        if (facts.Runs.LastFull is not { } last)
            return Make(CutoverSubject.FullRun, CutoverState.NotMet, "There was no run over everything yet.", $"{start} begins it.");

        string run = $"Run {last.Run} ended at {CutoverText.Time(last.EndedAt)}: {CutoverText.Count(last.Listed)} listed, {CutoverText.Objects(last.Copied.Objects)} copied, {CutoverText.Objects(last.Skipped.Objects)} there already";
        if (last.Status == RunStatus.Incomplete || !last.Reconciled)
            return Make(CutoverSubject.FullRun, CutoverState.NotMet, $"{run}. It is not complete: {last.Reason}", $"{start} begins the next.") with { Data = last };
        ObjectCount exceptions = CutoverRuns.ExceptionsOf(last);
        if (exceptions.Objects == 0)
            return Make(CutoverSubject.FullRun, CutoverState.Met, $"{run}; both counts agree.{(last.Reason is null ? "" : " " + last.Reason)}") with { Data = last };
        string kinds = $"Not migrated: {CutoverText.Objects(exceptions.Objects)} ({Kinds(last)})";
        return facts.OpenExceptions is { Count: 0 }
            ? Make(CutoverSubject.FullRun, CutoverState.Met, $"{run}. {kinds}, proved to be mended since.") with { Data = last }
            : Make(CutoverSubject.FullRun, CutoverState.NotMet, $"{run}. {kinds}.", $"Get-MigrationItem -Job {facts.JobName} names them and why. Mend it and run again.") with { Data = last };
    }

    /// <summary>What the job's filter leaves out.</summary>
    public static CutoverCondition Coverage(CutoverFacts facts)
    {
        if (facts.Runs.Status.Job.ObjectList is { } list)
        {
            return Make(
                CutoverSubject.Coverage, CutoverState.NotMet,
                $"The job covers the {CutoverText.Objects(list.Objects)} of an object list ({list.Origin}). What was written, changed or deleted since the list was made is not seen.",
                "Make a job without -ObjectList for the same addresses, run it (what is there already is not copied again), and check that one.");
        }

        ObjectFilter filter = facts.Runs.Status.Job.Filter;
        string prefix = filter.Prefix.Length == 0 ? "" : $" below '{filter.Prefix}'";
        if (filter.IsEmptyBeyondPrefix)
            return Make(CutoverSubject.Coverage, CutoverState.Met, $"The job covers everything{prefix} at {facts.Runs.Status.Job.Source}.");

        // A key stays on its side of a pattern; by its date or size an object that changes falls out, and its stale copy is not seen.
        string left = $"The job has a filter{prefix}; the last run left out {CutoverText.Objects(facts.Runs.LastFull?.FilteredOut.Objects ?? 0)}";
        return (filter.ModifiedAfter, filter.ModifiedBefore, filter.MinSize, filter.MaxSize) is (null, null, null, null)
            ? Make(CutoverSubject.Coverage, CutoverState.Advisory, $"{left}, and nothing is said of them here.")
            : Make(
                CutoverSubject.Coverage, CutoverState.NotMet,
                $"{left}. By a date or a size an object that was migrated falls out of the filter when it changes, and its stale copy is not seen.",
                "Make a job without these bounds for the same addresses, run it (what is there already is not copied again), and check that one.");
    }

    /// <summary>The last comparison on record is clean but for what is only at the source.</summary>
    public static CutoverCondition Comparison(CutoverFacts facts)
    {
        string compare = $"Compare-MigrationData -Job {facts.JobName} -Summary";
        if ((facts.Pass?.Summary ?? facts.Recorded) is not { } last)
            return Make(CutoverSubject.Comparison, CutoverState.NotMet, "No complete comparison by checksums is on record.", $"{compare} makes one.");
        string what = $"The comparison of {CutoverText.Time(last.StartedAt)} (level {last.Level}, ended {CutoverText.Span(facts.Now - last.EndedAt)} ago)";
        string counts = $"{CutoverText.Objects(last.Same.Objects)} the same of {CutoverText.Objects(last.Listed.Objects)} listed, {CutoverText.Objects(last.SourceOnly.Objects)} only at the source, {CutoverText.Objects(last.Different.Objects)} different, {CutoverText.Objects(last.Unproved.Objects)} not proved";
        bool isClean = last.Same.Objects + last.SourceOnly.Objects == last.Listed.Objects;
        return isClean
            ? Make(CutoverSubject.Comparison, CutoverState.Met, $"{what} is clean: {counts}.") with { Data = last }
            : Make(CutoverSubject.Comparison, CutoverState.NotMet, $"{what} is not clean: {counts}.", $"Start-OssMigration -Job {facts.JobName} mends what differs; then {compare} again.") with { Data = last };
    }

    /// <summary>Sizes of the last runs.</summary>
    public static CutoverCondition Increments(CutoverFacts facts)
    {
        IReadOnlyList<CutoverIncrement> increments = CutoverForecaster.Increments(facts.Runs.Full);
        string runs = string.Join("; ", increments.Select(run => $"run {run.Run}: {CutoverText.Count(run.Moved)} in {CutoverText.Span(run.Duration)}"));
        (CutoverState state, string verdict) = Trend(increments);
        return Make(CutoverSubject.Increments, state, runs.Length == 0 ? verdict : $"{verdict} Last runs: {runs}.") with { Data = increments };
    }

    /// <summary>Nothing is left over that no run and no mirroring rule brings.</summary>
    public static CutoverCondition Exceptions(CutoverFacts facts)
    {
        long unproved = facts.Comparison?.Unproved.Objects ?? 0;
        List<string> open = [];
        List<object> data = [];
        if (facts.OpenExceptions is { } known)
        {
            open.AddRange(known.GroupBy(item => item.State).OrderBy(group => group.Key)
                .Select(group => $"{CutoverText.Objects(group.Count())} {Word(group.Key)}: {CutoverText.Names(group.Select(item => item.Key), group.Count())}"));
            data.AddRange(known);
        }
        else if (facts.Runs.LastFull is { } last)
        {
            open.Add($"{CutoverText.Objects(CutoverRuns.ExceptionsOf(last).Objects)} of run {last.Run} ({Kinds(last)})");
        }

        if (unproved > 0)
        {
            IReadOnlyList<ComparisonItem> items = facts.Pass?.Items(ComparisonStatus.Unproved) ?? [];
            open.Add($"{CutoverText.Objects(unproved)} not proved {facts.ByComparison}{(items.Count == 0 ? "" : ": " + CutoverText.Names(items.Select(item => item.Key), unproved))}");
            data.AddRange(items);
        }

        if (open.Count > 0)
        {
            return Make(
                CutoverSubject.Exceptions, CutoverState.NotMet, $"Left over: {string.Join("; ", open)}.",
                $"Get-MigrationItem -Job {facts.JobName} tells why; restore what is archived, leave out by a filter what OSS cannot hold. Compare-MigrationData -Job {facts.JobName} -Level Content proves what checksums cannot.") with
            { Data = data };
        }

        return facts.Runs.LastFull is null
            ? Make(CutoverSubject.Exceptions, CutoverState.Unknown, "There was no run over everything yet.")
            : Make(CutoverSubject.Exceptions, CutoverState.Met, "Nothing is unsupported, archived, failed, in conflict or not proved.");
    }

    /// <summary>Whether runs, oldest first, move less and less.</summary>
    internal static (CutoverState State, string Verdict) Trend(IReadOnlyList<CutoverIncrement> increments) => increments switch
    {
        [] => (CutoverState.Advisory, "There was no run yet."),
        [.., { Moved.Objects: 0 }] => (CutoverState.Met, "The last run found nothing new or changed."),
        [_] => (CutoverState.Advisory, "One run tells nothing of how large an increment is; another one does."),
        [.., CutoverIncrement before, CutoverIncrement last] => Trend(before, last),
    };

    private static (CutoverState State, string Verdict) Trend(CutoverIncrement before, CutoverIncrement last)
    {
        const double Margin = 0.1;
        double ratio = before.Moved.Bytes == 0
            ? last.Moved.Objects / (double)Math.Max(1, before.Moved.Objects)
            : last.Moved.Bytes / (double)before.Moved.Bytes;
        return ratio switch
        {
            < 1 - Margin => (CutoverState.Met, "The increments shrink."),
            <= 1 + Margin => (CutoverState.Met, "The increments have converged: each is about as large as the one before."),
            _ => (CutoverState.Advisory, "The increments grow: the business writes faster than before, or the runs follow one another more slowly."),
        };
    }

    private static string Kinds(MigrationReport report) => string.Join(", ", new[]
    {
        (report.Failed.Objects, Word(MigrationItemState.Failed)), (report.Conflict.Objects, Word(MigrationItemState.Conflict)),
        (report.Unsupported.Objects, Word(MigrationItemState.Unsupported)), (report.NeedsRestore.Objects, Word(MigrationItemState.NeedsRestore)),
    }.Where(kind => kind.Objects > 0).Select(kind => FormattableString.Invariant($"{kind.Objects:N0} {kind.Item2}")));

    private static string Word(MigrationItemState state) => state switch
    {
        MigrationItemState.Conflict => "in conflict",
        MigrationItemState.Unsupported => "not possible at the destination",
        MigrationItemState.NeedsRestore => "archived and not restored",
        _ => "failed",
    };

    private static CutoverCondition Make(CutoverSubject subject, CutoverState state, string evidence, string? mend = null)
        => new() { Subject = subject, State = state, Evidence = evidence, Mend = mend };
}
