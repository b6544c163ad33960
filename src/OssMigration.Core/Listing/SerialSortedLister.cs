using System.Runtime.CompilerServices;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// For a store that ignores start-after or lists out of order: lists everything once, one page after the other, into a
/// table on the disk (about 200 bytes an object) and reads ranges from there in order. The listing happens when the first
/// range is read, and again by the next one if it failed or was cancelled. Thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="filter">As for <see cref="PagedLister"/>.</param>
/// <param name="prefix">As for <see cref="PagedLister"/>.</param>
/// <param name="path">Where the table is made; a file that is there is replaced, and deleted in the end.</param>
internal sealed class SerialSortedLister(IObjectReader store, ObjectFilterMatcher? filter, string prefix, string path) : IKeyLister, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private EntryTable? _table;

    /// <inheritdoc/>
    public IRangeListing Open(string? startExclusive, string? endInclusive) => new Range(this, startExclusive, endInclusive);

    /// <inheritdoc/>
    public IRangeListing Open(RangeOnBoard range, RangeSide side) => Open(range.StartExclusive, range.EndInclusive);

    /// <summary>Deletes the table.</summary>
    public void Dispose()
    {
        _table?.Dispose();
        _gate.Dispose();
    }

    private async Task<EntryTable> FilledTableAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _table ??= await FillAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<EntryTable> FillAsync(CancellationToken cancellationToken)
    {
        EntryTable table = EntryTable.Create(path);
        try
        {
            ListingGuard guard = new(store.DisplayName, prefix, startExclusive: null);
            string? token = null;
            do
            {
                ListPage page = await store.ListPageAsync(new ListPageRequest(prefix, null, token, store.Limits.MaxPageSize), cancellationToken);
                guard.CheckProgress(page);
                if (page.DeclaredCount != page.Entries.Count)
                    throw guard.Breach("CountMismatch", $"a page declares {page.DeclaredCount} keys and holds {page.Entries.Count}");
                if (page.Entries.FirstOrDefault(entry => !entry.Key.StartsWith(prefix, StringComparison.Ordinal)) is { } stranger)
                    throw guard.Breach("OutsidePrefix", $"the listing of prefix '{prefix}' holds '{stranger.Key}'");
                table.Add(page.Entries);
                token = page.ContinuationToken;
            }
            while (token is not null);
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    private sealed class Range(SerialSortedLister owner, string? startExclusive, string? endInclusive) : IRangeListing
    {
        private ObjectCount _listed;
        private long _filteredOut;

        public ListedTotals Totals => new(_listed, _filteredOut, Pages: 0);

        public async IAsyncEnumerable<ListedEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            EntryTable table = await owner.FilledTableAsync(cancellationToken);
            foreach (ObjectEntry entry in table.Read(startExclusive, endInclusive))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool isFilteredOut = owner.Filter is { } filter && !filter.IsWanted(entry);
                if (isFilteredOut)
                    _filteredOut++;
                else
                    _listed = _listed.Plus(entry.Size);
                yield return new ListedEntry(entry, isFilteredOut, _listed.Objects, _listed.Bytes);
            }
        }
    }

    private ObjectFilterMatcher? Filter => filter;
}
