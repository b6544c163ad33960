using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Lists ranges page by page, in the store's own order.</summary>
/// <param name="store">The store.</param>
/// <param name="filter">Entries that it does not want are passed on, marked as filtered out; null wants all.</param>
/// <param name="prefix">Only keys that start with it are asked for.</param>
internal sealed class PagedLister(IObjectReader store, ObjectFilterMatcher? filter, string prefix) : IKeyLister
{
    /// <inheritdoc/>
    public IRangeListing Open(string? startExclusive, string? endInclusive) => new PagedListing(store, filter, prefix, startExclusive, endInclusive);
}
