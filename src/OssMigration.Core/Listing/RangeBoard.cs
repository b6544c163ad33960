using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// The ranges of one listing, walked side by side. A lister that has nothing to do takes over the upper part of the largest range
/// that is left: it asks for a page behind a cut, and where there are keys, that page is the first of a new range. Nothing is cut
/// while the walkers have enough to do with what they have.
/// </summary>
internal sealed class RangeBoard
{
    private readonly IRangeHost _host;
    private readonly PagedLister?[] _listers;
    private readonly RangeBoardOptions _options;
    private readonly ProbeChooser _chooser;
    private readonly List<RangeOnBoard> _running = [];
    private readonly List<RangeOnBoard> _kept = [];
    private readonly Queue<LiveRange> _queued = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Task> _stop = () => Task.CompletedTask;
    private CancellationToken _stopped;
    private Exception? _error;
    private int _waiting;
    private long _begunAt;

    /// <summary>Makes a board.</summary>
    /// <param name="host">Whose ranges these are.</param>
    /// <param name="prefix">What all keys start with.</param>
    /// <param name="source">Lists the source. Null, or where it lists from a sorted copy, nothing is cut.</param>
    /// <param name="destination">Lists the destination; null where only the source is walked.</param>
    /// <param name="options">How the work is shared out.</param>
    public RangeBoard(IRangeHost host, string prefix, IKeyLister? source, IKeyLister? destination, RangeBoardOptions options)
    {
        _host = host;
        _listers = source is PagedLister && destination is null or PagedLister ? [source as PagedLister, destination as PagedLister] : [null, null];
        _options = options;
        _chooser = new ProbeChooser(prefix, sides: destination is null ? 1 : 2, _listers[0]?.PageSize ?? 1, options.MostAtATime);
    }

    /// <summary>Guards the ranges.</summary>
    public object Gate { get; } = new();

    /// <summary>Walks all ranges, and those that they are cut into, to their ends.</summary>
    public async Task RunAsync(IEnumerable<LiveRange> ranges, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        (_stop, _stopped, _begunAt) = (stop.CancelAsync, stop.Token, _options.Time.GetTimestamp());
        lock (Gate)
        {
            foreach (LiveRange range in ranges)
                _queued.Enqueue(range);
            StartQueued();
            if (_running.Count == 0)
                _over.TrySetResult();
        }

        await _over.Task.ConfigureAwait(false);
        if (_error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
    }

    /// <summary>A walker begins to wait for a page.</summary>
    public void BeginWait()
    {
        lock (Gate)
        {
            _waiting++;
            Consider();
        }
    }

    /// <summary>A walker has its page.</summary>
    public void EndWait()
    {
        lock (Gate)
            _waiting--;
    }

    /// <summary>Takes in what a page tells. Called under the gate.</summary>
    public void Note(RangeOnBoard range, RangeSide side, ListPage page, PagePart part)
    {
        if (!_chooser.KnowsPageTime)
            _chooser.Learn(_options.Time.GetElapsedTime(_begunAt));
        _chooser.Note(range.Range.Leg(side), page, part);
    }

    /// <summary>Sends probes as long as there are idle listers and something to gain.</summary>
    public void Consider()
    {
        lock (Gate)
        {
            bool mayCut = _listers[0] is not null && _error is null && !_stopped.IsCancellationRequested && _queued.Count == 0
                && _running.Count - _waiting < _options.MostBusy;
            if (!mayCut)
                return;
            foreach (Probe probe in _chooser.Choose(_running))
                _options.Begin(() => ProbeAsync(probe));
        }
    }

    private async Task ProbeAsync(Probe probe)
    {
        RangeOnBoard? added = null;
        Exception? error = null;
        try
        {
            long asked = _options.Time.GetTimestamp();
            BegunListing found = await _listers[(int)probe.Side]!.BeginAsync(probe.Cut.Text, _stopped).ConfigureAwait(false);
            Task kept = Task.CompletedTask;
            lock (Gate)
            {
                _chooser.Learn(_options.Time.GetElapsedTime(asked));
                _chooser.Answer(probe, found.Page);
                if (_error is null)
                    (added, kept) = Take(probe, found);
            }

            await kept.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        lock (Gate)
        {
            _chooser.End(probe);
            if (error is not null)
                Fail(error);
            if (added is not null)
                Start(added);
            EndIfOver();
            Consider();
        }
    }

    private (RangeOnBoard? Added, Task Kept) Take(Probe probe, BegunListing found)
    {
        // The range may have been cut since, so that what the probe found is another one's.
        RangeOnBoard? owner = _running.Find(range => range.Range.HasAhead(probe.Cut.Text)) ?? _kept.Find(range => range.Range.HasAhead(probe.Cut.Text));
        IReadOnlyList<ObjectEntry> entries = found.Page.Entries;
        if (owner is null || (entries.Count == 0 && found.Page.ContinuationToken is not null))
            return (null, Task.CompletedTask);
        LiveRange range = owner.Range;
        RangeLeg leg = range.Leg(probe.Side);
        string? end = range.EndInclusive;
        leg.Plan = null;
        if (entries.Count == 0 || (end is not null && KeyOrder.CompareKeys(entries[0].Key, end) > 0))
        {
            leg.Ceiling = leg.EndWithin(probe.Cut.Text);
            return (null, Task.CompletedTask);
        }

        // What the range has read while the probe was under way stays with it.
        string cut = KeyOrder.CompareKeys(range.Frontier, probe.Cut.Text) > 0 ? range.Frontier! : probe.Cut.Text;
        bool isPassed = KeyOrder.CompareKeys(cut, entries[^1].Key) >= 0 || (end is not null && KeyOrder.CompareKeys(cut, end) >= 0);
        if (isPassed || leg.IsDone)
            return (null, Task.CompletedTask);
        LiveRange added = range.Behind(cut, end);
        foreach (RangeSide side in Enum.GetValues<RangeSide>())
            added.Leg(side).Ceiling = range.Leg(side).Ceiling;
        range.EndInclusive = cut;
        _chooser.CountFound();
        Task kept = KeepAsync(range, added);
        owner.AddCut(kept);
        RangeOnBoard next = new(this, added, probe.Side, found);
        added.Leg(probe.Side).Begin(found.Page, next.PagesOf(probe.Side).PartOf(found.Page));
        _kept.Add(next);
        return (next, kept);
    }

    // What a host throws at once fails the task too: the range that was cut waits for it, and must not be called complete.
    private async Task KeepAsync(LiveRange range, LiveRange added) => await _host.KeepCutAsync(range, added).ConfigureAwait(false);

    private void StartQueued()
    {
        while (_running.Count < _options.MostAtATime && _error is null && _queued.TryDequeue(out LiveRange? range))
            Start(new RangeOnBoard(this, range, RangeSide.Source, begun: null));
    }

    private void Start(RangeOnBoard range)
    {
        _kept.Remove(range);
        if (_error is not null)
            return;
        _running.Add(range);
        _options.Begin(() => WalkAsync(range));
    }

    private async Task WalkAsync(RangeOnBoard range)
    {
        Exception? error = null;
        try
        {
            await _host.WalkAsync(range, _stopped).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        lock (Gate)
        {
            _running.Remove(range);
            if (error is not null)
                Fail(error);
            StartQueued();
            EndIfOver();
            Consider();
        }
    }

    // What broke the walk is told, not the cancellation that followed from it.
    private void Fail(Exception error)
    {
        if (_error is null or OperationCanceledException)
            _error = error;
        _ = _stop();
    }

    private void EndIfOver()
    {
        if (_running.Count == 0 && !_chooser.IsBusy && (_queued.Count == 0 || _error is not null))
            _over.TrySetResult();
    }
}
