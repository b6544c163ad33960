using System.Runtime.CompilerServices;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// One range of one store, page after page, the next page on its way while this one is walked. It is complete, or it
/// throws <see cref="StoreException"/> of kind Listing whose Code says how the store broke the contract: StartAfterIgnored,
/// OutOfOrder, Repeated, TokenRepeated, EndlessEmptyPages.
/// </summary>
internal sealed class PagedListing(IObjectReader store, ObjectFilterMatcher? filter, string prefix, string? startExclusive, string? endInclusive) : IRangeListing
{
    private const int MostEmptyPages = 1_000;

    private ObjectCount _listed;
    private long _filteredOut;
    private long _pages;
    private string? _last;

    /// <inheritdoc/>
    public ListedTotals Totals => new(_listed, _filteredOut, _pages);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ListPage>? next = FetchAsync(token: null, leaving.Token);
        int empty = 0;
        string? previousToken = null;
        try
        {
            while (next is not null)
            {
                ListPage page = await next.ConfigureAwait(false);
                next = null;
                _pages++;
                CheckToken(page.ContinuationToken, previousToken);
                previousToken = page.ContinuationToken;
                empty = page.Entries.Count == 0 ? empty + 1 : 0;
                if (empty > MostEmptyPages)
                    throw Broken("EndlessEmptyPages", $"{MostEmptyPages} pages in a row were empty, with more to come.");
                if (page.ContinuationToken is { } token && !EndsHere(page))
                    next = FetchAsync(token, leaving.Token);

                // The page's own count, not that of the entries we could read, says how many there are: where they differ,
                // the difference stays visible in the totals and so in the reconciliation.
                _listed += new ObjectCount(page.DeclaredCount - page.Entries.Count, 0);
                foreach (ObjectEntry entry in page.Entries)
                {
                    if (Take(entry) is not { } listed)
                        yield break;
                    yield return listed;
                }
            }
        }
        finally
        {
            // A page that nobody waits for any more must not fail unobserved.
            await leaving.CancelAsync().ConfigureAwait(false);
            if (next is not null)
                await ((Task)next.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).ConfigureAwait(false);
        }
    }

    private Task<ListPage> FetchAsync(string? token, CancellationToken cancellationToken)
        => store.ListPageAsync(new ListPageRequest(prefix, token is null ? startExclusive : null, token, store.Limits.MaxPageSize), cancellationToken);

    private bool EndsHere(ListPage page)
        => endInclusive is not null && page.Entries.Count > 0 && KeyOrder.CompareKeys(page.Entries[^1].Key, endInclusive) > 0;

    // Null for an entry beyond the end of the range.
    private ListedEntry? Take(ObjectEntry entry)
    {
        CheckOrder(entry.Key);
        if (endInclusive is not null && KeyOrder.CompareKeys(entry.Key, endInclusive) > 0)
            return null;

        _last = entry.Key;
        bool isWanted = filter is null || filter.IsWanted(entry);
        if (isWanted)
            _listed = _listed.Plus(entry.Size);
        else
            _filteredOut++;
        return new ListedEntry(entry, !isWanted, _listed.Objects, _listed.Bytes);
    }

    private void CheckOrder(string key)
    {
        if (_last is null && startExclusive is not null && KeyOrder.CompareKeys(key, startExclusive) <= 0)
            throw Broken("StartAfterIgnored", $"The listing after '{startExclusive}' begins with '{key}'.");
        int order = _last is null ? 1 : KeyOrder.CompareKeys(key, _last);
        if (order > 0)
            return;
        throw order == 0
            ? Broken("Repeated", $"The listing gives the key '{key}' twice.")
            : Broken("OutOfOrder", $"The listing gives the key '{key}' after '{_last}'.");
    }

    private void CheckToken(string? token, string? previous)
    {
        if (token is not null && token == previous)
            throw Broken("TokenRepeated", "The listing gives the same continuation token twice, so it would never end.");
    }

    private StoreException Broken(string code, string message) => new(StoreErrorKind.Listing, store.DisplayName, message) { Code = code };
}
