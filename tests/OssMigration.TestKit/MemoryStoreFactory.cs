using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>Opens the same two stores whatever the address says; the engine may dispose them as often as it likes.</summary>
public sealed class MemoryStoreFactory(IObjectReader source, IObjectStore destination) : IStoreFactory
{
    /// <inheritdoc/>
    public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options) => source;

    /// <inheritdoc/>
    public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options) => destination;
}
