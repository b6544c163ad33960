using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Business;

/// <summary>The numbers of a span of time: the operations that were due in it.</summary>
/// <param name="Name">What the span is called.</param>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end; now while it runs.</param>
/// <param name="Operations">How many operations were due.</param>
/// <param name="InFlight">How many of them have not ended.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Latency">How long all took that have ended, failed ones too.</param>
/// <param name="ReadLatency">How long the reads among them took.</param>
/// <param name="Need">Whether the business got what it needed.</param>
/// <param name="Link">What passed the link; null without one.</param>
internal sealed record WindowReport(
    string Name,
    DateTimeOffset From,
    DateTimeOffset To,
    int Operations,
    int InFlight,
    int Failed,
    LatencyReport Latency,
    LatencyReport ReadLatency,
    NeedReport Need,
    LinkReport? Link)
{
    /// <summary>Computes the numbers.</summary>
    public static WindowReport Of(string name, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, OperationLog log, BusinessPlan plan, ShapedLink? link)
    {
        List<OperationLog.Entry> entries = log.Between(from, to);
        return new WindowReport(
            name,
            from,
            to,
            entries.Count,
            entries.Count(entry => entry.End == OperationEnd.None),
            entries.Count(entry => entry.End == OperationEnd.Failure),
            LatencyReport.Of(entries),
            LatencyReport.Of(entries.Where(entry => entry.IsRead)),
            NeedReport.Of(entries, SecondSpan.Between(from, to), now, TimeSpan.FromMilliseconds(plan.ToleranceMs)),
            link is null ? null : LinkReport.Of(link, SecondSpan.Between(from, to), plan.NeedBytesPerSecond));
    }
}

/// <summary>Latencies in milliseconds from the due time, by nearest rank; 0 where there are none.</summary>
internal sealed record LatencyReport(int Count, double P50, double P95, double P99, double Max)
{
    /// <summary>Of the operations that have ended.</summary>
    public static LatencyReport Of(IEnumerable<OperationLog.Entry> entries)
    {
        long[] latencies = [.. entries.Where(entry => entry.End != OperationEnd.None).Select(entry => entry.Latency).Order()];
        return new LatencyReport(latencies.Length, At(0.50), At(0.95), At(0.99), At(1));

        double At(double share) =>
            latencies.Length == 0 ? 0 : Math.Round(TimeSpan.FromTicks(latencies[(int)Math.Ceiling(share * latencies.Length) - 1]).TotalMilliseconds, 3);
    }
}

/// <summary>
/// Whether the bytes of the operations due in each second had arrived by its end and the tolerance. What failed, or has not
/// ended by then, has not arrived.
/// </summary>
/// <param name="Seconds">How many whole seconds of the span had bytes due and are past their tolerance.</param>
/// <param name="ShortSeconds">In how many of them something was missing.</param>
/// <param name="SmallestShare">What share of its bytes arrived in the worst of them; 1 where there are none.</param>
/// <param name="DueBytesPerSecond">How many bytes were due in a second on the average.</param>
internal sealed record NeedReport(int Seconds, int ShortSeconds, double SmallestShare, double DueBytesPerSecond)
{
    /// <summary>Of the operations of a span.</summary>
    public static NeedReport Of(List<OperationLog.Entry> entries, SecondSpan span, DateTimeOffset now, TimeSpan tolerance)
    {
        Dictionary<long, (long Due, long Delivered)> seconds = [];
        foreach (OperationLog.Entry entry in entries)
        {
            long second = LinkMeter.SecondOf(new DateTimeOffset(entry.Due, TimeSpan.Zero));
            DateTimeOffset limit = DateTimeOffset.FromUnixTimeSeconds(second + 1) + tolerance;
            if (second < span.First || second >= span.End || limit > now || entry.Bytes == 0)
                continue;
            bool isDelivered = entry.End == OperationEnd.Success && entry.Due + entry.Latency <= limit.UtcTicks;
            (long due, long delivered) = seconds.GetValueOrDefault(second);
            seconds[second] = (due + entry.Bytes, delivered + (isDelivered ? entry.Bytes : 0));
        }
        return seconds.Count == 0
            ? new NeedReport(0, 0, 1, 0)
            : new NeedReport(
                seconds.Count,
                seconds.Values.Count(second => second.Delivered < second.Due),
                seconds.Values.Min(second => (double)second.Delivered / second.Due),
                Math.Round(seconds.Values.Average(second => (double)second.Due)));
    }
}

/// <summary>What passed the link in the whole seconds of a span, on the average, in bytes a second.</summary>
/// <param name="Seconds">How many whole seconds.</param>
/// <param name="OtherDown">Of others than the business, towards clients.</param>
/// <param name="OtherUp">Of others, from clients.</param>
/// <param name="BusinessDown">Of the business, towards it.</param>
/// <param name="BusinessUp">Of the business, from it.</param>
/// <param name="OtherDownShare">What others got of the link's rate less the business' need, towards clients.</param>
/// <param name="OtherUpShare">The same from clients.</param>
internal sealed record LinkReport(
    long Seconds, double OtherDown, double OtherUp, double BusinessDown, double BusinessUp, double OtherDownShare, double OtherUpShare)
{
    /// <summary>Of a link in a span.</summary>
    public static LinkReport Of(ShapedLink link, SecondSpan span, long need)
    {
        IReadOnlyList<LinkSecond> seconds = LinkUse.Of(link, span).Seconds;
        double otherDown = Mean(second => second.OtherDown);
        double otherUp = Mean(second => second.OtherUp);
        return new LinkReport(
            seconds.Count,
            otherDown,
            otherUp,
            Mean(second => second.BusinessDown),
            Mean(second => second.BusinessUp),
            Share(otherDown, link.Shape.DownBytesPerSecond),
            Share(otherUp, link.Shape.UpBytesPerSecond));

        double Mean(Func<LinkSecond, long> bytes) => seconds.Count == 0 ? 0 : Math.Round(seconds.Average(bytes));
        double Share(double bytes, long rate) => rate > need ? Math.Round(bytes / (rate - need), 4) : 0;
    }
}
