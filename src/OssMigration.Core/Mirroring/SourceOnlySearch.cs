using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>What a search found.</summary>
/// <param name="Found">Objects that are only at the source, smallest first.</param>
/// <param name="Uncovered">An object that is only at the source and that no rule covers; null for none.</param>
/// <param name="Looked">How many objects of the source were looked at.</param>
internal sealed record SourceOnlyObjects(IReadOnlyList<ObjectEntry> Found, ObjectEntry? Uncovered, int Looked);

/// <summary>
/// Looks for small objects that are at the source and not at the destination, by listing, which fetches nothing. It ends at the first page
/// that has what it wants, and looks at a bounded number of pages: the first ones, and some further on, because a migration that is under
/// way has gone through the beginning.
/// </summary>
internal sealed class SourceOnlySearch(IObjectStore source, IObjectStore destination, Func<string, bool> isCovered)
{
    private const int FirstPages = 10;
    private const int LaterPages = 8;
    private const long SmallBytes = 1 << 20;

    private readonly List<ObjectEntry> _found = [];
    private ObjectEntry? _uncovered;
    private int _looked;

    /// <summary>Finds up to so many objects.</summary>
    public async Task<SourceOnlyObjects> FindAsync(int wanted, CancellationToken cancellationToken)
    {
        string? token = null, last = null;
        for (int page = 0; page < FirstPages && !IsEnough(wanted); page++)
        {
            ListPage listed = await PageAsync(last, token, cancellationToken).ConfigureAwait(false);
            (token, last) = (listed.ContinuationToken, listed.Entries.Count > 0 ? listed.Entries[^1].Key : last);
            if (token is null)
                break;
        }

        // Only where the pages ran out before the objects did.
        foreach (string start in token is null || last is null ? [] : Later(last))
        {
            if (IsEnough(wanted))
                break;
            await PageAsync(start, token: null, cancellationToken).ConfigureAwait(false);
        }

        return new SourceOnlyObjects([.. _found.DistinctBy(entry => entry.Key).OrderBy(entry => entry.Size).Take(wanted)], _uncovered, _looked);
    }

    private static IEnumerable<string> Later(string last)
    {
        const char End = '\x7f';
        char from = last.Length > 0 && last[0] < End ? last[0] : ' ';
        return Enumerable.Range(1, LaterPages).Select(i => ((char)(from + ((End - from) * i / (LaterPages + 1)))).ToString());
    }

    private bool IsEnough(int wanted) => _found.Count(entry => entry.Size <= SmallBytes) >= wanted;

    private async Task<ListPage> PageAsync(string? after, string? token, CancellationToken cancellationToken)
    {
        ListPage page = await source.ListPageAsync(
            new ListPageRequest("", token is null ? after : null, token, source.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
        _looked += page.Entries.Count;
        if (page.Entries.Count == 0)
            return page;
        HashSet<string> there = await KeysAsync(after, page.Entries[^1].Key, cancellationToken).ConfigureAwait(false);
        foreach (ObjectEntry entry in page.Entries)
        {
            if (there.Contains(entry.Key) || entry.Availability != ObjectAvailability.Readable || destination.Limits.WhyUnsupported(entry.Key, entry.Size) is not null)
                continue;
            if (isCovered(entry.Key))
                _found.Add(entry);
            else
                _uncovered ??= entry;
        }

        return page;
    }

    private async Task<HashSet<string>> KeysAsync(string? after, string last, CancellationToken cancellationToken)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        string? token = null;
        do
        {
            ListPage page = await destination.ListPageAsync(
                new ListPageRequest("", token is null ? after : null, token, destination.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
            keys.UnionWith(page.Entries.Select(entry => entry.Key));
            token = page.Entries.Count > 0 && KeyOrder.CompareKeys(page.Entries[^1].Key, last) >= 0 ? null : page.ContinuationToken;
        }
        while (token is not null);
        return keys;
    }
}
