using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore : IObjectTraitReader, IObjectRestorer
{
    private readonly HashSet<string> _restoring = new(StringComparer.Ordinal);

    /// <summary>What restorations were asked for: key, days, tier.</summary>
    public IReadOnlyList<(string Key, int Days, RestoreTier Tier)> Restorations
    {
        get
        {
            lock (_gate)
                return [.. _restorations];
        }
    }

    private readonly List<(string Key, int Days, RestoreTier Tier)> _restorations = [];

    /// <inheritdoc/>
    /// <remarks>It ends when a test makes the object readable.</remarks>
    public async Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Restore, key, cancellationToken);
        RestoreAnswer answer;
        lock (_gate)
        {
            MemoryObject found = _objects.GetValueOrDefault(key) ?? throw Error(StoreErrorKind.NotFound, "NoSuchKey", 404, key);
            _restorations.Add((key, days, tier));
            answer = found.Availability == ObjectAvailability.Readable ? RestoreAnswer.Readable : _restoring.Add(key) ? RestoreAnswer.Begun : RestoreAnswer.UnderWay;
        }

        await EndAsync(StoreOperation.Restore, key, cancellationToken);
        return answer;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(StoreOperation.ReadTags, key, found => found.Tags, cancellationToken);

    /// <inheritdoc/>
    public Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(StoreOperation.ReadAccess, key, found => found.Access, cancellationToken);

    private async Task<T> AskAsync<T>(StoreOperation operation, string key, Func<MemoryObject, T> ask, CancellationToken cancellationToken)
    {
        await BeginAsync(operation, key, cancellationToken);
        T answer = ask(Find(key) ?? throw Error(StoreErrorKind.NotFound, "NoSuchKey", 404, key));
        await EndAsync(operation, key, cancellationToken);
        return answer;
    }
}
