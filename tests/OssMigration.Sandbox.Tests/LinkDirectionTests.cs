using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Tests;

/// <summary>The bottleneck by itself, on a clock of the tests.</summary>
public sealed class LinkDirectionTests : IDisposable
{
    private const int Rate = 8_192_000;
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LinkDirection _line;

    public LinkDirectionTests() => _line = new LinkDirection(Rate, _time);

    public void Dispose() => _line.Dispose();

    [Fact]
    public void A_busy_line_gives_exactly_its_rate()
    {
        Sender sender = new(_line, LinkClass.Other);

        Run(1000, sender);

        Assert.InRange(sender.Bytes, Rate - (2 * LinkDirection.Quantum), Rate + (2 * LinkDirection.Quantum));
    }

    [Fact]
    public void Ticks_that_come_late_take_nothing_from_the_rate()
    {
        Sender sender = new(_line, LinkClass.Other);

        for (int i = 0; i < 250; i++)
        {
            _time.Advance(4 * Millisecond);
            sender.Bring();
        }

        Assert.InRange(sender.Bytes, Rate * 0.99, Rate + (2 * LinkDirection.Quantum));
    }

    [Fact]
    public void Flows_that_always_have_bytes_get_equal_parts_and_one_that_pauses_leaves_its_part()
    {
        Sender[] senders = [new(_line, LinkClass.Other), new(_line, LinkClass.Other), new(_line, LinkClass.Other), new(_line, LinkClass.Business)];

        Run(1000, senders);
        long[] shared = [.. senders.Select(sender => sender.Bytes)];
        Run(1000, senders[0]);

        Assert.All(shared, bytes => Assert.InRange(bytes, Rate / 4 * 0.98, Rate / 4 * 1.02));
        Assert.InRange(senders[0].Bytes - shared[0], Rate * 0.98, Rate * 1.01);
    }

    [Fact]
    public void An_idle_line_saves_nothing_up()
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        Sender sender = new(_line, LinkClass.Other);

        Run(100, sender);

        Assert.InRange(sender.Bytes, (Rate / 10) - (2 * LinkDirection.Quantum), (Rate / 10) + (2 * LinkDirection.Quantum));
    }

    [Fact]
    public void Bytes_are_counted_by_second_and_class()
    {
        Sender business = new(_line, LinkClass.Business);
        Sender other = new(_line, LinkClass.Other);
        long first = LinkMeter.SecondOf(_time.GetUtcNow());

        Run(999, business);
        Run(1001, other);

        (long Business, long Other) one = _line.Meter.Of(first);
        (long Business, long Other) two = _line.Meter.Of(first + 1);
        Assert.InRange(one.Business + two.Business - business.Bytes, 0, LinkDirection.Quantum);
        Assert.InRange(one.Other + two.Other + _line.Meter.Of(first + 2).Other - other.Bytes, 0, LinkDirection.Quantum);
        Assert.InRange(one.Business, Rate * 0.99, Rate * 1.01);
        Assert.InRange(two.Other, Rate * 0.99, Rate * 1.01);
        Assert.Equal((0L, 0L), _line.Meter.Of(first + 5));
        Assert.Equal((0L, 0L), _line.Meter.Of(first - 5));
    }

    [Fact]
    public void A_meter_forgets_what_is_older_than_it_keeps_and_mixes_nothing_up()
    {
        long first = LinkMeter.SecondOf(_time.GetUtcNow());
        _line.Meter.Count(LinkClass.Other, 5);
        _time.Advance(TimeSpan.FromSeconds(LinkMeter.Kept));
        _line.Meter.Count(LinkClass.Other, 7);

        Assert.Equal(0, _line.Meter.Of(first).Other);
        Assert.Equal(7, _line.Meter.Of(first + LinkMeter.Kept).Other);
        Assert.Equal(0, _line.Meter.Of(first + 1).Other);
    }

    private void Run(int milliseconds, params Sender[] senders)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            foreach (Sender sender in senders)
                sender.Bring();
            _time.Advance(Millisecond);
        }
        foreach (Sender sender in senders)
            sender.Bring();
    }

    /// <summary>Always has a next quantum, and brings it as soon as the last has gone.</summary>
    private sealed class Sender(LinkDirection line, LinkClass @class)
    {
        private readonly LinkFlow _flow = new(@class);
        private ValueTask _turn;
        private bool _waits;

        public long Bytes { get; private set; }

        [SuppressMessage("Reliability", "CA2012", Justification = "The turn is looked at again later, and taken once.")]
        public void Bring()
        {
            while (!_waits || _turn.IsCompleted)
            {
                if (_waits)
                {
                    _turn.GetAwaiter().GetResult();
                    Bytes += LinkDirection.Quantum;
                    _flow.IsBacklogged = true;
                }
                _turn = line.PassAsync(_flow, LinkDirection.Quantum);
                _waits = true;
            }
        }
    }
}
