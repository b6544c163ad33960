using OssMigration.Core.Listing;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Listing;

/// <summary>Lists a store over a board of ranges and keeps every key, and every plan that there was.</summary>
internal sealed class BoardListing : IRangeHost
{
    private readonly object _gate = new();
    private readonly List<KeyRange> _plan = [];
    private readonly PagedLister _lister;
    private readonly RangeBoard _board;

    public BoardListing(IObjectReader store, string prefix, RangeBoardOptions? options = null)
    {
        _lister = new PagedLister(store, null, prefix);
        _board = new RangeBoard(this, prefix, _lister, destination: null, options ?? new RangeBoardOptions());
    }

    public List<string> Keys { get; } = [];

    public IReadOnlyList<KeyRange> Plan => _plan;

    public static async Task<(BoardListing Listing, TimedKeyStore Store)> OfAsync(IReadOnlyList<string> keys, int pageSize, string prefix = "")
    {
        TimedKeyStore store = new(keys, pageSize);
        BoardListing listing = new(store, prefix);
        await store.RunAsync(listing.RunAsync(CancellationToken.None), () => listing._board.Idle);
        return (listing, store);
    }

    public Task RunAsync(CancellationToken cancellationToken)
    {
        _plan.Add(KeyRange.All);
        return _board.RunAsync([new LiveRange(null, null)], cancellationToken);
    }

    public Task KeepCutAsync(LiveRange range, LiveRange added)
    {
        lock (_gate)
        {
            int at = _plan.FindIndex(each => each.StartExclusive == range.StartExclusive);
            _plan[at] = new KeyRange(range.StartExclusive, range.EndInclusive);
            _plan.Insert(at + 1, new KeyRange(added.StartExclusive, added.EndInclusive));
            KeyRangePlan.Check(_plan);
        }

        return Task.CompletedTask;
    }

    public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
    {
        List<string> keys = [];
        await foreach (ListedEntry listed in _lister.Open(range, RangeSide.Source).ReadAsync(cancellationToken))
            keys.Add(listed.Entry.Key);
        lock (_gate)
            Keys.AddRange(keys);
    }
}
