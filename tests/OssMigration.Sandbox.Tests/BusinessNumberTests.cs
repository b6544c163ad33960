using OssMigration.Sandbox.Business;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Tests;

/// <summary>The arithmetic of the business' numbers.</summary>
public sealed class BusinessNumberTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);
    private readonly OperationLog _log = new();

    [Fact]
    public void A_second_falls_short_when_something_due_in_it_came_late_failed_or_did_not_come()
    {
        Due(0.1, 100, 20);
        Due(0.99, 100, 259);
        Due(1.5, 300, 20);
        Due(1.9, 100, 360);
        Due(2.5, 100, 20, OperationEnd.Failure);
        _log.Begin(Start.AddSeconds(3.5), 100, isRead: true);
        Due(4.5, 100, 20);

        NeedReport need = Need(0, 10, now: 10);

        Assert.Equal(new NeedReport(5, 3, 0, 180), need);
        Assert.Equal(0.75, Need(0, 2, now: 10).SmallestShare);
        Assert.Equal(new NeedReport(1, 0, 1, 200), Need(0, 1, now: 10));
    }

    [Fact]
    public void A_second_counts_only_when_it_lies_wholly_in_the_span_and_its_tolerance_is_over()
    {
        Due(0.5, 100, 20);
        _log.Begin(Start.AddSeconds(1.5), 100, isRead: true);

        Assert.Equal(1, Need(0, 10, now: 2.2).Seconds);
        Assert.Equal(new NeedReport(2, 1, 0, 100), Need(0, 10, now: 2.26));
        Assert.Equal(new NeedReport(0, 0, 1, 0), Need(0.1, 1.9, now: 10));
    }

    [Fact]
    public void Percentiles_are_of_the_nearest_rank_and_count_what_has_ended()
    {
        for (int i = 1; i <= 100; i++)
            Due(i * 0.01, 1, i, i % 2 == 0 ? OperationEnd.Success : OperationEnd.Failure);
        _log.Begin(Start, 1, isRead: true);

        Assert.Equal(new LatencyReport(100, 50, 95, 99, 100), LatencyReport.Of(_log.Between(Start, Start.AddSeconds(10))));
        Assert.Equal(new LatencyReport(0, 0, 0, 0, 0), LatencyReport.Of([]));
    }

    [Fact]
    public void A_log_that_is_full_forgets_the_oldest_and_an_end_that_comes_too_late_changes_nothing()
    {
        long first = _log.Begin(Start, 1, isRead: true);
        for (int i = 0; i < OperationLog.Kept; i++)
            _log.Begin(Start.AddSeconds(1), 2, isRead: true);

        _log.End(first, TimeSpan.FromSeconds(1), OperationEnd.Failure);

        List<OperationLog.Entry> kept = _log.Between(Start, Start.AddSeconds(2));
        Assert.Equal(OperationLog.Kept, kept.Count);
        Assert.All(kept, entry => Assert.Equal((2, OperationEnd.None), (entry.Bytes, entry.End)));
    }

    [Theory]
    [InlineData("25MB/s,20ms", 25_000_000, 25_000_000, 20, 64_000)]
    [InlineData("1.5MB/s,0ms,up=100kB/s,queue=32KB", 1_500_000, 100_000, 0, 32_000)]
    [InlineData("26214400B/s,12.5ms", 26_214_400, 26_214_400, 12.5, 64_000)]
    public void A_link_is_read_as_it_is_written(string text, long down, long up, double milliseconds, int queue) =>
        Assert.Equal(new LinkShape(down, up, TimeSpan.FromMilliseconds(milliseconds), queue), LinkShape.Parse(text));

    [Theory]
    [InlineData("25MB/s")]
    [InlineData("25,20ms")]
    [InlineData("25MB/s,20")]
    [InlineData("25Mbps,20ms")]
    [InlineData("0MB/s,20ms")]
    [InlineData("-1MB/s,20ms")]
    [InlineData("25MB/s,90000ms")]
    [InlineData("25MB/s,20ms,queue=1KB")]
    [InlineData("25MB/s,20ms,sideways=1MB/s")]
    [InlineData("99999999999999999999999999999MB/s,20ms")]
    public void A_link_that_is_none_is_refused(string text) => Assert.Contains(text.Split(',')[0], Assert.Throws<ArgumentException>(() => LinkShape.Parse(text)).Message, StringComparison.Ordinal);

    private void Due(double second, long bytes, double milliseconds, OperationEnd end = OperationEnd.Success) =>
        _log.End(_log.Begin(Start.AddSeconds(second), bytes, isRead: true), TimeSpan.FromMilliseconds(milliseconds), end);

    private NeedReport Need(double from, double to, double now)
    {
        (DateTimeOffset first, DateTimeOffset last) = (Start.AddSeconds(from), Start.AddSeconds(to));
        return NeedReport.Of(_log.Between(first, last), SecondSpan.Between(first, last), Start.AddSeconds(now), Tolerance);
    }
}
