namespace OssMigration.Core.Stores;

/// <summary>Opens stores for addresses. The only place that knows which store a scheme means.</summary>
public interface IStoreFactory
{
    /// <summary>Opens an address for reading. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened (unknown scheme, plain http, no region); the message says why.</exception>
    IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options);

    /// <summary>Opens an address for reading and writing. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">As for <see cref="OpenSource"/>, or the scheme cannot be written.</exception>
    IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options);
}

/// <summary>What a store needs besides its address.</summary>
public sealed record StoreOpenOptions
{
    /// <summary>Keys given for this process; null to follow the address's reference.</summary>
    public ICredentialProvider? Credential { get; init; }

    /// <summary>The clock that requests are signed by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Most connections at a time.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>
    /// Most bytes that may be under way on one connection in each direction, asked before each request; null (the default,
    /// and its answer while no limit of the rate holds) leaves it to the system, which lets a server send megabytes ahead
    /// of its reader. A bound caps one connection at itself per round trip.
    /// </summary>
    public Func<int?>? ConnectionBuffer { get; init; }
}
