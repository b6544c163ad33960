using System.Runtime.CompilerServices;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// One range of one store, page after page, the next page on its way while this one is walked. It is complete, or it
/// throws <see cref="StoreException"/> of kind Listing whose Code says how the store broke the contract: StartAfterIgnored,
/// OutOfOrder, Repeated, OutsidePrefix, TokenRepeated, EndlessEmptyPages. A page is checked to its end before its first
/// entry is handed out, because a key behind the range's end may stand before keys that are inside.
/// </summary>
internal sealed class PagedListing(IObjectReader store, ObjectFilterMatcher? filter, string prefix, RangePages pages) : IRangeListing
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
        ListingGuard guard = pages.Begun?.Guard ?? new ListingGuard(store.DisplayName, prefix, pages.StartExclusive);
        Task<ListPage>? next = Begin(stop.Token);
        try
        {
            while (next is not null)
            {
                ListPage page = await pages.WaitAsync(next).ConfigureAwait(false);
                next = null;
                if (page != pages.Begun?.Page)
                    guard.CheckOrdered(page);
                PagePart part = pages.Receive(page);
                if (!part.IsLast)
                    next = AskAsync(startAfter: null, page.ContinuationToken, stop.Token);

                // What the page declares and does not hold stays visible in the totals and so in the reconciliation.
                _listed += new ObjectCount(page.DeclaredCount - page.Entries.Count, 0);
                for (int i = part.From; i < part.To; i++)
                    yield return Count(page.Entries[i]);
            }
        }
        finally
        {
            if (next is not null)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task<ListPage> Begin(CancellationToken cancellationToken)
    {
        if (pages.Begun is not { } begun)
            return AskAsync(pages.StartExclusive, token: null, cancellationToken);
        _pages++;
        return Task.FromResult(begun.Page);
    }

    private Task<ListPage> AskAsync(string? startAfter, string? token, CancellationToken cancellationToken)
    {
        _pages++;
        return store.ListPageAsync(new ListPageRequest(prefix, startAfter, token, store.Limits.MaxPageSize), cancellationToken);
    }

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
