using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>
/// The orders of a run: each open range has one valid chain of them. A chain that may be broken is replaced by one of a
/// higher generation, begun where the journal stands, so that nothing is lost and what is left of the old one counts for nothing.
/// </summary>
internal sealed class SharedRanges(
    JobFolder folder, RunStretch stretch, SettledPieces settled, ISliceExchange exchange, IRunListener listener, TimeProvider time)
{
    /// <summary>How often a range is begun without getting on.</summary>
    public const int MostAttempts = 10;

    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(15);

    private readonly Dictionary<int, SharedRange> _ranges = [];
    private readonly SharedCuts _cuts = new(folder, stretch, listener);
    private Sharing _sharing = new() { Run = stretch.Run.Run, Resumes = stretch.Run.Resumes };
    private long _lastNews = time.GetTimestamp();
    private bool _hasSettled;

    /// <summary>Whether others have something left to do.</summary>
    public bool AnyOpen => _ranges.Values.Any(range => range.IsOpen);

    /// <summary>How many have something left to be done by others.</summary>
    public int CountOpen => _ranges.Values.Count(range => range.IsOpen);

    /// <summary>Whether everything is settled.</summary>
    public bool AllComplete => _ranges.Values.All(range => range.Row.IsComplete);

    /// <summary>What is parked, in a sentence; null for nothing.</summary>
    public string? ParkedReason => _sharing.Parked.Count == 0
        ? null
        : $"{_sharing.Parked.Count} ranges were begun {MostAttempts} times without getting on and are parked; starting the coordinator again begins them anew. The first: {_sharing.Parked.OrderBy(parked => parked.Key).First().Value}";

    /// <summary>Goes on where an earlier coordinator left the orders, or gives out new ones.</summary>
    public async Task BeginAsync(IReadOnlyList<RangeRow> ranges, MigrationJob job, CancellationToken cancellationToken)
    {
        Sharing? kept;
        using (JournalReader reader = folder.Read())
        {
            kept = reader.Sharing(stretch.Run.Run);
            _cuts.LastRange = reader.Ranges(stretch.Run.Run).Max(range => range.Id);
        }

        // Should it end before all orders are given out, the next start gives them out anew.
        _sharing = (kept ?? _sharing) with { IsSeeded = false };

        _hasSettled = settled.Any();
        foreach (RangeRow row in ranges)
            _ranges.Add(row.Id, new SharedRange(folder, row) { Generation = kept?.Generations.GetValueOrDefault(row.Id, 1) ?? 1 });
        bool isNew = await exchange.OpenAsync(new SharedRun { Job = job, Run = stretch.Run.Run, Settled = settled.ReadAsync }, cancellationToken).ConfigureAwait(false);

        // A run that went on elsewhere in between stands where no order knows.
        bool goesOn = !isNew && kept is { IsSeeded: true } && (kept.Resumes == stretch.Run.Resumes || kept.Resumes == stretch.Run.Resumes - 1);
        _sharing = _sharing with { Resumes = stretch.Run.Resumes, Parked = new Dictionary<int, string>(), IsSeeded = goesOn };
        List<SharedRange> anew = [.. _ranges.Values.Where(range => !goesOn || range.Row.Id > kept!.LastOrdered || kept.Unsure.Contains(range.Row.Id) || kept.Parked.ContainsKey(range.Row.Id))];
        if (kept is null)
            anew.AddRange(await _cuts.CutFirstAsync(_ranges, cancellationToken).ConfigureAwait(false));
        if (kept is not null)
            anew.ForEach(range => range.Generation++);
        exchange.Announce(ToState(job, isStopping: false));
        await OrderAsync(anew, cancellationToken).ConfigureAwait(false);
        _sharing = _sharing with { IsSeeded = true };
        await KeepAsync().ConfigureAwait(false);
        exchange.Announce(ToState(job, isStopping: false));
    }

    /// <summary>The range that a slice carries on; null where it does not.</summary>
    public SharedRange? Expected(SliceResult slice)
    {
        _lastNews = time.GetTimestamp();
        return slice.Run == stretch.Run.Run
            && _ranges.GetValueOrDefault(slice.Range) is { IsOpen: true } range
            && range.Generation == slice.Generation
            && range.Place == slice.From
            && range.Row.Range.EndInclusive == slice.End
            ? range
            : null;
    }

    /// <summary>Whether uploads of a range may be begun.</summary>
    public bool IsUnderWay(int range) => _ranges.GetValueOrDefault(range) is { IsOpen: true };

    /// <summary>A slice of the valid chain is in the journal.</summary>
    public async Task CountAsync(SharedRange range, SliceResult slice, RangeRow? behind)
    {
        _sharing = _sharing with
        {
            Slices = _sharing.Slices + 1,
            Workers = _sharing.Workers.Contains(slice.Worker) ? _sharing.Workers : [.. _sharing.Workers, slice.Worker],
        };
        range.Attempt = slice.GotOn ? 0 : range.Attempt + 1;
        if (range.Attempt >= MostAttempts)
            await ParkAsync(range, "Its slices came to nothing.").ConfigureAwait(false);
        range.WantedCut = null;
        if (behind is null)
            return;
        SharedRange added = new(folder, behind);
        _ranges.Add(behind.Id, added);
        await OrderAsync([added], CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The range that begins where a slice of the valid chain was cut; null where it was not.</summary>
    public RangeRow? CutBehind(SharedRange range, SliceResult slice) => slice.CutAt is { } cut ? _cuts.Behind(range, cut) : null;

    /// <summary>Where workers have nothing to do: asks those that work on ranges to cut them.</summary>
    public Task FeedAsync(SharedStanding standing) => _cuts.FeedAsync(_ranges, standing);

    /// <summary>
    /// A slice that the journal has already, or of a chain that was given up. One that begins ahead of the journal, or
    /// ends elsewhere, means that the journal was set back: the range is ordered anew from where it stands.
    /// </summary>
    public async Task CountDuplicateAsync(SliceResult slice)
    {
        _sharing = _sharing with { Duplicates = _sharing.Duplicates + 1 };
        listener.OnEvent(new RunEvent(EventLevel.Verbose, FormattableString.Invariant($"A slice of range {slice.Range} by {slice.Worker} came twice or late and is not counted.")));
        bool isAhead = slice.Run == stretch.Run.Run
            && _ranges.GetValueOrDefault(slice.Range) is { IsOpen: true } range
            && range.Generation == slice.Generation
            && (slice.From == range.Place || (slice.From is not null && (range.Place is null || KeyOrder.CompareKeys(slice.From, range.Place) > 0)));
        if (isAhead)
            await OrderAnewAsync([_ranges[slice.Range]]).ConfigureAwait(false);
    }

    /// <summary>An order came to nothing, or may have.</summary>
    public async Task OrderAgainAsync(SliceNews.Doubt doubt)
    {
        _lastNews = time.GetTimestamp();
        if (_ranges.GetValueOrDefault(doubt.Order.Range) is not { IsOpen: true } range || range.Generation != doubt.Order.Generation)
            return;
        _sharing = _sharing with { Redelivered = _sharing.Redelivered + 1 };
        range.Attempt = Math.Max(range.Attempt, doubt.Order.Attempt) + 1;
        if (range.Attempt >= MostAttempts)
        {
            await ParkAsync(range, doubt.Reason).ConfigureAwait(false);
            return;
        }

        listener.OnEvent(new RunEvent(EventLevel.Verbose, FormattableString.Invariant($"Range {range.Row.Id} is ordered again: {doubt.Reason}")));
        await OrderAnewAsync([range]).ConfigureAwait(false);
    }

    /// <summary>Orders everything anew that is open where workers are there, nothing waits, and nobody works or says anything.</summary>
    public async Task ReviveAsync(SharedStanding standing)
    {
        if (standing.Workers == 0 || standing.Waiting > 0 || standing.Working > 0)
        {
            _lastNews = time.GetTimestamp();
            return;
        }

        if (time.GetElapsedTime(_lastNews) < StallTime)
            return;
        _lastNews = time.GetTimestamp();
        List<SharedRange> open = [.. _ranges.Values.Where(range => range.IsOpen)];
        listener.OnEvent(new RunEvent(EventLevel.Warning, $"{open.Count} ranges are open and no order of them is left; they are ordered anew."));
        await OrderAnewAsync(open).ConfigureAwait(false);
    }

    /// <summary>What workers must know.</summary>
    public SharedState ToState(MigrationJob job, bool isStopping) => new()
    {
        Job = job,
        Run = stretch.Run.Run,
        Limits = JobLimits.Of(job).At(time.GetUtcNow()),
        IsStopping = isStopping,
        Cuts = _ranges.Where(range => range.Value.WantedCut is not null).ToDictionary(range => range.Key, range => range.Value.WantedCut!),
        Generations = Generations(),
    };

    /// <summary>Writes down how it stands.</summary>
    public Task KeepAsync()
    {
        _sharing = _sharing with { Generations = Generations(), Unsure = [], Parked = Parked(), LastOrdered = _sharing.IsSeeded ? _ranges.Keys.DefaultIfEmpty(-1).Max() : -1 };
        return WriteAsync(_sharing);
    }

    /// <summary>Closes the manifest segments.</summary>
    public void Close()
    {
        foreach (SharedRange range in _ranges.Values)
            range.Dispose();
    }

    private async Task ParkAsync(SharedRange range, string reason)
    {
        range.Parked = FormattableString.Invariant($"Range {range.Row.Id}: {reason}");
        listener.OnEvent(new RunEvent(EventLevel.Warning, $"{range.Parked} It was begun {MostAttempts} times without getting on and is parked."));
        await KeepAsync().ConfigureAwait(false);
    }

    private Task OrderAnewAsync(IReadOnlyList<SharedRange> ranges)
    {
        foreach (SharedRange range in ranges)
            range.Generation++;
        return OrderAsync(ranges, CancellationToken.None);
    }

    // Written down before and after: should this process end in between, the next one orders anew.
    private async Task OrderAsync(IReadOnlyList<SharedRange> ranges, CancellationToken cancellationToken)
    {
        await WriteAsync(_sharing with { Generations = Generations(), Unsure = [.. ranges.Select(range => range.Row.Id)], Parked = Parked() }).ConfigureAwait(false);
        await exchange.OrderAsync([.. ranges.Select(ToOrder)], cancellationToken).ConfigureAwait(false);
        await KeepAsync().ConfigureAwait(false);
    }

    private SliceOrder ToOrder(SharedRange range)
    {
        using JournalReader reader = folder.Read();
        Planning.KeyRange left = new(range.Place, range.Row.Range.EndInclusive);
        IReadOnlyList<InProgressRow> pending = reader.InProgress(range.Row.Run, range.Row.Id);
        HashSet<string> pendingKeys = new(pending.Select(row => row.Key), StringComparer.Ordinal);
        return new SliceOrder
        {
            Run = range.Row.Run,
            Range = range.Row.Id,
            Generation = range.Generation,
            Attempt = range.Attempt,
            From = range.Place,
            End = range.Row.Range.EndInclusive,
            HasSettled = _hasSettled,
            Pending = [.. pending.Select(row => new PendingKey(row.Key, row.Size))],
            Uploads = [.. reader.Uploads().Where(upload => pendingKeys.Contains(upload.Key) || left.Contains(upload.Key)).Select(upload => SliceMemory.ToUpload(upload, reader.Parts(upload.Key)))],
        };
    }

    private Dictionary<int, long> Generations()
        => _ranges.Where(range => !range.Value.Row.IsComplete && range.Value.Generation > 1).ToDictionary(range => range.Key, range => range.Value.Generation);

    private Dictionary<int, string> Parked()
        => _ranges.Where(range => range.Value.Parked is not null).ToDictionary(range => range.Key, range => range.Value.Parked!);

    private Task WriteAsync(Sharing sharing) => stretch.Journal.WriteAsync(writes => writes.PutSharing(sharing));
}
