using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Cutover;

/// <summary>The conditions that the two ends decide as they stand now. Pure.</summary>
internal static class StoreConditions
{
    /// <summary>Nothing at the destination is older than at the source.</summary>
    public static CutoverCondition StaleObjects(CutoverFacts facts)
    {
        if (facts.Pass is not { } pass)
            return Make(CutoverSubject.StaleObjects, CutoverState.NotMet, facts.Found.WhyNone!, facts.Found.Mend);
        ComparisonSummary summary = pass.Summary;
        TimeSpan after = summary.StartedAt - facts.Request.WritesStoppedAt!.Value;
        string what = $"The {(pass.IsRecorded ? "recorded " : "")}comparison that began at {CutoverText.Time(summary.StartedAt)}, {CutoverText.Span(after)} after writes to existing objects stopped,";
        string of = $"of {CutoverText.Objects(summary.Listed.Objects)} at the source";
        if (summary.Different.Objects > 0)
        {
            IReadOnlyList<ComparisonItem> stale = pass.Items(ComparisonStatus.Different);
            return Make(
                CutoverSubject.StaleObjects, CutoverState.NotMet,
                $"{what} found {CutoverText.Objects(summary.Different.Objects)} stale at the destination {of}: {CutoverText.Names(stale.Select(item => item.Key), summary.Different.Objects)}. They would be served as they are; a mirroring rule does not refresh them.",
                $"Start-OssMigration -Job {facts.JobName} copies them; then check again.") with
            { Data = stale };
        }

        if (!facts.IsComparisonWhole)
        {
            return Make(
                CutoverSubject.StaleObjects, CutoverState.NotMet,
                FormattableString.Invariant($"{what} saw {CutoverFacts.SeenBy(summary):N0} objects where the listing of the source counts {summary.Listed.Objects:N0}: the store left something out."), "Check again.");
        }

        string unproved = summary.Unproved.Objects == 0 ? "" : $" Not proved, and perhaps stale: {CutoverText.Objects(summary.Unproved.Objects)}.";
        return Make(
            CutoverSubject.StaleObjects, unproved.Length == 0 ? CutoverState.Met : CutoverState.NotMet, $"{what} found nothing stale {of}.{unproved}",
            unproved.Length == 0 ? null : $"Compare-MigrationData -Job {facts.JobName} -Level Content proves them.");
    }

    /// <summary>The mirroring rule brings what has not arrived.</summary>
    public static CutoverCondition MirrorRule(CutoverFacts facts)
    {
        if (facts.Request.SkipMirror)
        {
            return Make(
                CutoverSubject.MirrorRule, CutoverState.Advisory,
                "Left out by -SkipMirror: readers of the destination find nothing that has not arrived, so the business must write nothing at the source from the last run until everything has arrived.");
        }

        if (facts.Mirror.Value is not { } test)
            return Make(CutoverSubject.MirrorRule, CutoverState.Unknown, $"The mirroring rule could not be tried: {facts.Mirror.WhyNot}", "Mend that and check again.");
        return test.Cause switch
        {
            MirrorTestCause.None => Make(
                CutoverSubject.MirrorRule, CutoverState.Met,
                FormattableString.Invariant($"{test.Message} Key '{VisibleText.Of(test.Key)}', in {test.Duration.TotalMilliseconds:N0} ms, at {CutoverText.Time(test.TestedAt)}.")),
            MirrorTestCause.NothingToFetch => Make(
                CutoverSubject.MirrorRule, CutoverState.NotMet,
                $"The rule could not be proved: {test.Message} New objects are written at the source until the switch, and only the rule brings them.",
                "Give the key of a new object with -ProbeKey, or -CreateProbe, which puts a small one at the source and removes it; or -SkipMirror where the business writes nothing from now until the switch is done."),
            _ => Make(CutoverSubject.MirrorRule, CutoverState.NotMet, test.Message, $"Test-OssMirrorRule -Job {facts.JobName} tries it again."),
        } with
        { Data = test };
    }

    /// <summary>The destination keeps no old versions.</summary>
    public static CutoverCondition Versioning(CutoverFacts facts)
    {
        if (facts.Bucket.Value is not { } bucket)
            return Make(CutoverSubject.Versioning, CutoverState.Unknown, $"Whether the destination has versioning could not be read: {facts.Bucket.WhyNot}", "Mend that and check again.");
        if (facts.Runs.Status.Job.Versions == VersionScope.All)
        {
            return Make(
                CutoverSubject.Versioning, CutoverState.Advisory,
                $"The destination has versioning {bucket.Versioning}, as the job's histories need. No run of it is possible after the cut-over, and nothing is mirrored: the business must write nothing at the source from the beginning of the last run until the switch.") with
            {
                Data = bucket,
            };
        }

        return bucket.Versioning switch
        {
            BucketVersioning.Off => Make(CutoverSubject.Versioning, CutoverState.Met, "The destination has no versioning."),
            BucketVersioning.Unknown => Make(
                CutoverSubject.Versioning, CutoverState.Unknown, "The destination does not tell whether it has versioning.", "Give the right to read it (oss:GetBucketVersioning)."),
            BucketVersioning versioning => Make(
                CutoverSubject.Versioning, CutoverState.NotMet,
                $"The destination has versioning {versioning}: mirroring does not work with it, and after the cut-over nothing would keep a run from overwriting.",
                "Migrate into a bucket that never had versioning."),
        } with
        { Data = bucket };
    }

    /// <summary>What a LIST does not show.</summary>
    public static CutoverCondition Listing(CutoverFacts facts)
    {
        if (facts.Comparison is not { } summary)
        {
            return facts.Request.BusinessLists
                ? Make(CutoverSubject.Listing, CutoverState.Unknown, "The business lists, and no comparison tells what has not arrived.")
                : Make(CutoverSubject.Listing, CutoverState.Advisory, "A LIST of the destination does not show what has not arrived; no comparison tells what that is.");
        }

        string waiting = $"{CutoverText.Count(summary.SourceOnly)} only at the source {facts.ByComparison}";
        if (!facts.Request.BusinessLists)
        {
            return Make(
                CutoverSubject.Listing, CutoverState.Advisory,
                $"{waiting}: a LIST of the destination does not show them before they have arrived. If the business lists, check with -BusinessLists.");
        }

        IReadOnlyList<ComparisonItem> items = facts.Pass?.Items(ComparisonStatus.SourceOnly) ?? [];
        return summary.SourceOnly.Objects == 0
            ? Make(CutoverSubject.Listing, CutoverState.Met, $"The business lists, and nothing is only at the source {facts.ByComparison}. What is written there from then on is not shown before it has arrived.")
            : Make(
                CutoverSubject.Listing, CutoverState.NotMet,
                $"The business lists, and a LIST does not show {waiting}{(items.Count == 0 ? "" : ": " + CutoverText.Names(items.Select(item => item.Key), summary.SourceOnly.Objects))}.",
                $"Stop all writes at the source, Start-OssMigration -Job {facts.JobName}, and check again.") with
            { Data = items };
    }

    /// <summary>Nothing that was deleted at the source comes back to life.</summary>
    public static CutoverCondition Deletions(CutoverFacts facts)
    {
        if (facts.Comparison is not { } summary)
            return Make(CutoverSubject.Deletions, CutoverState.Unknown, "No comparison tells whether objects were deleted at the source.", $"Compare-MigrationData -Job {facts.JobName} -Summary makes one.");
        if (summary.GoneAtSource is not { } gone)
            return Make(CutoverSubject.Deletions, CutoverState.Unknown, $"The last comparison ({CutoverText.Time(summary.StartedAt)}) does not tell what was deleted at the source.", $"Compare-MigrationData -Job {facts.JobName} -Summary makes another one.");
        if (!facts.IsComparisonWhole)
            return Make(CutoverSubject.Deletions, CutoverState.Unknown, "The listing of the source left something out, so what is missing there may not be deleted at all.", "Check again.");
        long foreign = summary.DestinationOnly.Objects - gone.Objects;
        string others = foreign == 0 ? "" : $" At the destination only, never written by this job and left alone: {CutoverText.Objects(foreign)}.";
        if (gone.Objects == 0)
            return Make(CutoverSubject.Deletions, CutoverState.Met, $"Nothing that was deleted at the source is at the destination {facts.ByComparison}.{others}");
        IReadOnlyList<ComparisonItem> items = facts.Pass?.Gone ?? [];
        string names = items.Count == 0 ? "" : ": " + CutoverText.Names(items.Select(item => item.Key), gone.Objects);
        return Make(
            CutoverSubject.Deletions, CutoverState.NotMet,
            $"Deleted at the source after the migration, still at the destination and about to come back to life {facts.ByComparison}: {CutoverText.Count(gone)}{names}.{others}",
            $"Start-OssMigration -Job {facts.JobName} -RemoveDeleted removes them at the destination.") with
        { Data = items };
    }

    /// <summary>What deletions must wait for after the switch.</summary>
    public static CutoverCondition HeldDeletes() => Make(
        CutoverSubject.HeldDeletes, CutoverState.Advisory,
        "As long as a mirroring rule stands, a key that the business deletes at OSS comes back with the next GET if it is at the source still.",
        "Hold deletions until everything has arrived and the rule is removed, or delete at both ends.");

    private static CutoverCondition Make(CutoverSubject subject, CutoverState state, string evidence, string? mend = null)
        => new() { Subject = subject, State = state, Evidence = evidence, Mend = mend };
}
