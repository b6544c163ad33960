using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>What part of each page belongs to a range, and whether more pages do.</summary>
internal class RangePages(LiveRange range, BegunListing? begun = null)
{
    /// <summary>Pages of a range that does not change.</summary>
    public static RangePages Of(string? startExclusive, string? endInclusive) => new(new LiveRange(startExclusive, endInclusive));

    /// <summary>Null: from the first key.</summary>
    public string? StartExclusive => range.StartExclusive;

    /// <summary>The listing whose first page is there already; null where nothing was asked for yet.</summary>
    public BegunListing? Begun => begun;

    /// <summary>Waits for a page.</summary>
    public virtual async ValueTask<ListPage> WaitAsync(Task<ListPage> page) => await page.ConfigureAwait(false);

    /// <summary>Takes a page in.</summary>
    public virtual PagePart Receive(ListPage page) => PartOf(page);

    /// <summary>The part of a page that lies within the range as it is now.</summary>
    public PagePart PartOf(ListPage page)
    {
        IReadOnlyList<ObjectEntry> entries = page.Entries;
        int from = 0, to = entries.Count;

        // Only the page that a range was taken over with may begin before it.
        while (Begun?.Page == page && from < to && range.StartExclusive is { } start && KeyOrder.CompareKeys(entries[from].Key, start) <= 0)
            from++;
        string? end = range.EndInclusive;
        while (end is not null && to > from && KeyOrder.CompareKeys(entries[to - 1].Key, end) > 0)
            to--;
        bool isLast = page.ContinuationToken is null || to < entries.Count || (end is not null && to > from && entries[to - 1].Key == end);
        return new PagePart(from, to, isLast);
    }
}
