using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>Which end of a job is meant.</summary>
internal enum RangeSide
{
    /// <summary>The source.</summary>
    Source,

    /// <summary>The destination.</summary>
    Destination,
}

/// <summary>
/// A range that is being listed, on one side or on both. Its end comes nearer when an idle lister takes over its upper part; what was
/// handed out before lies within it all the same. Guarded by the board that it is on.
/// </summary>
internal class LiveRange(string? startExclusive, string? endInclusive)
{
    private readonly RangeLeg[] _legs = [new RangeLeg(), new RangeLeg()];
    private volatile string? _end = endInclusive;

    /// <summary>Null: from the first key.</summary>
    public string? StartExclusive => startExclusive;

    /// <summary>As it is now; null: to the last key.</summary>
    public string? EndInclusive
    {
        get => _end;
        set => _end = value;
    }

    /// <summary>The last key that either side has read; null before the first page.</summary>
    public string? Frontier => KeyOrder.CompareKeys(_legs[0].Frontier, _legs[1].Frontier) >= 0 ? _legs[0].Frontier : _legs[1].Frontier;

    /// <summary>A range of the same kind for what is behind a cut.</summary>
    public virtual LiveRange Behind(string cut, string? end) => new(cut, end);

    /// <summary>The listing of one side.</summary>
    public RangeLeg Leg(RangeSide side) => _legs[(int)side];

    /// <summary>Whether the range holds a key behind everything that it has handed out.</summary>
    public bool HasAhead(string key) => KeyOrder.CompareKeys(key, StartExclusive) > 0 && (EndInclusive is not { } end || KeyOrder.CompareKeys(key, end) < 0);
}

/// <summary>How far the listing of one side of a range has come.</summary>
internal sealed class RangeLeg
{
    /// <summary>The first key of the page that was read last; null before the first page.</summary>
    public string? PageStart { get; private set; }

    /// <summary>The last key that was read; null before the first page.</summary>
    public string? Frontier { get; private set; }

    /// <summary>Keys of the page that was read last.</summary>
    public int PageKeys { get; private set; }

    /// <summary>No keys are between this and the end of the range; null where nothing is known.</summary>
    public string? Ceiling { get; set; }

    /// <summary>Everything was read.</summary>
    public bool IsDone { get; set; }

    /// <summary>Where to cut next and what it is worth; null where that was not thought about since something changed.</summary>
    public CutPlan? Plan { get; set; }

    /// <summary>Takes in a page.</summary>
    public void Begin(ListPage page, PagePart part)
    {
        if (part.From == part.To)
            return;

        // What lies before the range tells all the same how dense keys are.
        PageStart = page.Entries[0].Key;
        PageKeys = part.To;
        Frontier = page.Entries[part.To - 1].Key;
    }

    /// <summary>The end of what may hold keys.</summary>
    public string? EndWithin(string? end) => Ceiling is null ? end : end is null || KeyOrder.CompareKeys(Ceiling, end) < 0 ? Ceiling : end;
}

/// <summary>A cut that may be worth a probe.</summary>
/// <param name="Cut">The cut; null for none.</param>
/// <param name="Worth">Pages that it halves, as far as the evidence tells; infinite where it tells nothing.</param>
/// <param name="Left">Pages that are left of the range.</param>
internal sealed record CutPlan(KeyCut? Cut, double Worth, double Left);
