using OssMigration.Core.Jobs;

namespace OssMigration.Core.Lifecycle;

/// <summary>Which lifecycle rules to show or to withdraw.</summary>
public sealed record SourceLifecycleQuery
{
    /// <summary>The job at whose source they stand.</summary>
    public required string JobName { get; init; }

    /// <summary>True: rules of others are shown too. Nothing ever withdraws them.</summary>
    public bool IncludesOthers { get; init; }

    /// <summary>True: the source is listed and held against what the job has settled.</summary>
    public bool ChecksLateWrites { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;
}
