using System.Globalization;
using OssMigration.Core.Comparing;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>Which comparison is a proof that a source may be deleted. Pure: it looks at records only.</summary>
internal static class ComparisonGate
{
    /// <summary>How old a comparison may be.</summary>
    public static TimeSpan MostAge { get; } = TimeSpan.FromDays(1);

    /// <summary>The journal's record of the comparison that is claimed.</summary>
    /// <param name="claim">What the user handed over; null for nothing.</param>
    /// <param name="jobName">The job whose source is to be deleted.</param>
    /// <param name="recorded">The job's recorded comparisons.</param>
    /// <exception cref="RefusedException">There is none, it is another job's, or it was edited.</exception>
    public static ComparisonSummary Find(ComparisonClaim? claim, string jobName, IReadOnlyList<ComparisonSummary> recorded)
    {
        string mend = Again(jobName);
        if (claim is null)
            throw new RefusedException("LifecycleNoComparison", "Nothing is deleted at a source without a comparison that proves it to be at the destination, and none was given.", mend);
        if (string.IsNullOrEmpty(claim.JobName))
            throw new RefusedException("LifecycleComparisonAdHoc", "This comparison was made of two addresses and belongs to no job; it is no proof for a deletion.", mend);
        if (claim.JobName != jobName)
            throw new RefusedException("LifecycleComparisonOtherJob", $"Comparison {claim.ComparisonId} is of job '{claim.JobName}', not of job '{jobName}'.", mend);
        if (recorded.Count == 0)
            throw new RefusedException("LifecycleNoComparison", $"The journal of job '{jobName}' has no comparison.", mend);
        ComparisonSummary? found = recorded.FirstOrDefault(summary => summary.ComparisonId == claim.ComparisonId);
        if (found is null)
            throw new RefusedException("LifecycleComparisonUnknown", $"The journal of job '{jobName}' has no comparison '{claim.ComparisonId}'.", mend);
        if (claim.Digest != found.Digest || ComparisonTally.DigestOf(found) != found.Digest)
            throw new RefusedException("LifecycleComparisonForged", $"Comparison {found.ComparisonId} does not have the digest that the journal holds: it was edited.", mend);
        if (Edited(claim, found) is { } name)
        {
            throw new RefusedException(
                "LifecycleComparisonForged",
                $"Comparison {found.ComparisonId} was edited on its way: {name} is '{claim.Values[name]}', and the journal has '{ComparisonClaim.Of(found).Values[name]}'.", mend);
        }

        return found;
    }

    /// <summary>Refuses a comparison that does not prove enough.</summary>
    /// <exception cref="RefusedException">It is incomplete, shallow, stale, made before the cut-over, or found something.</exception>
    public static void Check(ComparisonSummary summary, DateTimeOffset cutover, DateTimeOffset now, bool acceptSuperseded)
    {
        string mend = Again(summary.JobName);
        if (!summary.IsComplete)
            throw new RefusedException("LifecycleComparisonIncomplete", $"Comparison {summary.ComparisonId} was stopped before its end.", mend);
        if (summary.Level == ComparisonLevel.Size)
            throw new RefusedException("LifecycleComparisonLevel", $"Comparison {summary.ComparisonId} looked at sizes only.", mend + " (level Checksum, which is the default, or Content)");
        if (now - summary.EndedAt > MostAge)
            throw new RefusedException("LifecycleComparisonStale", $"Comparison {summary.ComparisonId} ended at {Time(summary.EndedAt)}, more than a day ago.", mend);
        if (summary.StartedAt > now)
            throw new RefusedException("LifecycleComparisonStale", $"Comparison {summary.ComparisonId} began at {Time(summary.StartedAt)}, which is to come by the clock of this machine.", "Set the clock and compare again.");
        if (summary.StartedAt < cutover)
            throw new RefusedException("LifecycleComparisonBeforeCutover", $"Comparison {summary.ComparisonId} began at {Time(summary.StartedAt)}, before the cut-over at {Time(cutover)}: the business used the source since.", mend);
        CheckDifferences(summary, mend);
        ObjectCount superseded = summary.Superseded + summary.DeletedAtDestination;
        if (superseded.Objects > 0 && !acceptSuperseded)
        {
            throw new RefusedException(
                "LifecycleSuperseded",
                $"Since the cut-over the business has overwritten {summary.Superseded} and deleted {summary.DeletedAtDestination} of what was migrated; the source has the last copy of their old content.",
                "Accept that with -AcceptSuperseded.");
        }

        if ((summary.Same + superseded).Objects != summary.Listed.Objects)
            throw new RefusedException("LifecycleComparisonDiffers", $"Comparison {summary.ComparisonId} listed {summary.Listed} and has a verdict on {summary.Same + superseded}.", mend);
    }

    private static void CheckDifferences(ComparisonSummary summary, string mend)
    {
        List<string> found = [];
        foreach ((string name, ObjectCount count) in new[] { ("different", summary.Different), ("not at the destination", summary.SourceOnly), ("unproved", summary.Unproved) })
        {
            if (count.Objects > 0)
                found.Add($"{name}: {count}");
        }

        if (found.Count == 0)
            return;
        string which = summary.Unproved.Objects > 0
            ? $"Compare-MigrationData -Job {summary.JobName} -Level Content proves what level Checksum cannot."
            : $"Compare-MigrationData -Job {summary.JobName} names the objects, Start-OssMigration migrates them.";
        throw new RefusedException("LifecycleComparisonDiffers", $"Comparison {summary.ComparisonId} found objects that are not proved to be at the destination ({string.Join("; ", found)}).", $"{which} {mend}");
    }

    private static string? Edited(ComparisonClaim claim, ComparisonSummary recorded)
    {
        IReadOnlyDictionary<string, string> truth = ComparisonClaim.Of(recorded).Values;
        return claim.Values.FirstOrDefault(value => truth.TryGetValue(value.Key, out string? expected) && expected != value.Value).Key;
    }

    private static string Again(string? jobName) => $"Compare again: Compare-MigrationData -Job {jobName} -Summary | Set-SourceLifecycle";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
