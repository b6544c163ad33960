using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Lists ranges page by page, in the store's own order. Thread-safe.</summary>
/// <param name="store">The store. Page requests are retried below this, if at all.</param>
/// <param name="filter">Entries that it does not want are passed on, marked as filtered out; null wants all.</param>
/// <param name="prefix">Only keys that start with it are asked for; another one in an answer is an error.</param>
internal sealed class PagedLister(IObjectReader store, ObjectFilterMatcher? filter, string prefix) : IKeyLister
{
    /// <inheritdoc/>
    public IRangeListing Open(string? startExclusive, string? endInclusive) => new PagedListing(store, filter, prefix, startExclusive, endInclusive);
}
