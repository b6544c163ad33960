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
    private const double MostWasteAhead = 36;
    private const double WasteAhead = 8;
    private const double WasteShare = 0.13;
    private const double LeastPages = 3;
    private const double Evenness = 1.5;
    private const int Samples = 8;

    private readonly IRangeHost _host;
    private readonly PagedLister?[] _listers;
    private readonly int _sides;
    private readonly RangeBoardOptions _options;
    private readonly CutFinder _cuts;
    private readonly List<RangeOnBoard> _running = [];
    private readonly List<RangeOnBoard> _kept = [];
    private readonly Queue<LiveRange> _queued = new();
    private readonly List<Probe> _probes = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Task> _stop = () => Task.CompletedTask;
    private CancellationToken _stopped;
    private Exception? _error;
    private int _waiting;
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
            Ask();
            while (MayProbe() && Best() is { } best)
                SendProbe(best.Range, best.Side, best.Cut);
        }
    }

    // All of a range at once: one answer settles a question, and none is worth waiting for.
    private void Ask()
    {
        foreach (RangeOnBoard range in _running)
        {
            if (_probes.Exists(probe => !probe.IsBack && probe.Cut.IsBeyond))
                return;
            RangeSide side = SideOf(range);
            RangeLeg leg = range.Range.Leg(side);
            if (leg.Frontier is null || leg.IsDone || !MayProbe())
                continue;
            foreach (KeyCut cut in _cuts.Questions(leg, leg.EndWithin(range.EndInclusive)))
            {
                if (!MayProbe())
                    return;
                SendProbe(range, side, cut);
            }
        }
    }

    private bool MayProbe() => _listers[0] is not null && _error is null && !_stopped.IsCancellationRequested && _queued.Count == 0
        && _running.Count + _probes.Count < _options.MostAtATime
        && _running.Count - _waiting < _options.MostBusy
        && Waste + 1 <= Math.Min(MostWasteAhead, WasteAhead * (1 + _pages)) + (_pages * WasteShare);

    // Requests that brought nothing, parts of pages that were brought twice, and half a page for each range that will end within one.
    private double Waste => _waste + (_running.Count * _sides / 2.0);

    private (RangeOnBoard Range, RangeSide Side, KeyCut Cut)? Best()
    {
        (RangeOnBoard Range, RangeSide Side, KeyCut Cut)? best = null;
        double worth = 0, left = 0;
        foreach (RangeOnBoard range in _running)
        {
            RangeSide side = SideOf(range);
            RangeLeg leg = range.Range.Leg(side);
            if (leg.Frontier is null || leg.IsDone)
                continue;
            CutPlan plan = leg.Plan ??= _cuts.Plan(leg, leg.EndWithin(range.EndInclusive), _listers[0]!.PageSize, UnderWay(range, side));
            left += double.IsFinite(plan.Left) ? plan.Left : 0;
            if (plan.Cut is not null && plan.Worth > worth && !IsAskedEnough(plan.Cut))
                (best, worth) = ((range, side, plan.Cut), plan.Worth);
        }

        return worth >= Math.Max(LeastPages, Evenness * left / _options.MostAtATime) ? best : null;
    }

    private KeyCut[] UnderWay(RangeOnBoard range, RangeSide side) => [.. _probes
        .Where(probe => probe.Side == side && !probe.IsBack && range.Range.HasAhead(probe.Cut.Text)).Select(probe => probe.Cut).OrderBy(cut => cut.Text, KeyOrder.Instance)];

    // What is not there in one branch is seldom there in another.
    private bool IsAskedEnough(KeyCut cut) => cut.IsBeyond && _probes.Count(probe => !probe.IsBack && probe.Cut.IsBeyond && probe.Cut.Place == cut.Place) >= _cuts.MostBeyond(cut);

    private static RangeSide SideOf(RangeOnBoard range) => range.Range.Leg(RangeSide.Source).IsDone ? RangeSide.Destination : RangeSide.Source;

    private void SendProbe(RangeOnBoard range, RangeSide side, KeyCut cut)
    {
        RangeLeg leg = range.Range.Leg(side);
        Probe probe = new(range, side, cut, leg.Frontier!);
        leg.Plan = null;
        _probes.Add(probe);
        _waste++;
        _options.Begin(() => ProbeAsync(probe));
    }

    private async Task ProbeAsync(Probe probe)
    {
        BegunListing? found = null;
        Exception? error = null;
        try
        {
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
            probe.IsBack = true;
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
            _probes.Remove(probe);
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
        for (int i = 0; i < entries.Count; i += Math.Max(1, entries.Count - 1))
            _cuts.Learn(entries[i].Key);
        _cuts.Close(probe.Cut, probe.After, entries.Count > 0 ? entries[0].Key : null);
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
        if (_running.Count == 0 && _probes.Count == 0 && (_queued.Count == 0 || _error is not null))
            _over.TrySetResult();
    }

    private sealed record Probe(RangeOnBoard Range, RangeSide Side, KeyCut Cut, string After)
    {
        /// <summary>Its answer is taken in.</summary>
        public bool IsBack { get; set; }
    }
}
