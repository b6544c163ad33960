using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What the engine gets from its host.</summary>
public sealed record EngineEnvironment
{
    /// <summary>Opens stores.</summary>
    public required IStoreFactory Stores { get; init; }

    /// <summary>The folder that holds the jobs; by default OSSMIGRATION_HOME or a folder of the user's application data.</summary>
    public string Home { get; init; } = JobHome.DefaultPath;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Chance, for retry jitter and ids. Thread-safe use is guarded by the engine.</summary>
    public Random Random { get; init; } = new();
}
