using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

public sealed class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Without_a_limit_everything_passes_at_once()
    {
        using RateLimiter limiter = new(_time);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(limiter.AcquireAsync(int.MaxValue, Token).AsTask().IsCompletedSuccessfully));
    }

    [Fact]
    public void In_any_second_or_longer_no_more_passes_than_the_rate_allows_and_the_bucket_on_top() =>
        Gen.Select(Gen.Int[1000, 1_000_000], Gen.Select(Gen.Int[0, 100], Gen.Int[0, 500]).Array[1, 40]).Sample((rate, requests) =>
        {
            FakeTimeProvider time = new();
            using RateLimiter limiter = new(time) { PerSecond = rate };
            List<(double At, int Bytes)> passed = [];
            List<(Task Task, int Bytes)> waiting = [];
            double now = 0;
            void Tick()
            {
                passed.AddRange(waiting.Where(one => one.Task.IsCompleted).Select(one => (now, one.Bytes)));
                waiting.RemoveAll(one => one.Task.IsCompleted);
                time.Advance(TimeSpan.FromMilliseconds(1));
                now += 0.001;
            }
            foreach ((int percent, int pause) in requests)
            {
                int bytes = rate / 40 * percent / 100;
                waiting.Add((limiter.AcquireAsync(bytes, CancellationToken.None).AsTask(), bytes));
                for (int step = 400; step < pause; step++)
                    Tick();
            }
            for (int step = 0; step < 15_000 && waiting.Count > 0; step++)
                Tick();

            Assert.Empty(waiting);
            Assert.Equal(requests.Length, passed.Count);
            for (int first = 0; first < passed.Count; first++)
            {
                long sum = 0;
                for (int last = first; last < passed.Count; last++)
                {
                    sum += passed[last].Bytes;
                    double window = Math.Max(1, passed[last].At - passed[first].At);

                    // A timer of whole milliseconds is up to two of them late, and what came in meanwhile may pass with it.
                    Assert.True(sum <= rate * (window + 0.025 + 0.002) + 1, $"{sum} bytes in {window} s at {rate} bytes/s");
                }
            }
        }, iter: 60);

    [Fact]
    public void The_rate_is_reached_while_there_is_work()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 10_000 };
        Task[] tasks = [.. Enumerable.Range(0, 110).Select(_ => limiter.AcquireAsync(1000, Token).AsTask())];
        Assert.Equal(0, tasks.Count(task => task.IsCompleted));

        for (int step = 0; step < 1000; step++)
            _time.Advance(TimeSpan.FromMilliseconds(10));

        Assert.InRange(tasks.Count(task => task.IsCompleted), 98, 101);
    }

    [Fact]
    public void Requests_pass_in_the_order_they_came()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1000 };
        int[] sizes = [200, 5000, 1, 3000, 1];
        Task[] tasks = [.. sizes.Select(bytes => limiter.AcquireAsync(bytes, Token).AsTask())];
        List<int> counts = [];
        for (int step = 0; step < 100; step++)
        {
            int count = tasks.Count(task => task.IsCompleted);
            Assert.All(tasks.Take(count), task => Assert.True(task.IsCompleted));
            counts.Add(count);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
        Assert.Equal([0, 1, 3, 5], counts.Distinct());
    }

    [Fact]
    public void Idle_time_saves_up_no_more_than_the_bucket()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1000 };
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(limiter.AcquireAsync((int)(1000 * RateLimiter.BurstSeconds), Token).AsTask().IsCompletedSuccessfully);
        Assert.False(limiter.AcquireAsync(1, Token).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_higher_rate_and_no_rate_at_all_reach_those_who_wait_already()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1 };
        Task first = limiter.AcquireAsync(100_000, Token).AsTask();
        Task second = limiter.AcquireAsync(1_000_000, Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(first.IsCompleted);

        limiter.PerSecond = 100_000;
        _time.Advance(TimeSpan.FromSeconds(2));
        await first.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.False(second.IsCompleted);

        limiter.PerSecond = null;
        await second.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public void A_lower_rate_holds_from_now_on()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1_000_000 };
        Assert.True(limiter.AcquireAsync(10_000, Token).AsTask().IsCompletedSuccessfully);
        limiter.PerSecond = 100;
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Task next = limiter.AcquireAsync(100, Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_request_takes_its_bytes_back()
    {
        using CancellationTokenSource cancel = new();
        using RateLimiter limiter = new(_time) { PerSecond = 1 };
        Task waiting = limiter.AcquireAsync(1000, cancel.Token).AsTask();
        Task behind = limiter.AcquireAsync(10, Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.AcquireAsync(1, cancel.Token));

        Assert.False(behind.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(11));
        await behind.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public void Who_took_a_turn_earlier_passes_those_who_came_after()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1000 };
        long stream = limiter.TakeTurn();
        Task first = limiter.AcquireAsync(1000, Token).AsTask();
        Task second = limiter.AcquireAsync(1000, Token).AsTask();
        Task ofStream = limiter.AcquireAsync(1000, stream, Token).AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, false, false), (first.IsCompleted, second.IsCompleted, ofStream.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((false, true), (second.IsCompleted, ofStream.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(second.IsCompleted);
    }

    [Fact]
    public void What_is_charged_waits_for_nobody_and_is_waited_for()
    {
        using RateLimiter limiter = new(_time) { PerSecond = 1000 };
        limiter.Charge(1000);
        Task next = limiter.AcquireAsync(10, Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(900));
        limiter.Charge(1000);
        _time.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(next.IsCompleted);
    }
}
