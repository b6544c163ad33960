using System.Collections.Concurrent;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Planning;

namespace OssMigration.Core.Jobs;

/// <summary>The ranges of a run with their books. A cut is in the journal before what is behind it is looked at, and before what is before it may be complete.</summary>
internal sealed class RunRanges(RunContext context) : IRangeHost
{
    private readonly ConcurrentDictionary<LiveRange, RangeRow> _rows = new();
    private readonly ConcurrentDictionary<int, RangeLedger> _open = new();
    private readonly RangeRunner _runner = new(context);
    private readonly LedgerRoom _room = new();
    private readonly SlotRecorder _recorder = new(context.Folder.Name, context.Run, context.Time) { OnItem = context.Listener.OnItem };
    private int _nextId;
    private int _firstNewId;

    /// <summary>Runs the ranges that are not complete, and those that they are cut into.</summary>
    public Task RunAsync(IReadOnlyList<RangeRow> left, CancellationToken cancellationToken)
    {
        using (JournalReader reader = context.Folder.Read())
            _firstNewId = _nextId = reader.Ranges(context.Run).Select(row => row.Id + 1).DefaultIfEmpty(0).Max();
        List<LiveRange> ranges = [];
        foreach (RangeRow row in left)
        {
            ranges.Add(new LiveRange(row.Cursor ?? row.Range.StartExclusive, row.Range.EndInclusive));
            _rows[ranges[^1]] = row;
        }

        return context.Walks.MakeBoard(this).RunAsync(ranges, cancellationToken);
    }

    /// <inheritdoc/>
    public Task KeepCutAsync(LiveRange range, LiveRange added)
    {
        RangeRow row = new(context.Run, _nextId++, new KeyRange(added.StartExclusive, added.EndInclusive), Cursor: null, default, IsComplete: false);
        _rows[added] = row;
        context.Progress.ExpectOneMore();
        int cut = _rows[range].Id;
        return context.Journal.WriteAsync(writes => writes.CutRange(cut, row));
    }

    /// <inheritdoc/>
    public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
    {
        RangeRow row = _rows[range.Range];
        RangeLedger ledger = Open(row, out IReadOnlyList<InProgressRow> inProgress);
        await _runner.RunAsync(range, row, ledger, inProgress, cancellationToken).ConfigureAwait(false);

        // Its files are closed; a flush that comes too late finds nothing to do.
        _open.TryRemove(row.Id, out _);
        _room.Close();
        _rows.TryRemove(range.Range, out _);
    }

    /// <summary>Writes what is settled to the disk.</summary>
    public async Task FlushAsync()
    {
        foreach (RangeLedger ledger in _open.Values)
            await ledger.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the books of the ranges that are not complete.</summary>
    public void Close()
    {
        foreach (RangeLedger ledger in _open.Values)
            ledger.Dispose();
    }

    private RangeLedger Open(RangeRow range, out IReadOnlyList<InProgressRow> inProgress)
    {
        inProgress = [];
        SegmentRow? standing = null;
        if (range.Id < _firstNewId)
        {
            using JournalReader reader = context.Folder.Read();
            inProgress = reader.InProgress(range.Run, range.Id);
            standing = reader.Segments(range.Run).FirstOrDefault(segment => segment.RangeId == range.Id && !segment.IsSealed);
        }

        RangeSegment segment = new(context.Folder.Manifests, range, standing);
        _room.Open();
        return _open[range.Id] = new RangeLedger(range, segment, context.Journal, _room, _recorder);
    }
}
