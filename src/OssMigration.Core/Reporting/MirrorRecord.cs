namespace OssMigration.Core.Reporting;

/// <summary>A mirroring rule that was set or removed in the name of a job, as the journal keeps it.</summary>
public sealed record MirrorRecord
{
    /// <summary>Full keys that begin with it; empty for the whole bucket.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Full keys that end with it; null for all.</summary>
    public string? Suffix { get; init; }

    /// <summary>True where the rule was set, false where it was removed.</summary>
    public bool IsSet { get; init; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset At { get; init; }
}
