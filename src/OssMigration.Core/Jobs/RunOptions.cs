using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
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

    /// <summary>True: a run over what failed before, or waited for its restoration, in place of one over everything.</summary>
    public bool FailedOnly { get; init; }

    /// <summary>A run over these keys in place of one over everything; null for none. The run takes it over.</summary>
    public KeySelection? Selection { get; init; }

    /// <summary>
    /// True: what earlier runs settled and what is gone at the source is removed at the destination, after everything else.
    /// Refused after cut-over; nothing is removed after an error in the run.
    /// </summary>
    public bool RemoveDeleted { get; init; }

    /// <summary>Most objects to remove; more, and none is removed. Null: a tenth of what earlier runs settled.</summary>
    public long? MaximumRemoved { get; init; }

    /// <summary>Gives the ranges of the run to other machines; null to run them here.</summary>
    public ISliceExchange? Exchange { get; init; }

    /// <summary>The job's state where it is kept apart from this machine; null for a job that is on this machine alone.</summary>
    public KeptState? State { get; init; }

    /// <summary>What the run is to look at.</summary>
    internal RunScope Scope => Selection is not null ? RunScope.Selection : FailedOnly ? RunScope.FailedOnly : RunScope.Everything;
}
