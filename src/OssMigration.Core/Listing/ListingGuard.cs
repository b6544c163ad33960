using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Watches the pages of one listing for what a store must not do. A breach is a <see cref="StoreException"/> of kind Listing.</summary>
/// <param name="store">The store's display name.</param>
/// <param name="prefix">What every key must start with.</param>
/// <param name="startExclusive">What the first page was asked to start after, or null.</param>
internal sealed class ListingGuard(string store, string prefix, string? startExclusive)
{
    private const int MostEmptyPages = 1000;

    private string? _lastKey;
    private string? _firstKeyOfPage;
    private string? _token;
    private int _emptyPages;

    /// <summary>Checks the order, the prefix and the progress of a whole page before anything of it is used.</summary>
    public void CheckOrdered(ListPage page)
    {
        CheckProgress(page);
        if (page.Entries.Count == 0)
            return;

        string first = page.Entries[0].Key;
        if (_lastKey is null && startExclusive is not null && KeyOrder.CompareKeys(first, startExclusive) <= 0)
            throw Breach("StartAfterIgnored", $"the listing after '{startExclusive}' begins with '{first}'");
        if (first == _firstKeyOfPage)
            throw Breach("Repeated", $"a page that begins with '{first}' came twice");
        _firstKeyOfPage = first;
        foreach (ObjectEntry entry in page.Entries)
            CheckKey(entry.Key);
    }

    /// <summary>Checks that a listing gets on, whatever its order is.</summary>
    public void CheckProgress(ListPage page)
    {
        _emptyPages = page.Entries.Count == 0 ? _emptyPages + 1 : 0;
        if (page.ContinuationToken is null)
            return;
        if (page.ContinuationToken == _token)
            throw Breach("TokenRepeated", "a page gives the continuation token that it was asked for with");
        if (_emptyPages > MostEmptyPages)
            throw Breach("EndlessEmptyPages", $"more than {MostEmptyPages} pages in a row were empty after '{_lastKey ?? startExclusive}'");
        _token = page.ContinuationToken;
    }

    /// <summary>The error for a breach.</summary>
    public StoreException Breach(string code, string what) =>
        new(StoreErrorKind.Listing, store, $"The listing cannot be trusted: {what}.") { Code = code };

    private void CheckKey(string key)
    {
        if (!key.StartsWith(prefix, StringComparison.Ordinal))
            throw Breach("OutsidePrefix", $"the listing of prefix '{prefix}' holds '{key}'");
        int order = _lastKey is null ? -1 : KeyOrder.CompareKeys(_lastKey, key);
        if (order == 0)
            throw Breach("Repeated", $"'{key}' came twice");
        if (order > 0)
            throw Breach("OutOfOrder", $"'{key}' came after '{_lastKey}'");
        _lastKey = key;
    }
}
