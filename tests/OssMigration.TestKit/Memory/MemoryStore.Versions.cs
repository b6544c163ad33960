using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore
{
    private readonly List<ObjectVersion> _oldVersions = [];

    /// <summary>Adds an old version or a delete marker, newest first within its key. Counts as no operation.</summary>
    public void SeedVersion(string key, string versionId, long size, DateTimeOffset lastModified, bool isDeleteMarker = false, bool isLatest = false)
    {
        lock (_gate)
            _oldVersions.Add(new ObjectVersion(key, versionId, isLatest, isDeleteMarker, isDeleteMarker ? 0 : size, lastModified));
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
            all = [.. _objects.Values.Select(found => new ObjectVersion(found.Key, found.ETag, true, false, found.Content.Length, found.LastModified))
                .Concat(_oldVersions)
                .Where(version => version.Key.StartsWith(keyPrefix, StringComparison.Ordinal))
                .OrderBy(version => version.Key, KeyOrder.Instance)];
        }

        int start = after is null ? 0 : all.FindIndex(version => version.Key == after.Key && version.VersionId == after.VersionId) + 1;
        List<ObjectVersion> page = [.. all.Skip(start).Take(_options.PageSize)];
        await EndAsync(StoreOperation.ListVersions, null, cancellationToken);
        return new VersionPage(page, start + page.Count < all.Count ? new VersionMarker(page[^1].Key, page[^1].VersionId) : null);
    }
}
