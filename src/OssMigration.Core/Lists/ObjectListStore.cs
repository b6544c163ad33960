using OssMigration.Core.Listing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lists;

/// <summary>
/// A store that lists what an object list says, in key order; all else is the store's own. Where a row does not tell size, ETag and
/// date, the object is looked up while its page is made. What is gone or other than listed is found when it is read.
/// </summary>
internal sealed class ObjectListStore(IObjectReader inner, EntryTable list) : StoreDecorator(inner)
{
    private const int LookUpsAtATime = 16;

    /// <inheritdoc/>
    public override async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        ObjectEntry[] rows = [.. Rows(request).TakeWhile(row => row.Key.StartsWith(request.Prefix, StringComparison.Ordinal)).Take(request.MaxKeys + 1)];
        ObjectEntry[] page = rows.Length > request.MaxKeys ? rows[..request.MaxKeys] : rows;
        ParallelOptions options = new() { MaxDegreeOfParallelism = LookUpsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, page.Length).Where(at => !ListedEntries.IsComplete(page[at])), options,
            async (at, token) => page[at] = ListedEntries.Complete(page[at], await FindAsync(page[at].Key, token).ConfigureAwait(false))).ConfigureAwait(false);
        return new ListPage(page, rows.Length > request.MaxKeys ? page[^1].Key : null, page.Length);
    }

    /// <summary>An object of the store as the list tells it; as it is where the list does not name it.</summary>
    public ObjectEntry AsListed(ObjectEntry found)
    {
        ObjectEntry? row = list.ReadFrom(found.Key).FirstOrDefault();
        return row?.Key == found.Key ? ListedEntries.Complete(row, found) : found;
    }

    private IEnumerable<ObjectEntry> Rows(ListPageRequest request)
    {
        string? after = request.ContinuationToken ?? request.StartAfter;
        return after is null || KeyOrder.CompareKeys(after, request.Prefix) < 0 ? list.ReadFrom(request.Prefix) : list.Read(after, endInclusive: null);
    }

    private async Task<ObjectEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await Inner.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Entry;
        }
        catch (StoreException error) when (!error.StopsJob)
        {
            // One object that may not be looked at is that object's failure, and reading it names it.
            return null;
        }
    }
}
