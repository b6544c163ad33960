using System.Globalization;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>What a bucket's own configuration would do to objects that a migration brings. Sentences for people; nothing of it stops a run.</summary>
internal static class DestinationAdvice
{
    private static readonly string[] Archives = ["Archive", "ColdArchive", "DeepColdArchive"];

    /// <summary>What the default storage class means for what arrives.</summary>
    public static string? OnStorageClass(string? storageClass) => storageClass switch
    {
        null => null,
        _ when storageClass.Equals("Standard", StringComparison.OrdinalIgnoreCase) => null,
        _ when Archives.Contains(storageClass, StringComparer.OrdinalIgnoreCase) =>
            $"The storage class of the bucket is {storageClass}: what arrives cannot be read before a restore, so that the business has nothing of it and a comparison of the content is not possible.",
        _ => $"The storage class of the bucket is {storageClass}: reads cost extra, and objects are billed for a least size (64 KB) and a least time.",
    };

    /// <summary>
    /// What lifecycle rules do to keys below the prefix. OSS dates an object at its arrival, so days count from there; a rule for what is
    /// older than a date to come takes everything that arrives before it. Source: "Lifecycle rules based on the last modified time".
    /// </summary>
    /// <param name="document">The configuration; null for none.</param>
    /// <param name="prefix">Where the migration writes.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<string> OnLifecycle(BucketDocument? document, string prefix, DateTimeOffset now)
    {
        Lifecycle.StandingRule[] rules = [.. new LifecycleDocument(document, "oss").Rules];
        if (rules.Length >= LifecycleDocument.MostRules)
            yield return $"The bucket has {rules.Length} lifecycle rules, the most that OSS holds.";
        foreach (Lifecycle.StandingRule rule in rules.Where(rule => rule.IsEnabled && rule.Touches(prefix)))
        {
            string name = $"The lifecycle rule '{rule.Id}' for {(rule.Prefix.Length > 0 ? $"keys that begin with '{rule.Prefix}'" : "all keys")}";
            if (rule.ExpirationDays is { } days)
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} deletes objects {days} days after they arrive here, however old they are at the source.");
            if (rule.ExpirationDate is { } date && date > now)
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} deletes whatever arrives before {date:yyyy-MM-dd}.");
            if (rule.TransitionClasses.Intersect(Archives, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } archive)
                yield return $"{name} moves objects to {archive}, where they cannot be read before a restore.";
        }
    }

    /// <summary>What routing rules do to keys below the prefix that have not arrived, and whether one more has room.</summary>
    /// <param name="document">The website configuration; null for none.</param>
    /// <param name="prefix">Where the migration writes.</param>
    public static IEnumerable<string> OnWebsite(BucketDocument? document, string prefix)
    {
        MirrorRuleSet standing;
        string? unreadable = null;
        try
        {
            standing = new WebsiteTree(document?.Root).Rules;
        }
        catch (RefusedException refused)
        {
            (standing, unreadable) = (new MirrorRuleSet([], HasOtherSettings: false), refused.Message);
        }

        if (unreadable is not null)
            yield return unreadable;
        if (standing.Rules.Count >= WebsiteTree.MostRules)
            yield return $"The bucket has {standing.Rules.Count} routing rules, the most that OSS holds: there is no room for a mirroring rule.";
        foreach (Mirroring.StandingRule rule in standing.Mirrors.Where(rule => rule.Overlaps(prefix, suffix: null)))
            yield return $"A mirroring rule stands for these keys: {rule}. A read of what has not arrived makes OSS fetch it from there, and where that is not the source of this migration, what is fetched differs from it.";
    }
}
