using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>A lifecycle rule as it stands at the source of a job.</summary>
public sealed record SourceLifecycleRule
{
    /// <summary>The job at whose source it stands.</summary>
    public required string JobName { get; init; }

    /// <summary>The rule's id; empty where it has none.</summary>
    public required string RuleId { get; init; }

    /// <summary>True for a rule that Set-SourceLifecycle has set for this job.</summary>
    public bool IsOurs { get; init; }

    /// <summary>What a rule of ours deletes; null for others.</summary>
    public LifecyclePhase? Phase { get; init; }

    /// <summary>Full keys that begin with it; empty for the whole bucket.</summary>
    public required string Prefix { get; init; }

    /// <summary>From when on it deletes (UTC midnight); null where it has no date.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>Enabled or Disabled, as the store says.</summary>
    public required string Status { get; init; }

    /// <summary>
    /// Whether it has begun to act: its date has come, and (old versions) none is left. A store acts within about a day of the date. Null for rules of others.
    /// </summary>
    public bool? HasFired { get; init; }

    /// <summary>Whether it has done its work: it has fired, and nothing is left under its prefix. Null for rules of others.</summary>
    public bool? IsDone { get; init; }

    /// <summary>Objects (old versions) that it was going to delete when it was set; null where the journal does not know the rule.</summary>
    public long? Objects { get; init; }

    /// <summary>Their bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>The comparison that proved that everything is at the destination; null where the journal does not know the rule.</summary>
    public string? ComparisonId { get; init; }

    /// <summary>When it was set (UTC).</summary>
    public DateTimeOffset? SetAt { get; init; }

    /// <summary>
    /// Objects under the prefix that the job has not settled in the version that is there now: they were written since, and the rule deletes them.
    /// Null where nobody looked.
    /// </summary>
    public long? LateWrites { get; init; }

    /// <summary>Up to ten of them, relative to the job's prefixes.</summary>
    public IReadOnlyList<string> LateKeys { get; init; } = [];

    /// <summary>What it does, in words.</summary>
    public string Actions { get; init; } = "";

    /// <summary>The rule as it stands.</summary>
    public string Xml { get; init; } = "";
}
