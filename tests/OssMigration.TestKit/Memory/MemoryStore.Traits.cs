using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore : IObjectTraitReader
{
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
