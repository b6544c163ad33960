using System.Globalization;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>What the rules of others have to do with one that is about to be set.</summary>
internal static class StandingRules
{
    /// <summary>Duplicates and conflicts, a sentence each.</summary>
    /// <param name="document">The document with the rules of others.</param>
    /// <param name="ours">The ids that are ours.</param>
    /// <param name="wanted">The rule to be set.</param>
    public static IEnumerable<string> Conflicts(LifecycleDocument document, IReadOnlyCollection<string> ours, LifecycleRecord wanted)
        => document.Rules
            .Where(rule => !ours.Contains(rule.Id) && rule.IsEnabled && rule.Touches(wanted.Prefix))
            .SelectMany(rule => ConflictsWith(rule, wanted).Select(text => $"Rule '{rule.Id}' (prefix '{rule.Prefix}'{(rule.IsRestricted ? ", with a further filter" : "")}) {text}"));

    private static IEnumerable<string> ConflictsWith(StandingRule rule, LifecycleRecord wanted)
    {
        if (wanted.Phase == LifecyclePhase.NoncurrentVersions)
        {
            if (rule.NoncurrentDays is { } days)
                yield return Invariant($"deletes old versions already, after {days} days.");
            yield break;
        }

        if (rule.ExpirationDays is { } age)
            yield return Invariant($"deletes objects {age} days after they were written, which may be before the date.");
        if (rule.ExpirationDate is { } date)
        {
            if (date == wanted.Date)
                yield return "deletes on the same date.";
            else if (date < wanted.Date)
                yield return Invariant($"deletes from {date.UtcDateTime:yyyy-MM-dd} on, before the date.");
        }

        foreach (string storageClass in rule.TransitionClasses)
            yield return $"moves objects to {storageClass}; a class with a minimum duration is charged to its end when the object is deleted earlier.";
        if (rule.NoncurrentDays is { } noncurrent)
            yield return Invariant($"deletes old versions after {noncurrent} days: so long after the date the deletion cannot be undone.");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
