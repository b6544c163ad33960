using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

/// <summary>The controller against an endpoint that is simulated in turns: all places are used, one turn takes one latency.</summary>
public sealed class AdaptiveConcurrencyTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void It_begins_at_32_or_at_its_bound()
    {
        Assert.Equal(32, new AdaptiveConcurrency(1024, _time).Limit);
        Assert.Equal(5, new AdaptiveConcurrency(5, _time).Limit);
        Assert.Equal(1, new AdaptiveConcurrency(1, _time).Limit);
    }

    // Up to the knee a request takes 50 ms; above it requests wait on each other, and cost a little more than that.
    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    [InlineData(100)]
    [InlineData(300)]
    public void It_finds_the_knee_of_an_endpoint_from_below_and_from_above(int knee)
    {
        AdaptiveConcurrency control = new(1024, _time);
        double[] rates = Run(control, TimeSpan.FromMinutes(10), (places, _) => LatencyWithKnee(places, knee));

        double best = Enumerable.Range(1, 1024).Max(places => places / LatencyWithKnee(places, knee));
        Assert.InRange(control.Limit, knee * 0.8, knee * 1.35);
        Assert.True(rates.Average() >= best * 0.9, $"{rates.Average():F0} of {best:F0} requests a second");
    }

    [Fact]
    public void Where_more_always_helps_it_climbs_to_its_bound_and_stays()
    {
        AdaptiveConcurrency control = new(200, _time);
        Run(control, TimeSpan.FromMinutes(10), (_, _) => 0.05);
        Assert.InRange(control.Limit, 175, 200);
    }

    [Fact]
    public void Where_answers_are_long_under_way_it_has_hundreds_within_seconds()
    {
        AdaptiveConcurrency control = new(256, _time);
        Run(control, TimeSpan.FromSeconds(4), (_, _) => 0.2);
        Assert.Equal(256, control.Limit);
    }

    [Fact]
    public void Where_doubling_brings_little_it_goes_back_and_feels_its_way()
    {
        AdaptiveConcurrency control = new(256, _time);
        int most = 0;
        Run(control, TimeSpan.FromMinutes(2), (places, _) =>
        {
            most = Math.Max(most, places);
            return LatencyWithKnee(places, 36);
        });
        Assert.Equal(64, most);
        Assert.InRange(control.Limit, 24, 48);
    }

    [Fact]
    public async Task A_bound_that_changes_is_heeded_by_whoever_comes_next()
    {
        int atMost = 1;
        ConcurrencyGate gate = new(8, () => long.MaxValue, _time, () => atMost);
        ConcurrencyGate.Place first = await gate.EnterAsync(1, Token);
        Task<ConcurrencyGate.Place> second = gate.EnterAsync(1, Token).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal(1, gate.Limit);

        atMost = int.MaxValue;
        gate.Completed(gate.Now(), 1);
        (await second.WaitAsync(TimeSpan.FromSeconds(10), Token)).Dispose();
        first.Dispose();
        Assert.Equal(8, gate.Limit);
    }

    [Fact]
    public void Where_places_are_not_all_in_use_nothing_is_learnt()
    {
        AdaptiveConcurrency control = new(1024, _time);
        for (int i = 0; i < 10_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            control.OnCompleted(1000, TimeSpan.FromMilliseconds(10 + i), isFull: false);
        }

        Assert.Equal(32, control.Limit);
    }

    [Fact]
    public void Throttling_counts_once_for_all_that_it_hit_together_and_again_after_what_it_asked_for()
    {
        AdaptiveConcurrency control = new(100, _time);
        for (int i = 0; i < 32; i++)
            control.OnThrottled(TimeSpan.FromSeconds(5));
        Assert.Equal(22, control.Limit);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        control.OnThrottled(null);
        Assert.Equal(22, control.Limit);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        control.OnThrottled(null);
        Assert.Equal(15, control.Limit);
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            control.OnThrottled(TimeSpan.FromDays(1));
        }

        Assert.Equal(1, control.Limit);
    }

    [Fact]
    public void It_stays_about_where_an_endpoint_begins_to_throttle()
    {
        const int Most = 40;
        AdaptiveConcurrency control = new(1024, _time);
        double[] rates = Run(control, TimeSpan.FromMinutes(10), (places, _) =>
        {
            if (places > Most)
                control.OnThrottled(null);
            return 0.05;
        });
        Assert.InRange(control.Limit, 20, Most + 1);
        Assert.True(rates.Average() >= Most / 0.05 * 0.7, $"{rates.Average():F0} requests a second");
    }

    [Fact]
    public void It_gives_way_when_an_endpoint_becomes_slow_and_comes_back_when_it_has_recovered()
    {
        AdaptiveConcurrency control = new(1024, _time);
        TimeSpan total = TimeSpan.FromMinutes(15);
        int lowest = int.MaxValue;
        Run(control, total, (places, at) =>
        {
            bool isSlow = at > TimeSpan.FromMinutes(5) && at < TimeSpan.FromMinutes(7);
            if (isSlow)
                lowest = Math.Min(lowest, control.Limit);
            return LatencyWithKnee(places, isSlow ? 8 : 64);
        });
        Assert.True(lowest < 32, $"at least {lowest} while it was slow");
        Assert.InRange(control.Limit, 48, 90);
    }

    [Fact]
    public async Task Places_are_given_in_the_order_they_were_asked_for_and_a_cancelled_one_is_passed_over()
    {
        ConcurrencyGate gate = new(2, () => long.MaxValue, _time);
        ConcurrencyGate.Place first = await gate.EnterAsync(1, Token);
        ConcurrencyGate.Place second = await gate.EnterAsync(1, Token);
        using CancellationTokenSource cancel = new();
        Task<ConcurrencyGate.Place> cancelled = gate.EnterAsync(1, cancel.Token).AsTask();
        Task<ConcurrencyGate.Place> third = gate.EnterAsync(1, Token).AsTask();
        Task<ConcurrencyGate.Place> fourth = gate.EnterAsync(1, Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(third.IsCompleted);

        first.Dispose();
        (await third.WaitAsync(TimeSpan.FromSeconds(10), Token)).Dispose();
        (await fourth.WaitAsync(TimeSpan.FromSeconds(10), Token)).Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Places_hold_no_more_bytes_than_there_is_room_for_but_one_request_always_fits()
    {
        ConcurrencyGate gate = new(8, () => 100, _time);
        ConcurrencyGate.Place large = await gate.EnterAsync(500, Token);
        Task<ConcurrencyGate.Place> small = gate.EnterAsync(60, Token).AsTask();
        Task<ConcurrencyGate.Place> next = gate.EnterAsync(60, Token).AsTask();
        Assert.False(small.IsCompleted);

        large.Dispose();
        ConcurrencyGate.Place entered = await small.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.False(next.IsCompleted);
        entered.Dispose();
        (await next.WaitAsync(TimeSpan.FromSeconds(10), Token)).Dispose();
    }

    [Fact]
    public async Task A_throttled_request_takes_places_away_and_another_error_does_not()
    {
        ConcurrencyGate gate = new(10, () => long.MaxValue, _time);
        gate.Failed(new StoreException(StoreErrorKind.Network, "s3://b", "gone"));
        Assert.Equal(10, gate.Limit);
        gate.Failed(new StoreException(StoreErrorKind.Throttled, "s3://b", "slow down") { RetryAfter = TimeSpan.FromSeconds(3) });
        Assert.Equal(7, gate.Limit);

        ConcurrencyGate.Place[] taken = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => gate.EnterAsync(1, Token).AsTask()));
        Task<ConcurrencyGate.Place> eighth = gate.EnterAsync(1, Token).AsTask();
        Assert.False(eighth.IsCompleted);
        taken[0].Dispose();
        await eighth.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    private static double LatencyWithKnee(int places, int knee)
        => places <= knee ? 0.05 : 0.05 * places / knee * (1 + (0.1 * (places - knee) / knee));

    // The requests a second of the second half, turn by turn.
    private double[] Run(AdaptiveConcurrency control, TimeSpan span, Func<int, TimeSpan, double> latency)
    {
        List<double> rates = [];
        for (TimeSpan at = TimeSpan.Zero; at < span;)
        {
            int places = control.Limit;
            TimeSpan turn = TimeSpan.FromSeconds(latency(places, at));
            at += turn;
            for (int i = 0; i < places; i++)
            {
                _time.Advance(turn / places);
                control.OnCompleted(100_000, turn, isFull: true);
            }

            if (at > span / 2)
                rates.Add(places / turn.TotalSeconds);
        }

        return [.. rates];
    }
}
