namespace OssMigration.Core.Preparation;

/// <summary>
/// The keys under one beginning, as far as they are known. Opened, it knows what fits into pages exactly and which longer beginnings
/// hold more than a page. Of those some are opened in turn, by chance, and stand for the others.
/// </summary>
/// <param name="prefix">The beginning.</param>
internal sealed class KeySpaceNode(string prefix)
{
    // Where nothing was measured yet: half of the mean is what sizes of siblings differ by.
    private const double UnknownSpread = 0.5;
    private const int SiblingsElsewhere = 2;

    /// <summary>The beginning; grown when all keys turn out to share a longer one.</summary>
    public string Prefix { get; set; } = prefix;

    /// <summary>Whether it was listed.</summary>
    public bool IsOpen { get; set; }

    /// <summary>What was listed to its end under it.</summary>
    public TransferLoad Counted { get; set; }

    /// <summary>Longer beginnings that hold more than a page.</summary>
    public List<KeySpaceNode> Large { get; } = [];

    /// <summary>Objects of each branch of it that was counted when it was listed.</summary>
    public List<double> Small { get; } = [];

    /// <summary>Whether every key was counted.</summary>
    public bool IsExact => IsOpen && Large.TrueForAll(child => child.IsExact);

    /// <summary>What there is, with the variance of each figure; null while nothing stands for what was not opened.</summary>
    /// <param name="spread">Standard deviation of siblings by their mean, from what was measured elsewhere; null where nothing was.</param>
    public (TransferLoad Load, TransferLoad Variance)? Estimate(double? spread)
    {
        if (!IsOpen)
            return null;
        List<(TransferLoad Load, TransferLoad Variance)> known = Known(spread);
        if (Large.Count == 0)
            return (Counted, default);
        if (known.Count == 0)
            return null;
        double scale = (double)Large.Count / known.Count;
        TransferLoad sum = Sum(known.Select(one => one.Load));
        TransferLoad within = Sum(known.Select(one => one.Variance)) * scale;
        return (Counted + (sum * scale), within + (Between(known, spread) * (Large.Count * (Large.Count - known.Count) / (double)known.Count)));
    }

    /// <summary>
    /// Where to look next; null where all is counted. By chance alone: a choice by what was found would leave branches that seem
    /// small as they seem, and the estimate would come out too low.
    /// </summary>
    public KeySpaceNode? Next(Random random)
    {
        KeySpaceNode[] left = [.. Large.Where(child => !child.IsExact)];
        return left.Length == 0 ? null : left[random.Next(left.Length)];
    }

    /// <summary>How much siblings differ here and below: standard deviations by mean, one a node that has two or more.</summary>
    public IEnumerable<double> Spreads()
    {
        List<(TransferLoad Load, TransferLoad Variance)> known = Known(spread: null);
        double mean = known.Count < 2 ? 0 : known.Average(one => one.Load.Objects);
        return (mean > 0 ? [Math.Sqrt(Squares(known).Objects / (known.Count - 1)) / mean] : Enumerable.Empty<double>())
            .Concat(Large.SelectMany(child => child.Spreads()));
    }

    /// <summary>
    /// As <see cref="Spreads"/>, with the branches that fitted into a page: what shows a few giants among many small ones even where
    /// no giant was met.
    /// </summary>
    public IEnumerable<double> Unevenness()
    {
        double[] large = [.. Known(spread: null).Select(one => one.Load.Objects)];
        double[] all = [.. large, .. Small];
        double mean = all.Length < 2 ? 0 : all.Average();
        return (large.Length > 0 && mean > 0 ? [Math.Sqrt(all.Sum(one => (one - mean) * (one - mean)) / (all.Length - 1)) / mean] : Enumerable.Empty<double>())
            .Concat(Large.SelectMany(child => child.Unevenness()));
    }

    private static TransferLoad Sum(IEnumerable<TransferLoad> loads) => loads.Aggregate(default(TransferLoad), static (sum, one) => sum + one);

    // A few siblings can be alike by chance. So what was measured elsewhere counts as much as some more siblings would.
    private static TransferLoad Between(List<(TransferLoad Load, TransferLoad Variance)> known, double? spread)
    {
        TransferLoad elsewhere = (Mean(known) * (spread ?? UnknownSpread)).Squared();
        return (Squares(known) + (elsewhere * SiblingsElsewhere)) * (1.0 / (known.Count - 1 + SiblingsElsewhere));
    }

    private static TransferLoad Mean(List<(TransferLoad Load, TransferLoad Variance)> known) => Sum(known.Select(one => one.Load)) * (1.0 / known.Count);

    private static TransferLoad Squares(List<(TransferLoad Load, TransferLoad Variance)> known)
    {
        TransferLoad mean = Mean(known);
        return Sum(known.Select(one => (one.Load - mean).Squared()));
    }

    private List<(TransferLoad Load, TransferLoad Variance)> Known(double? spread)
        => [.. Large.Select(child => child.Estimate(spread)).Where(one => one is not null).Select(one => one!.Value)];
}
