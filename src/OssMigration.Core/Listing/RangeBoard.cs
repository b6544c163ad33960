using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// The ranges of one listing, walked side by side. A lister that has nothing to do takes over the upper part of the largest range
/// that is left: it asks for a page behind a cut, and where there are keys, that page is the first of a new range. Requests that
/// bring nothing are bounded by a share of the pages. Nothing is cut while the walkers have enough to do with what they have.
/// </summary>
internal sealed class RangeBoard
{
    private const double MostWasteAhead = 35;
    private const double WasteAhead = 4;
    private const double WasteShare = 0.14;
    private const double LeastPages = 2.5;
    private const double Evenness = 1.5;
    private const int MostProbesOfRange = 2;
    private const int MostFailures = 6;
    private const int Samples = 8;

    private readonly IRangeHost _host;
    private readonly PagedLister?[] _listers;
    private readonly int _sides;
    private readonly RangeBoardOptions _options;
    private readonly CutFinder _cuts;
    private readonly List<RangeOnBoard> _running = [];
    private readonly List<RangeOnBoard> _kept = [];
    private readonly Queue<LiveRange> _queued = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Task> _stop = () => Task.CompletedTask;
    private CancellationToken _stopped;
    private Exception? _error;
    private int _waiting;
    private int _probing;
    private int _keeping;
    private long _pages;
    private double _waste;

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
        _sides = destination is null ? 1 : 2;
        _options = options;
        _cuts = new CutFinder(prefix);
    }

    /// <summary>Guards the ranges.</summary>
    public object Gate { get; } = new();

    /// <summary>Requests that are waited for, where nothing else is under way; null else.</summary>
    public int? Idle
    {
        get
        {
            lock (Gate)
                return _waiting == _running.Count && _keeping == 0 ? _waiting + _probing : null;
        }
    }

    /// <summary>Walks all ranges, and those that they are cut into, to their ends.</summary>
    public async Task RunAsync(IEnumerable<LiveRange> ranges, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        (_stop, _stopped) = (stop.CancelAsync, stop.Token);
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
        _pages++;
        RangeLeg leg = range.Range.Leg(side);
        leg.IsDone = part.IsLast;
        _waste += page.Entries.Count == 0 ? 1 : 1 - ((part.To - part.From) / (double)page.Entries.Count);
        leg.Failures = 0;
        leg.Plan = null;
        if (part.From == part.To)
            return;
        leg.Begin(page, part);
        for (int sample = 0; sample < Samples; sample++)
            _cuts.Learn(page.Entries[part.From + (int)((long)(part.To - part.From - 1) * sample / (Samples - 1))].Key);
    }

    /// <summary>Sends probes as long as there are idle listers and something to gain.</summary>
    public void Consider()
    {
        lock (Gate)
        {
            while (MayProbe() && Best() is { } best)
                SendProbe(best.Range, best.Side, best.Plan);
        }
    }

    private bool MayProbe() => _listers[0] is not null && _error is null && !_stopped.IsCancellationRequested && _queued.Count == 0
        && _running.Count + _probing < _options.MostAtATime
        && _running.Count - _waiting < _options.MostBusy
        && Waste + 1 <= Math.Min(MostWasteAhead, WasteAhead * (1 + _pages)) + (_pages * WasteShare);

    // Requests that brought nothing, parts of pages that were brought twice, and half a page for each range that will end within one.
    private double Waste => _waste + (_running.Count * _sides / 2.0);

    private (RangeOnBoard Range, RangeSide Side, CutPlan Plan)? Best()
    {
        (RangeOnBoard Range, RangeSide Side, CutPlan Plan)? best = null;
        double worth = 0, left = 0;
        foreach (RangeOnBoard range in _running)
        {
            RangeSide side = range.Range.Leg(RangeSide.Source).IsDone ? RangeSide.Destination : RangeSide.Source;
            RangeLeg leg = range.Range.Leg(side);
            if (leg.Frontier is null || leg.IsDone)
                continue;
            leg.Plan ??= Plan(range, leg);
            left += double.IsFinite(leg.Plan.Worth) ? leg.Plan.Worth : 0;
            if (leg.Plan.Cut is null || range.Probed.Count == MostProbesOfRange || leg.Failures >= MostFailures)
                continue;
            double share = Math.Min(leg.Plan.Worth, 1e9) / (1 + range.Probed.Count);
            if (share > worth)
                (best, worth) = ((range, side, leg.Plan), share);
        }

        return worth >= Math.Max(LeastPages, Evenness * left / _options.MostAtATime) ? best : null;
    }

    private CutPlan Plan(RangeOnBoard range, RangeLeg leg)
    {
        string after = leg.Frontier!;
        string? end = leg.EndWithin(range.EndInclusive);
        double pages = _cuts.SpaceLeft(leg.PageStart!, after, end);
        if (pages < LeastPages)
            return new CutPlan(null, pages);

        // Where a probe is under way already, the next one is for one of the halves that it may leave.
        KeyCut? cut = range.Probed.Count switch
        {
            0 => _cuts.Middle(after, end),
            1 => _cuts.Middle(after, range.Probed.Min),
            _ => _cuts.Middle(range.Probed.Max!, end),
        };
        return cut is null || range.Probed.Contains(cut.Text) ? new CutPlan(null, pages) : new CutPlan(cut, pages);
    }

    private void SendProbe(RangeOnBoard range, RangeSide side, CutPlan plan)
    {
        RangeLeg leg = range.Range.Leg(side);
        Probe probe = new(range, side, plan.Cut!, leg.Frontier!, leg.EndWithin(range.EndInclusive));
        range.Probed.Add(probe.Cut.Text);
        _cuts.Ask(probe.Cut, isUnderWay: true);
        leg.Plan = null;
        _probing++;
        _waste++;
        _ = ProbeAsync(probe);
    }

    private async Task ProbeAsync(Probe probe)
    {
        BegunListing? found = null;
        Exception? error = null;
        try
        {
            // Not on the thread of the walker whose page gave rise to it.
            await Task.Yield();
            found = await _listers[(int)probe.Side]!.BeginAsync(probe.Cut.Text, _stopped).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        RangeOnBoard? added = null;
        Task kept = Task.CompletedTask;
        lock (Gate)
        {
            probe.Range.Probed.Remove(probe.Cut.Text);
            _cuts.Ask(probe.Cut, isUnderWay: false);
            probe.Range.Range.Leg(probe.Side).Plan = null;
            if (found is not null && _error is null)
                (added, kept) = Take(probe, found);
            _keeping++;
        }

        try
        {
            await kept.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        lock (Gate)
        {
            _probing--;
            _keeping--;
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
            leg.Failures++;
            _cuts.Close(probe.Cut, probe.After, probe.End);
            return (null, Task.CompletedTask);
        }

        foreach (ObjectEntry entry in (ReadOnlySpan<ObjectEntry>)[entries[0], entries[^1]])
            _cuts.Learn(entry.Key);

        // What the range has read while the probe was under way stays with it.
        string cut = KeyOrder.CompareKeys(range.Frontier, probe.Cut.Text) > 0 ? range.Frontier! : probe.Cut.Text;
        bool isPassed = KeyOrder.CompareKeys(cut, entries[^1].Key) >= 0 || (end is not null && KeyOrder.CompareKeys(cut, end) >= 0);
        if (isPassed || leg.IsDone)
            return (null, Task.CompletedTask);
        LiveRange added = range.Behind(cut, end);
        foreach (RangeSide side in Enum.GetValues<RangeSide>())
            added.Leg(side).Ceiling = range.Leg(side).Ceiling;
        range.EndInclusive = cut;
        _waste--;
        Task kept = _host.KeepCutAsync(range, added);
        owner.AddCut(kept);
        RangeOnBoard next = new(this, added, probe.Side, found);
        added.Leg(probe.Side).Begin(found.Page, next.PagesOf(probe.Side).PartOf(found.Page));
        _kept.Add(next);
        return (next, kept);
    }

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
        _ = Task.Run(() => WalkAsync(range), CancellationToken.None);
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
        if (_running.Count == 0 && _probing == 0 && (_queued.Count == 0 || _error is not null))
            _over.TrySetResult();
    }

    private sealed record Probe(RangeOnBoard Range, RangeSide Side, KeyCut Cut, string After, string? End);
}
