using System.Runtime.CompilerServices;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// One range of one store, page after page, the next page on its way while this one is walked. It is complete, or it
/// throws <see cref="StoreException"/> of kind Listing whose Code says how the store broke the contract: StartAfterIgnored,
/// OutOfOrder, Repeated, OutsidePrefix, TokenRepeated, EndlessEmptyPages. A page is checked to its end before its first
/// entry is handed out, because a key behind the range's end may stand before keys that are inside.
/// </summary>
internal sealed class PagedListing(IObjectReader store, ObjectFilterMatcher? filter, string prefix, string? startExclusive, string? endInclusive) : IRangeListing
{
    private ObjectCount _listed;
    private long _filteredOut;
    private long _pages;

    /// <inheritdoc/>
    public ListedTotals Totals => new(_listed, _filteredOut, _pages);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ListingGuard guard = new(store.DisplayName, prefix, startExclusive);
        Task<ListPage>? next = AskAsync(startExclusive, token: null, stop.Token);
        try
        {
            while (next is not null)
            {
                ListPage page = await next;
                next = null;
                guard.CheckOrdered(page);
                int inside = CountInside(page);
                bool isLast = page.ContinuationToken is null || inside < page.Entries.Count || EndsAtEnd(page);
                if (!isLast)
                    next = AskAsync(startAfter: null, page.ContinuationToken, stop.Token);

                // What the page declares and does not hold stays visible in the totals and so in the reconciliation.
                _listed += new ObjectCount(page.DeclaredCount - page.Entries.Count, 0);
                for (int i = 0; i < inside; i++)
                    yield return Count(page.Entries[i]);
            }
        }
        finally
        {
            if (next is not null)
            {
                await stop.CancelAsync();
                await next.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private Task<ListPage> AskAsync(string? startAfter, string? token, CancellationToken cancellationToken)
    {
        _pages++;
        return store.ListPageAsync(new ListPageRequest(prefix, startAfter, token, store.Limits.MaxPageSize), cancellationToken);
    }

    private int CountInside(ListPage page)
    {
        int inside = page.Entries.Count;
        if (endInclusive is not null)
        {
            while (inside > 0 && KeyOrder.CompareKeys(page.Entries[inside - 1].Key, endInclusive) > 0)
                inside--;
        }
        return inside;
    }

    private bool EndsAtEnd(ListPage page) => endInclusive is not null && page.Entries.Count > 0 && page.Entries[^1].Key == endInclusive;

    private ListedEntry Count(ObjectEntry entry)
    {
        bool isFilteredOut = filter is not null && !filter.IsWanted(entry);
        if (isFilteredOut)
            _filteredOut++;
        else
            _listed = _listed.Plus(entry.Size);
        return new ListedEntry(entry, isFilteredOut, _listed.Objects, _listed.Bytes);
    }
}
