using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>Shows a standing rule to people, with what the journal knows of it.</summary>
internal static class RuleView
{
    /// <summary>The rule.</summary>
    /// <param name="jobName">The job at whose source it stands.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="record">The journal's record of a rule of ours; null where it has none.</param>
    public static SourceLifecycleRule Of(string jobName, StandingRule rule, LifecycleRecord? record) => new()
    {
        JobName = jobName,
        RuleId = rule.Id,
        IsOurs = record is not null,
        Phase = record?.Phase,
        Prefix = rule.Prefix,
        Date = rule.ExpirationDate,
        Status = rule.Status,
        Objects = record?.Deletes.Objects,
        Bytes = record?.Deletes.Bytes,
        ComparisonId = record?.ComparisonId,
        SetAt = record?.SetAt,
        Actions = rule.Actions,
        Xml = LifecycleDocument.ToText(rule),
    };
}
