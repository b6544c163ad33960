using OssMigration.Core.Listing;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;

namespace OssMigration.Core.Tests.Listing;

/// <summary>Lists a store over a board of ranges, and keeps the books of it as a run does: the cuts, what is complete, and its keys.</summary>
internal sealed class BoardListing
{
    private readonly List<KeyRange> _plan = [KeyRange.All];
    private readonly HashSet<string> _complete = [];
    private int _cuts;

    /// <summary>The keys of complete ranges.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>The ranges, as far as their cuts were kept.</summary>
    public IReadOnlyList<KeyRange> Plan => _plan;

    /// <summary>The process dies after this cut is made and before it is kept; 0 for never.</summary>
    public int KilledAtCut { get; set; }

    /// <summary>Lists everything.</summary>
    public static BoardListing Of(TimedKeyStore store)
    {
        BoardListing listing = new();
        listing.Run(store);
        return listing;
    }

    /// <summary>Lists what is not complete.</summary>
    public void Run(TimedKeyStore store)
    {
        PagedLister lister = new(store, null, "");
        Process process = new(this, lister);
        LiveRange[] left = [.. _plan.Where(range => !_complete.Contains(range.StartExclusive ?? "")).Select(range => new LiveRange(range.StartExclusive, range.EndInclusive))];
        store.Run(() => new RangeBoard(process, "", lister, destination: null, new RangeBoardOptions { Begin = store.Begin, Time = store.Clock }).RunAsync(left, CancellationToken.None));
    }

    // Nothing of a dead process reaches the books.
    private sealed class Process(BoardListing books, PagedLister lister) : IRangeHost
    {
        private bool _isDead;

        public Task KeepCutAsync(LiveRange range, LiveRange added)
        {
            _isDead |= ++books._cuts == books.KilledAtCut;
            if (_isDead)
                return Task.FromException(new KilledException());
            int at = books._plan.FindIndex(each => each.StartExclusive == range.StartExclusive);
            books._plan[at] = new KeyRange(range.StartExclusive, range.EndInclusive);
            books._plan.Insert(at + 1, new KeyRange(added.StartExclusive, added.EndInclusive));
            KeyRangePlan.Check(books._plan);
            return Task.CompletedTask;
        }

        public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
        {
            List<string> keys = [];
            await foreach (ListedEntry listed in lister.Open(range, RangeSide.Source).ReadAsync(cancellationToken))
                keys.Add(listed.Entry.Key);
            await range.WhenCutsAreKeptAsync();
            if (_isDead)
                return;
            books._complete.Add(range.StartExclusive ?? "");
            books.Keys.AddRange(keys);
        }
    }
}
