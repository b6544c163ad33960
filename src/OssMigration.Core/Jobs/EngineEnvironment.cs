using OssMigration.Core.RemoteState;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What the engine gets from its host.</summary>
public sealed record EngineEnvironment
{
    private readonly object _chanceGate = new();

    /// <summary>Opens stores.</summary>
    public required IStoreFactory Stores { get; init; }

    /// <summary>The folder that holds the jobs; by default OSSMIGRATION_HOME or a folder of the user's application data.</summary>
    public string Home { get; init; } = JobHome.DefaultPath;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Chance, for retry jitter and ids.</summary>
    public Random Random { get; init; } = new();

    /// <summary>The delays between attempts of a request. How many attempts there are is the job's.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>The times that leases and snapshots of a job's state keep.</summary>
    public StateTiming StateTiming { get; init; } = new();

    /// <summary>A number from 0 up to 1; <see cref="System.Random"/> itself is not thread-safe.</summary>
    internal double Chance()
    {
        lock (_chanceGate)
            return Random.NextDouble();
    }
}
