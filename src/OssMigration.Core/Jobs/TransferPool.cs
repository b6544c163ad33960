using System.Threading.Channels;
using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>One object that waits for its transfer.</summary>
/// <param name="Ledger">The books that get the outcome.</param>
/// <param name="Slot">Its place in them.</param>
/// <param name="Source">The object as listed; null where an earlier process left it in progress and it must be looked up.</param>
/// <param name="Action">What was decided; null with <paramref name="Source"/>.</param>
internal sealed record TransferWork(RangeLedger Ledger, LedgerSlot Slot, ObjectEntry? Source, TransferAction? Action);

/// <summary>
/// A fixed number of workers that take objects from one short queue, whatever range they come from. An error that stops
/// the run is thrown by the worker that met it; an object without outcome is left to the next resume.
/// </summary>
internal sealed class TransferPool
{
    private readonly Channel<TransferWork> _queue;
    private readonly ObjectTransfer _transfer;
    private readonly PauseGate _pause;
    private readonly RunProgress _progress;
    private readonly Func<string, CancellationToken, Task<LookedUp>> _lookUp;
    private readonly int _workers;

    /// <summary>Makes the pool; nothing runs yet.</summary>
    public TransferPool(
        ObjectTransfer transfer,
        int workers,
        PauseGate pause,
        RunProgress progress,
        Func<string, CancellationToken, Task<LookedUp>> lookUp)
    {
        _transfer = transfer;
        _workers = workers;
        _pause = pause;
        _progress = progress;
        _lookUp = lookUp;
        _queue = Channel.CreateBounded<TransferWork>(new BoundedChannelOptions(2 * workers));
    }

    /// <summary>Queues an object; waits while the queue is full.</summary>
    public ValueTask EnqueueAsync(TransferWork work, CancellationToken cancellationToken) => _queue.Writer.WriteAsync(work, cancellationToken);

    /// <summary>No more objects will come.</summary>
    public void Close() => _queue.Writer.TryComplete();

    /// <summary>Works until the pool is closed and empty, or cancelled.</summary>
    public Task RunAsync(CancellationTokenSource run)
        => Task.WhenAll(Enumerable.Range(0, _workers).Select(_ => Task.Run(() => WorkAsync(run), CancellationToken.None)));

    private async Task WorkAsync(CancellationTokenSource run)
    {
        try
        {
            await foreach (TransferWork work in _queue.Reader.ReadAllAsync(run.Token).ConfigureAwait(false))
            {
                await _pause.WaitAsync(run.Token).ConfigureAwait(false);
                await TransferAsync(work, run.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            await run.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TransferAsync(TransferWork work, CancellationToken cancellationToken)
    {
        (ObjectEntry? source, TransferAction? action) = (work.Source, work.Action);
        if (action is null)
            (source, work.Slot.Previous, action) = await _lookUp(work.Slot.Key, cancellationToken).ConfigureAwait(false);
        TransferOutcome outcome = source is null
            ? ((TransferAction.Settle)action).Outcome
            : await _transfer.RunAsync(source, action, cancellationToken).ConfigureAwait(false);
        work.Ledger.Settle(work.Slot, outcome);
        _progress.CountDone(outcome.Kind, work.Slot.Size);
    }
}
