using OssMigration.Core.Planning;

namespace OssMigration.Core.Listing;

/// <summary>Lists ranges of one store: page by page, or from a sorted copy where the store keeps to no order.</summary>
internal interface IKeyLister
{
    /// <summary>Begins the listing of a range that does not change. Nothing is sent before it is walked.</summary>
    IRangeListing Open(string? startExclusive, string? endInclusive);

    /// <summary>Begins the listing of one side of a range on a board. Nothing is sent before it is walked.</summary>
    IRangeListing Open(RangeOnBoard range, RangeSide side);
}

/// <summary>The listing of one range: complete, or it throws.</summary>
internal interface IRangeListing
{
    /// <summary>The entries in ascending key order. Walk it once.</summary>
    IAsyncEnumerable<ListedEntry> ReadAsync(CancellationToken cancellationToken);

    /// <summary>What was listed so far; final when the walk has ended.</summary>
    ListedTotals Totals { get; }
}
