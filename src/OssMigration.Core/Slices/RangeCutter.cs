using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>Finds a key at which what is left of a range can be cut in two, by what the source lists. Not thread-safe.</summary>
internal sealed class RangeCutter(IObjectReader source, string prefix)
{
    private const int LeastKeys = 500;
    private const int MostProbes = 24;

    private readonly CutFinder _finder = new(prefix);

    /// <summary>A key with others before and behind it in the range; null where little is left, or no such key is found.</summary>
    public async Task<string?> FindAsync(string? after, string? end, CancellationToken cancellationToken)
    {
        ListPage page = await source.ListPageAsync(new ListPageRequest(prefix, after, null, LeastKeys), cancellationToken).ConfigureAwait(false);
        foreach (ObjectEntry entry in page.Entries)
            _finder.Learn(entry.Key);
        if (page.ContinuationToken is null || (end is not null && KeyOrder.CompareKeys(page.Entries[^1].Key, end) >= 0))
            return null;
        string last = page.Entries[^1].Key;
        string? limit = end;
        for (int probe = 0; probe < MostProbes && _finder.Middle(last, limit) is { } cut; probe++)
        {
            ListPage behind = await source.ListPageAsync(new ListPageRequest(prefix, cut.Text, null, 1), cancellationToken).ConfigureAwait(false);
            bool isFound = behind.Entries is [ObjectEntry next, ..] && (end is null || KeyOrder.CompareKeys(next.Key, end) <= 0);
            if (isFound)
            {
                _finder.Learn(behind.Entries[0].Key);
                return cut.Text;
            }

            _finder.Close(cut, last, limit);
            limit = cut.Text;
        }

        return null;
    }
}
