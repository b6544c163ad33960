using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>A range that a board has given to a walker.</summary>
internal sealed class RangeOnBoard(RangeBoard board, LiveRange range, RangeSide begunSide, BegunListing? begun)
{
    private int _waits;
    private Task _cuts = Task.CompletedTask;

    /// <summary>The range.</summary>
    public LiveRange Range => range;

    /// <summary>Null: from the first key.</summary>
    public string? StartExclusive => range.StartExclusive;

    /// <summary>As it is now; null: to the last key.</summary>
    public string? EndInclusive => range.EndInclusive;

    /// <summary>The pages of one side.</summary>
    public RangePages PagesOf(RangeSide side) => new Pages(this, side, side == begunSide ? begun : null);

    /// <summary>Returns when every cut that shortened this range is kept. Before that it must not be called complete.</summary>
    public Task WhenCutsAreKeptAsync()
    {
        lock (board.Gate)
            return _cuts;
    }

    /// <summary>Adds a cut that is being kept. Called under the gate.</summary>
    public void AddCut(Task kept) => _cuts = _cuts.IsCompletedSuccessfully ? kept : Task.WhenAll(_cuts, kept);

    private sealed class Pages(RangeOnBoard owner, RangeSide side, BegunListing? begun) : RangePages(owner.Range, begun)
    {
        public override async ValueTask<ListPage> WaitAsync(Task<ListPage> page)
        {
            if (page.IsCompleted)
                return await page.ConfigureAwait(false);
            if (Interlocked.Increment(ref owner._waits) == 1)
                owner.Board.BeginWait();
            try
            {
                return await page.ConfigureAwait(false);
            }
            finally
            {
                if (Interlocked.Decrement(ref owner._waits) == 0)
                    owner.Board.EndWait();
            }
        }

        public override PagePart Receive(ListPage page)
        {
            PagePart part;
            lock (owner.Board.Gate)
            {
                part = PartOf(page);
                owner.Board.Note(owner, side, page, part);
                owner.Board.Consider();
            }

            return part;
        }
    }

    private RangeBoard Board => board;
}
