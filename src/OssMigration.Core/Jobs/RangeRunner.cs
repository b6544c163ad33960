using OssMigration.Core.Comparing;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;

namespace OssMigration.Core.Jobs;

/// <summary>Runs one range: list, join, decide, hand over, wait for the outcomes, close the books.</summary>
internal sealed class RangeRunner(RunContext context)
{
    /// <summary>Runs the range from its cursor to its end. Leaves the ledger flushed to where it came when it is cancelled or fails.</summary>
    public async Task RunAsync(RangeOnBoard place, RangeRow range, RangeLedger ledger, IReadOnlyList<InProgressRow> inProgress, CancellationToken cancellationToken)
    {
        foreach (InProgressRow row in inProgress)
            await context.Pool.EnqueueAsync(new TransferWork(ledger, ledger.AddLate(row), Source: null, Action: null), cancellationToken).ConfigureAwait(false);

        IKeyWalk walk = context.Walks.Open(place);
        IAsyncEnumerable<EntryTriple> triples = walk.ReadAsync(cancellationToken);
        await foreach (EntryTriple triple in triples.ConfigureAwait(false))
        {
            await context.Pause.WaitAsync(cancellationToken).ConfigureAwait(false);
            await DecideAsync(triple, ledger, cancellationToken).ConfigureAwait(false);
        }

        context.Progress.CountRangeListed();
        ledger.CloseListing(walk.Listed);
        await ledger.WaitUntilSettledAsync(cancellationToken).ConfigureAwait(false);
        await place.WhenCutsAreKeptAsync().ConfigureAwait(false);
        await ledger.CompleteAsync(() => ReadLate(range)).ConfigureAwait(false);
    }

    private async ValueTask DecideAsync(EntryTriple triple, RangeLedger ledger, CancellationToken cancellationToken)
    {
        if (ledger.IsFull)
            await ledger.FlushAsync().ConfigureAwait(false);
        bool isListed = triple.Source is { IsFilteredOut: false };
        if (isListed)
            context.Progress.CountListed(triple.Source!.Value.Entry.Size);

        TransferAction action = context.Rules.Decide(triple);
        if (action is TransferAction.Settle settled)
        {
            ledger.Add(triple, settled.Outcome);
            context.Progress.CountDone(settled.Outcome.Kind, LedgerSlot.SizeOf(triple));
        }
        else
        {
            TransferWork work = new(ledger, ledger.Add(triple), triple.Source!.Value.Entry, action);
            await context.Pool.EnqueueAsync(work, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<Manifests.SettledEntry> ReadLate(RangeRow range)
    {
        using JournalReader reader = context.Folder.Read();
        return [.. reader.Late(range.Run, range.Id)];
    }
}
