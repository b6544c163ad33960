using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Lists ranges page by page, in the store's own order. Thread-safe.</summary>
/// <param name="store">The store. Page requests are retried below this, if at all.</param>
/// <param name="filter">Entries that it does not want are passed on, marked as filtered out; null wants all.</param>
/// <param name="prefix">Only keys that start with it are asked for; another one in an answer is an error.</param>
internal sealed class PagedLister(IObjectReader store, ObjectFilterMatcher? filter, string prefix) : IKeyLister
{
    /// <summary>Most keys of a page.</summary>
    public int PageSize => store.Limits.MaxPageSize;

    /// <inheritdoc/>
    public IRangeListing Open(string? startExclusive, string? endInclusive)
        => new PagedListing(store, filter, prefix, RangePages.Of(startExclusive, endInclusive));

    /// <inheritdoc/>
    public IRangeListing Open(RangeOnBoard range, RangeSide side) => new PagedListing(store, filter, prefix, range.PagesOf(side));

    /// <summary>The first page of a listing that starts after a key, checked as such.</summary>
    public async Task<BegunListing> BeginAsync(string startAfter, CancellationToken cancellationToken)
    {
        ListPage page = await store.ListPageAsync(new ListPageRequest(prefix, startAfter, null, PageSize), cancellationToken).ConfigureAwait(false);
        ListingGuard guard = new(store.DisplayName, prefix, startAfter);
        guard.CheckOrdered(page);
        return new BegunListing(page, guard);
    }
}

/// <summary>A listing of which the first page is there already.</summary>
/// <param name="Page">The page.</param>
/// <param name="Guard">What has checked it.</param>
internal sealed record BegunListing(ListPage Page, ListingGuard Guard);
