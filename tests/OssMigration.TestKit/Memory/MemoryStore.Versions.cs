using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore
{
    private readonly Dictionary<string, List<KeptVersion>> _histories = new(StringComparer.Ordinal);
    private readonly List<ObjectVersion> _oldVersions = [];

    /// <summary>Adds the row of an old version or a delete marker to what listings show, newest first within its key. It cannot be read. Counts as no operation.</summary>
    public void SeedVersion(string key, string versionId, long size, DateTimeOffset lastModified, bool isDeleteMarker = false, bool isLatest = false)
    {
        lock (_gate)
            _oldVersions.Add(new ObjectVersion(key, versionId, isLatest, isDeleteMarker, isDeleteMarker ? 0 : size, lastModified));
    }

    /// <summary>Deletes an object by a delete marker, in a store with versioning. Counts as no operation.</summary>
    public void SeedDeleteMarker(string key)
    {
        lock (_gate)
        {
            RemoveCurrent(key);
            HistoryOf(key).Add(new KeptVersion(NewVersionId(), Now(), Object: null));
        }
    }

    /// <summary>The history of a key in a store with versioning, oldest first; a delete marker is null.</summary>
    public IReadOnlyList<MemoryObject?> History(string key)
    {
        lock (_gate)
            return _histories.TryGetValue(key, out List<KeptVersion>? kept) ? [.. kept.Select(version => version.Object)] : [];
    }

    /// <summary>All keys that have a history, in order.</summary>
    public IReadOnlyList<string> KeysWithHistory
    {
        get
        {
            lock (_gate)
                return [.. _histories.Keys.Order(KeyOrder.Instance)];
        }
    }

    /// <summary>Removes the oldest version of a key for good, as a lifecycle rule does. Counts as no operation.</summary>
    public void ExpireOldest(string key)
    {
        lock (_gate)
            HistoryOf(key).RemoveAt(0);
    }

    /// <summary>Changes facts of one version, counted from the oldest, content excepted.</summary>
    public void ChangeVersion(string key, int at, Func<MemoryObject, MemoryObject> change)
    {
        lock (_gate)
        {
            KeptVersion kept = HistoryOf(key)[at];
            HistoryOf(key)[at] = kept with { Object = change(kept.Object!) };
        }
    }

    /// <summary>Forgets the old versions.</summary>
    public void ClearVersions()
    {
        lock (_gate)
            _oldVersions.Clear();
    }

    /// <inheritdoc/>
    public async Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.ListVersions, null, cancellationToken);
        List<ObjectVersion> all;
        lock (_gate)
        {
            all = [.. Kept()
                .Concat(_oldVersions)
                .Where(version => version.Key.StartsWith(keyPrefix, StringComparison.Ordinal))
                .OrderBy(version => version.Key, KeyOrder.Instance)];
        }

        int start = after switch
        {
            null => 0,
            { VersionId: null } => all.FindLastIndex(version => KeyOrder.CompareKeys(version.Key, after.Key) <= 0) + 1,
            _ => all.FindIndex(version => version.Key == after.Key && version.VersionId == after.VersionId) + 1,
        };
        List<ObjectVersion> page = [.. all.Skip(start).Take(_options.PageSize)];
        await EndAsync(StoreOperation.ListVersions, null, cancellationToken);
        return new VersionPage(page, start + page.Count < all.Count ? new VersionMarker(page[^1].Key, page[^1].VersionId) : null);
    }

    /// <inheritdoc/>
    public async Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.Head, key, cancellationToken);
        ObjectHead? head = FindVersion(key, versionId)?.ToHead();
        await EndAsync(StoreOperation.Head, key, cancellationToken);
        return head;
    }

    private IEnumerable<ObjectVersion> Kept()
    {
        if (_options.Versioning != BucketVersioning.Enabled)
        {
            return _objects.Values.Select(found => new ObjectVersion(found.Key, found.ETag, true, false, found.Content.Length, found.LastModified)
            {
                Entry = found.ToEntry(),
            });
        }

        return _histories.SelectMany(history => history.Value.AsEnumerable().Reverse().Select((version, newer) => new ObjectVersion(
            history.Key, version.Id, newer == 0, version.Object is null, version.Object?.Content.Length ?? 0, version.Date)
        {
            Entry = version.Object?.ToEntry(),
        }));
    }

    private MemoryObject? FindVersion(string key, string versionId)
    {
        lock (_gate)
        {
            return _options.Versioning == BucketVersioning.Enabled
                ? _histories.GetValueOrDefault(key)?.Find(version => version.Id == versionId)?.Object
                : _objects.GetValueOrDefault(key) is { } found && found.ETag == versionId ? found : null;
        }
    }

    private List<KeptVersion> HistoryOf(string key)
    {
        if (!_histories.TryGetValue(key, out List<KeptVersion>? kept))
            _histories.Add(key, kept = []);
        return kept;
    }

    private string NewVersionId() => string.Create(CultureInfo.InvariantCulture, $"version-{Interlocked.Increment(ref _serial)}");

    private sealed record KeptVersion(string Id, DateTimeOffset Date, MemoryObject? Object);
}
