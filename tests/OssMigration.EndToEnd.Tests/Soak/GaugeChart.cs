namespace OssMigration.EndToEnd.Tests.Soak;

/// <summary>How one figure went over time: a line of text from zero to its highest, and whether it is flat.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">In the order of time.</param>
/// <param name="Slack">By how much it may be higher at the end than at the beginning.</param>
internal sealed record GaugeChart(string Name, IReadOnlyList<int> Values, int Slack)
{
    private const string Bars = " ▁▂▃▄▅▆▇█";
    private const int Columns = 60;

    /// <summary>The middle value of the second quarter; in the first one everything is new.</summary>
    public int Before => Median(Values.Skip(Values.Count / 4).Take(Values.Count / 4));

    /// <summary>The middle value of the last quarter.</summary>
    public int After => Median(Values.Skip(Values.Count * 3 / 4));

    /// <summary>Whether it did not grow.</summary>
    public bool IsFlat => After <= Before + Slack;

    /// <inheritdoc/>
    public override string ToString()
    {
        int most = Math.Max(1, Values.Max());
        IEnumerable<char> bars = Enumerable.Range(0, Columns).Select(column => Bars[Values[Values.Count * column / Columns] * (Bars.Length - 1) / most]);
        return $"{Name,-11} |{string.Concat(bars)}| {Values.Min()} to {Values.Max()}; second quarter {Before}, last quarter {After}";
    }

    private static int Median(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
