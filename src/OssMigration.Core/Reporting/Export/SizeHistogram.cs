namespace OssMigration.Core.Reporting.Export;

/// <summary>Objects of one range of sizes.</summary>
/// <param name="From">The smallest size in bytes.</param>
/// <param name="Below">The first size that is too large; null for no end.</param>
/// <param name="Count">How many there are, and their bytes.</param>
internal readonly record struct SizeClass(long From, long? Below, ObjectCount Count)
{
    /// <summary><c>1 MiB to 8 MiB</c>.</summary>
    public string Name => Below is not { } below ? $"{Bound(From)} and more"
        : below == 1 ? "empty"
        : From == 1 ? $"below {Bound(below)}"
        : $"{Bound(From)} to {Bound(below)}";

    // Bounds are whole numbers of their units.
    private static string Bound(long bytes) => Figures.Size(bytes).Replace(".00", "", StringComparison.Ordinal).Replace(".0", "", StringComparison.Ordinal);
}

/// <summary>Counts objects by their sizes.</summary>
internal sealed class SizeHistogram
{
    // Empty ones are apart, because most stores mark folders by them. Each step but the first is eight times the one before.
    private static readonly long[] Bounds = [0, 1, 1L << 10, 1L << 13, 1L << 16, 1L << 19, 1L << 22, 1L << 25, 1L << 28, 1L << 31, 1L << 34];

    private readonly ObjectCount[] _counts = new ObjectCount[Bounds.Length];

    /// <summary>The ranges from the smallest sizes to the largest, those without objects too.</summary>
    public IReadOnlyList<SizeClass> Classes => [.. _counts.Select((count, i) => new SizeClass(Bounds[i], i + 1 < Bounds.Length ? Bounds[i + 1] : null, count))];

    /// <summary>Counts one object.</summary>
    public void Add(long size)
    {
        int i = Array.BinarySearch(Bounds, size);
        ref ObjectCount count = ref _counts[i >= 0 ? i : ~i - 1];
        count = count.Plus(size);
    }
}
