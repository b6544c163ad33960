using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Keys given for this process only, where an address does not find its own.</summary>
/// <param name="Source">For the source, or null.</param>
/// <param name="Destination">For the destination, or null.</param>
public sealed record RunCredentials(ICredentialProvider? Source, ICredentialProvider? Destination)
{
    /// <summary>Both addresses find their own.</summary>
    public static RunCredentials None { get; } = new(null, null);
}

/// <summary>How one run is driven.</summary>
public sealed record RunOptions
{
    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;

    /// <summary>After this time the run stops cleanly, to be resumed; null for no limit.</summary>
    public TimeSpan? TimeBudget { get; init; }
}
