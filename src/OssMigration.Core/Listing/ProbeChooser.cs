using OssMigration.Core.Planning;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// Chooses what an idle lister asks next: whether there are keys behind a cut of the largest range that is left. Requests that bring
/// nothing are bounded by a share of the pages. Guarded by the board.
/// </summary>
/// <param name="prefix">What all keys start with.</param>
/// <param name="sides">Stores that are listed, 1 or 2.</param>
/// <param name="pageSize">Keys of a full page.</param>
/// <param name="mostAtATime">Most ranges and probes under way at a time.</param>
internal sealed class ProbeChooser(string prefix, int sides, int pageSize, int mostAtATime)
{
    private const double MostWasteAhead = 37;
    private const double WasteAhead = 8;
    private const double WasteShare = 0.13;
    private const double LeastPages = 2;
    private const double MostLeastPages = 32;
    private static readonly TimeSpan LeastGain = TimeSpan.FromMilliseconds(100);
    private const double Evenness = 1.5;
    private const int Samples = 8;

    private readonly CutFinder _cuts = new(prefix);
    private readonly List<Probe> _probes = [];
    private long _pages;
    private double _waste;
    private TimeSpan? _pageTime;

    /// <summary>Whether a probe is under way, or the range that it found is not walked yet.</summary>
    public bool IsBusy => _probes.Count > 0;

    /// <summary>Whether it was told how long a page takes.</summary>
    public bool KnowsPageTime => _pageTime is not null;

    // Pages that a cut must be worth. A store that is near answers in milliseconds: a page that is brought twice costs more there than the time that is won.
    private double Least => _pageTime is { Ticks: > 0 } pageTime ? Math.Clamp(LeastGain / pageTime, LeastPages, MostLeastPages) : LeastPages;

    /// <summary>Takes in how long a page took. The latest count most.</summary>
    public void Learn(TimeSpan pageTime) => _pageTime = _pageTime is { } known ? known + ((pageTime - known) / 4) : pageTime;

    /// <summary>Takes in what a page tells.</summary>
    public void Note(RangeLeg leg, ListPage page, PagePart part)
    {
        _pages++;
        leg.IsDone = part.IsLast;
        _waste += page.Entries.Count == 0 ? 1 : 1 - ((part.To - part.From) / (double)page.Entries.Count);
        leg.Plan = null;
        if (part.From == part.To)
            return;
        leg.Begin(page, part);
        for (int sample = 0; sample < Samples; sample++)
            _cuts.Learn(page.Entries[part.From + (int)((long)(part.To - part.From - 1) * sample / (Samples - 1))].Key);
    }

    /// <summary>The probes to send now, as long as there is something to gain. Each is under way once it is given out.</summary>
    public IEnumerable<Probe> Choose(IReadOnlyList<RangeOnBoard> running)
    {
        foreach (Probe question in Ask(running))
            yield return question;
        while (MayProbe(running) && Best(running) is { } best)
            yield return Begin(best.Range, best.Side, best.Cut);
    }

    /// <summary>Takes in the answer of a probe.</summary>
    public void Answer(Probe probe, ListPage page)
    {
        probe.IsBack = true;
        probe.Range.Range.Leg(probe.Side).Plan = null;
        IReadOnlyList<ObjectEntry> entries = page.Entries;
        for (int i = 0; i < entries.Count; i += Math.Max(1, entries.Count - 1))
            _cuts.Learn(entries[i].Key);
        _cuts.Close(probe.Cut, probe.After, entries.Count > 0 ? entries[0].Key : null);
    }

    /// <summary>What a probe brought is the first page of a new range.</summary>
    public void CountFound() => _waste--;

    /// <summary>A probe is dealt with.</summary>
    public void End(Probe probe) => _probes.Remove(probe);

    // All of a range at once: one answer settles a question, and none is worth waiting for.
    private IEnumerable<Probe> Ask(IReadOnlyList<RangeOnBoard> running)
    {
        foreach (RangeOnBoard range in running)
        {
            if (_probes.Exists(probe => !probe.IsBack && probe.Cut.IsBeyond))
                yield break;
            RangeSide side = SideOf(range);
            RangeLeg leg = range.Range.Leg(side);
            if (leg.Frontier is null || leg.IsDone || !MayProbe(running))
                continue;
            foreach (KeyCut cut in _cuts.Questions(leg, leg.EndWithin(range.EndInclusive)))
            {
                if (!MayProbe(running))
                    yield break;
                yield return Begin(range, side, cut);
            }
        }
    }

    private bool MayProbe(IReadOnlyList<RangeOnBoard> running) => running.Count + _probes.Count < mostAtATime
        && Waste(running) + 1 <= (Math.Min(MostWasteAhead, WasteAhead * (1 + _pages)) * LeastPages / Least) + (_pages * WasteShare);

    // Requests that brought nothing, parts of pages that were brought twice, and half a page for each range that will end within one.
    private double Waste(IReadOnlyList<RangeOnBoard> running) => _waste + (running.Count * sides / 2.0);

    private (RangeOnBoard Range, RangeSide Side, KeyCut Cut)? Best(IReadOnlyList<RangeOnBoard> running)
    {
        (RangeOnBoard Range, RangeSide Side, KeyCut Cut)? best = null;
        double worth = 0, left = 0;
        foreach (RangeOnBoard range in running)
        {
            RangeSide side = SideOf(range);
            RangeLeg leg = range.Range.Leg(side);
            if (leg.Frontier is null || leg.IsDone)
                continue;
            CutPlan plan = leg.Plan ??= _cuts.Plan(leg, leg.EndWithin(range.EndInclusive), pageSize, UnderWay(range, side));
            left += double.IsFinite(plan.Left) ? plan.Left : 0;
            if (plan.Cut is not null && plan.Worth > worth && !IsAskedEnough(plan.Cut))
                (best, worth) = ((range, side, plan.Cut), plan.Worth);
        }

        return worth >= Math.Max(Least, Evenness * left / mostAtATime) ? best : null;
    }

    private KeyCut[] UnderWay(RangeOnBoard range, RangeSide side) => [.. _probes
        .Where(probe => probe.Side == side && !probe.IsBack && range.Range.HasAhead(probe.Cut.Text)).Select(probe => probe.Cut).OrderBy(cut => cut.Text, KeyOrder.Instance)];

    // What is not there in one branch is seldom there in another.
    private bool IsAskedEnough(KeyCut cut) => cut.IsBeyond && _probes.Count(probe => !probe.IsBack && probe.Cut.IsBeyond && probe.Cut.Place == cut.Place) >= _cuts.MostBeyond(cut);

    private static RangeSide SideOf(RangeOnBoard range) => range.Range.Leg(RangeSide.Source).IsDone ? RangeSide.Destination : RangeSide.Source;

    private Probe Begin(RangeOnBoard range, RangeSide side, KeyCut cut)
    {
        RangeLeg leg = range.Range.Leg(side);
        leg.Plan = null;
        _waste++;
        Probe probe = new(range, side, cut, leg.Frontier!);
        _probes.Add(probe);
        return probe;
    }
}

/// <summary>A request that asks whether there are keys behind a cut.</summary>
/// <param name="Range">The range for which the cut was chosen.</param>
/// <param name="Side">The store that is asked.</param>
/// <param name="Cut">The cut.</param>
/// <param name="After">The last key that the range had read then.</param>
internal sealed record Probe(RangeOnBoard Range, RangeSide Side, KeyCut Cut, string After)
{
    /// <summary>Its answer is taken in.</summary>
    public bool IsBack { get; set; }
}
