namespace OssMigration.Core.Reporting;

/// <summary>What a lifecycle rule of ours deletes.</summary>
public enum LifecyclePhase
{
    /// <summary>Current objects, on a date. In a bucket with versioning they get a delete marker and can be had back.</summary>
    Objects,

    /// <summary>Old versions and the delete markers that are left. Nothing can be had back then.</summary>
    NoncurrentVersions,
}

/// <summary>A lifecycle rule that a job has set at its source, as the journal keeps it.</summary>
public sealed record LifecycleRecord
{
    /// <summary>The rule's id in the bucket.</summary>
    public required string RuleId { get; init; }

    /// <summary>What it deletes.</summary>
    public LifecyclePhase Phase { get; init; }

    /// <summary>Full keys that begin with it; empty for the whole bucket.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>From when on it acts (UTC); null for old versions, which go a day after they became old.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>What it was going to delete when it was set.</summary>
    public ObjectCount Deletes { get; init; }

    /// <summary>The comparison that proved that everything is at the destination.</summary>
    public required string ComparisonId { get; init; }

    /// <summary>When it was set (UTC).</summary>
    public DateTimeOffset SetAt { get; init; }

    /// <summary>When it was withdrawn (UTC); null while it stands.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }
}
