using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>Where the state of jobs is kept apart from the machines that run them.</summary>
/// <param name="Address">A bucket and prefix, or a folder; each job has a folder of its own name below it.</param>
/// <param name="Credential">Keys given for this process only; null where the address finds its own.</param>
public sealed record StateLocation(StoreAddress Address, ICredentialProvider? Credential = null);

/// <summary>The times that leases and snapshots keep.</summary>
public sealed record StateTiming
{
    /// <summary>A lease that was not renewed for so long, by the store's clock, may be taken over. Default 90 seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>From one renewal to the next. Default 15 seconds.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whoever could not renew for so long, by the own clock, counts the lease as lost. Well below <see cref="LeaseDuration"/>. Default 60 seconds.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From one snapshot to the next, longer where taking one is slow. Default 1 minute.</summary>
    public TimeSpan SnapshotEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pieces that no snapshot names are kept for so long, by the store's clock. Default 15 minutes.</summary>
    public TimeSpan KeepPieces { get; init; } = TimeSpan.FromMinutes(15);
}
