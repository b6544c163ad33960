using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Jobs;

/// <summary>
/// One address, opened for the settings of its bucket rather than for a run: requests are proved and repeated as in a run, and the
/// store's capabilities can be asked for.
/// </summary>
internal sealed class OpenedBucket : IAsyncDisposable
{
    private readonly IObjectReader _store;
    private readonly RetryingStore _retrying;

    private OpenedBucket(EngineEnvironment environment, IObjectReader store, string prefix, IRunListener listener)
    {
        _store = store;
        _retrying = new RetryingStore(store is IObjectStore both ? new ProvingStore(both) : store, environment.Retry, environment.Time, environment.Chance, (error, delay) =>
            listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Again in {delay.TotalMilliseconds:F0} ms: {error.Describe()}")));
        Prefix = prefix;
        Objects = new PrefixStore(_retrying, prefix);
    }

    /// <summary>The objects below the address's prefix. Writes throw where the address was opened for reading.</summary>
    public IObjectStore Objects { get; }

    /// <summary>The histories of keys below the address's prefix; null where the store cannot tell versions.</summary>
    public IObjectReader? Histories => _store is IVersionReader versions ? new HistoryStore(Objects, new VersionAccess(versions, _retrying, Prefix)) : null;

    /// <summary>The address's prefix, with which full keys begin.</summary>
    public string Prefix { get; }

    /// <summary>For people: scheme and bucket.</summary>
    public string DisplayName => _store.DisplayName;

    /// <summary>Opens an address for reading. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened.</exception>
    public static OpenedBucket ForReading(EngineEnvironment environment, StoreAddress address, ICredentialProvider? credential, IRunListener listener)
        => new(environment, environment.Stores.OpenSource(address, Options(environment, credential)), address.Prefix, listener);

    /// <summary>Opens an address for reading and writing. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened.</exception>
    public static OpenedBucket ForWriting(EngineEnvironment environment, StoreAddress address, ICredentialProvider? credential, IRunListener listener)
        => new(environment, environment.Stores.OpenDestination(address, Options(environment, credential)), address.Prefix, listener);

    /// <summary>A capability of the store; null where it has not got it.</summary>
    public TCapability? Find<TCapability>()
        where TCapability : class
        => _store as TCapability;

    /// <summary>One request of a capability, repeated where that is worth it.</summary>
    public Task<TResult> CallAsync<TResult>(Func<CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
        => _retrying.CallAsync(call, cancellationToken);

    /// <summary>One request of a capability that answers nothing.</summary>
    public Task CallAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
        => _retrying.CallAsync(
            async token =>
            {
                await call(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static StoreOpenOptions Options(EngineEnvironment environment, ICredentialProvider? credential)
        => new() { Time = environment.Time, Credential = credential };
}
