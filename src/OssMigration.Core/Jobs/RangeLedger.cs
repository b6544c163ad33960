using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>
/// The books of one range: a window of keys in order, each with or without an outcome. The cursor follows the first key
/// that has none; a key that holds up a full window becomes an in-progress item and the cursor passes it. What is
/// settled goes to the manifest segment first and to the journal after, so that the journal never claims too much.
/// </summary>
internal sealed class RangeLedger : IDisposable
{
    // A block of the manifest: less at a time would cost a write to the disk for little.
    private const int LeastWritten = ManifestFormat.MaxEntriesOfBlock;

    private readonly object _gate = new();
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Queue<LedgerSlot> _window = new();
    private readonly RangeRow _range;
    private readonly RangeSegment _segment;
    private readonly JournalWriter _journal;
    private readonly LedgerRoom _room;
    private readonly SlotRecorder _recorder;
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LedgerSlot? _passing;
    private RangeBatch _batch = new();
    private string? _cursor;
    private ObjectCount _listed;
    private ObjectCount _finalListed;
    private string? _committedCursor;
    private int _late;
    private bool _isListed;

    /// <summary>Opens the books at the range's cursor.</summary>
    public RangeLedger(RangeRow range, RangeSegment segment, JournalWriter journal, LedgerRoom room, SlotRecorder recorder)
    {
        _range = range;
        _segment = segment;
        _journal = journal;
        _room = room;
        _recorder = recorder;
        _cursor = range.Cursor;
        _committedCursor = range.Cursor;
        _listed = range.Listed;
    }

    /// <summary>True when so much waits for the disk that nothing should be entered before the next flush.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _batch.Size >= Math.Max(LeastWritten, _room.OfRange);
        }
    }

    /// <summary>Enters the next key, whose outcome comes by <see cref="Settle"/>.</summary>
    public LedgerSlot Add(in EntryTriple triple)
    {
        LedgerSlot slot = new(triple);
        lock (_gate)
            Enter(slot);
        return slot;
    }

    /// <summary>Enters the next key with its outcome.</summary>
    public void Add(in EntryTriple triple, TransferOutcome outcome)
    {
        lock (_gate)
        {
            if (_window.Count > 0)
            {
                Enter(new LedgerSlot(triple) { Outcome = outcome });
                return;
            }

            // Nothing is before it, so that it passes at once; where nothing changed, all keys do.
            (_passing ??= new LedgerSlot(triple)).Fill(triple);
            _passing.Outcome = outcome;
            Pass(_passing);
        }
    }

    /// <summary>Enters a key that an earlier process left in progress behind the cursor.</summary>
    public LedgerSlot AddLate(InProgressRow row)
    {
        LedgerSlot slot = new(row);
        lock (_gate)
            _late++;
        return slot;
    }

    /// <summary>Records the outcome of a key.</summary>
    public void Settle(LedgerSlot slot, TransferOutcome outcome)
    {
        lock (_gate)
        {
            slot.Outcome = outcome;
            if (slot.IsLate)
            {
                _late--;
                _recorder.RecordLate(slot, _batch);
            }
            else
            {
                Advance();
            }

            SignalIfSettled();
        }
    }

    /// <summary>The listing of the range is complete; its totals are final.</summary>
    public void CloseListing(ObjectCount listedSinceCursor)
    {
        lock (_gate)
        {
            _isListed = true;
            _finalListed = _range.Listed + listedSinceCursor;
            SignalIfSettled();
        }
    }

    /// <summary>Returns when every key of the closed listing has its outcome.</summary>
    public Task WaitUntilSettledAsync(CancellationToken cancellationToken) => _settled.Task.WaitAsync(cancellationToken);

    /// <summary>Writes what is settled to the disk and moves the cursor there.</summary>
    public async Task FlushAsync()
    {
        await _flushing.WaitAsync().ConfigureAwait(false);
        try
        {
            RangeBatch batch;
            RangeCommit commit;
            lock (_gate)
            {
                batch = _batch;
                if (batch.IsEmpty && _cursor == _committedCursor)
                    return;
                _batch = new RangeBatch();
                _committedCursor = _cursor;
                commit = batch.ToCommit(_range, _cursor, _listed);
            }

            commit = commit with { Segment = _segment.Append(batch.Settled) };
            await _journal.WriteAsync(writes => writes.CommitRange(commit)).ConfigureAwait(false);
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <summary>Closes the books of a range that is settled: seals its segments and marks it complete.</summary>
    public async Task CompleteAsync(Func<IEnumerable<SettledEntry>> late)
    {
        await FlushAsync().ConfigureAwait(false);
        RangeCommit commit = new RangeBatch().ToCommit(_range, _cursor, _finalListed) with
        {
            IsComplete = true,
            Segment = _segment.Seal(),
            LateSegment = _segment.WriteLate(late()),
        };
        _segment.Dispose();
        await _journal.WriteAsync(writes => writes.CommitRange(commit)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flushing.Dispose();
        _segment.Dispose();
    }

    private void Enter(LedgerSlot slot)
    {
        _window.Enqueue(slot);
        Advance();
        while (_window.Count > _room.OfRange)
            PassHead();
    }

    private void Advance()
    {
        while (_window.TryPeek(out LedgerSlot? head) && head.Outcome is not null)
            Pass(_window.Dequeue());
    }

    private void Pass(LedgerSlot slot)
    {
        MoveCursor(slot);
        _recorder.Record(slot, _batch);
    }

    private void PassHead()
    {
        LedgerSlot head = _window.Dequeue();
        head.IsLate = true;
        _late++;
        MoveCursor(head);
        _recorder.RecordInProgress(head, _batch);
        Advance();
    }

    private void MoveCursor(LedgerSlot slot)
    {
        _cursor = slot.Key;
        if (slot.ListedUpTo is { } listed)
            _listed = _range.Listed + listed;
    }

    private void SignalIfSettled()
    {
        if (_isListed && _late == 0 && _window.Count == 0)
            _settled.TrySetResult();
    }
}
