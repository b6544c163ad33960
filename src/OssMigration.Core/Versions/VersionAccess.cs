using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Versions;

/// <summary>The versions of one end below its prefix: counted and held to the rate where that is given, and repeated like all else.</summary>
internal sealed class VersionAccess(IVersionReader inner, RetryingStore retrying, string prefix, TransferMeter? meter = null, Pace? pace = null)
{
    /// <summary>For people.</summary>
    public string DisplayName => retrying.DisplayName;

    /// <summary>One page, as for <see cref="IVersionLister"/>.</summary>
    public async Task<VersionPage> ListPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
    {
        VersionMarker? full = after is null ? null : after with { Key = prefix + after.Key };
        VersionPage page = await AskAsync(token => inner.ListVersionPageAsync(prefix + keyPrefix, full, token), cancellationToken).ConfigureAwait(false);
        if (pace is { Reading.IsLimited: true })
            await pace.Reading.AcquireAsync(page.Versions.Sum(version => TrafficCost.ListedEntry + version.Key.Length), cancellationToken).ConfigureAwait(false);
        return prefix.Length == 0 ? page : new VersionPage([.. page.Versions.Select(Relative)], page.Next is { } next ? next with { Key = Below(next.Key) } : null);
    }

    /// <summary>The headers of one version, as for <see cref="IVersionReader"/>.</summary>
    public async Task<ObjectHead?> HeadAsync(string key, string versionId, CancellationToken cancellationToken)
    {
        ObjectHead? head = await AskAsync(token => inner.HeadVersionAsync(prefix + key, versionId, token), cancellationToken).ConfigureAwait(false);
        return head is null ? null : head with { Entry = head.Entry with { Key = key } };
    }

    /// <summary>The history of one key; empty where it has none.</summary>
    public async Task<ObjectHistory> HistoryAsync(string key, CancellationToken cancellationToken)
    {
        List<ObjectVersion> versions = [];
        VersionMarker? after = null;
        do
        {
            // The key is the first of those that begin with it.
            VersionPage page = await ListPageAsync(key, after, cancellationToken).ConfigureAwait(false);
            versions.AddRange(page.Versions.Where(version => version.Key == key));
            after = page.Versions.Any(version => version.Key != key) ? null : Next(page, after);
        }
        while (after is not null);
        versions.Reverse();
        return new ObjectHistory(versions);
    }

    /// <summary>Where the listing goes on; null at its end.</summary>
    /// <exception cref="StoreException">It goes round in circles.</exception>
    public VersionMarker? Next(VersionPage page, VersionMarker? after) => page.Next is null || page.Next != after
        ? page.Next
        : throw new StoreException(StoreErrorKind.Listing, DisplayName, $"The listing of versions does not get beyond '{after.Key}'.") { Key = prefix + after.Key };

    private Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken) => retrying.CallAsync(
        async token =>
        {
            meter?.CountRequest();
            if (pace is not null)
                await pace.Reading.AcquireAsync(TrafficCost.Header, pace.Reading.TakeTurn(), token).ConfigureAwait(false);
            return await ask(token).ConfigureAwait(false);
        },
        cancellationToken);

    private ObjectVersion Relative(ObjectVersion version)
    {
        string key = Below(version.Key);
        return version with { Key = key, Entry = version.Entry is null ? null : version.Entry with { Key = key } };
    }

    private string Below(string key) => key.StartsWith(prefix, StringComparison.Ordinal)
        ? key[prefix.Length..]
        : throw new StoreException(StoreErrorKind.Listing, DisplayName, $"The listing of versions below '{prefix}' holds the key '{key}', which does not start with it.")
        {
            Key = key,
            Code = "OutsidePrefix",
        };
}
