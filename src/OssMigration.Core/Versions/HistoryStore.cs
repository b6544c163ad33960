using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>
/// A store whose objects are the histories of its keys: a key that has nothing but delete markers is one too. Listing is sound in ranges, because
/// a listing of versions begins after any key. Reads are the store's own.
/// </summary>
internal sealed class HistoryStore(IObjectReader inner, VersionAccess versions) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    /// <remarks>
    /// A history is whole when the next key is seen. The one that a page of versions ends in is listed again with the next page, so that the place
    /// to go on from is a key.
    /// </remarks>
    public override async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        string? after = request.ContinuationToken ?? request.StartAfter;
        VersionMarker? marker = string.IsNullOrEmpty(after) ? null : new VersionMarker(after, VersionId: null);
        List<ObjectEntry> entries = [];
        List<ObjectVersion> open = [];
        while (true)
        {
            VersionPage page = await versions.ListPageAsync(request.Prefix, marker, cancellationToken).ConfigureAwait(false);
            foreach (ObjectVersion version in page.Versions)
            {
                // Whether a listing after a key begins with that key's own versions is not said by all stores.
                if (version.Key == after)
                    continue;
                if (open.Count > 0 && open[0].Key != version.Key)
                    Close(open, entries);
                open.Add(version);
            }

            marker = versions.Next(page, marker);
            if (marker is null)
                Close(open, entries);
            if (marker is null || entries.Count > 0)
                return ToPage(entries, request.MaxKeys, isLast: marker is null);
        }
    }

    /// <inheritdoc/>
    public override async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        ObjectHistory history = await versions.HistoryAsync(key, cancellationToken).ConfigureAwait(false);
        return history.Count == 0 ? null : new ObjectHead(history.ToEntry(key), ObjectMetadata.Empty, Crc64: null, []);
    }

    private static ListPage ToPage(List<ObjectEntry> entries, int most, bool isLast)
    {
        if (entries.Count > most)
            (entries, isLast) = (entries[..most], false);
        return new ListPage(entries, isLast ? null : entries[^1].Key, entries.Count);
    }

    private static void Close(List<ObjectVersion> open, List<ObjectEntry> entries)
    {
        if (open.Count == 0)
            return;
        string key = open[0].Key;
        open.Reverse();
        entries.Add(new ObjectHistory([.. open]).ToEntry(key));
        open.Clear();
    }
}
