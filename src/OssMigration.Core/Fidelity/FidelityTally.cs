using OssMigration.Core.Reporting;

namespace OssMigration.Core.Fidelity;

/// <summary>Counts what became of objects.</summary>
internal sealed class FidelityTally
{
    private static readonly int Aspects = Enum.GetValues<FidelityAspect>().Length;
    private static readonly int Effects = Enum.GetValues<FidelityEffect>().Length;

    private readonly ObjectCount[] _counts = new ObjectCount[Aspects * Effects];

    /// <summary>The counts that are not zero.</summary>
    public IReadOnlyList<FidelityCount> Counts => [.. _counts
        .Select((count, place) => new FidelityCount((FidelityAspect)(place / Effects), (FidelityEffect)(place % Effects), count))
        .Where(counted => counted.Count.Objects > 0)];

    /// <summary>Counts one object.</summary>
    public void Count(in FidelityMarks marks, long bytes)
    {
        for (int aspect = 0, carried = marks.Carried; carried != 0; aspect++, carried >>= 1)
        {
            if ((carried & 1) != 0)
                Count((FidelityAspect)aspect, FidelityEffect.Carried, bytes);
        }

        if (marks.Findings is not { } findings)
            return;
        foreach (FidelityFinding finding in findings)
            Count(finding.Aspect, finding.Effect, bytes);
    }

    /// <summary>Counts one aspect of one object.</summary>
    public void Count(FidelityAspect aspect, FidelityEffect effect, long bytes)
    {
        int place = ((int)aspect * Effects) + (int)effect;
        _counts[place] = _counts[place].Plus(bytes);
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(FidelityTally other)
    {
        for (int place = 0; place < _counts.Length; place++)
            _counts[place] += other._counts[place];
    }
}
