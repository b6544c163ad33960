using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

public sealed class PaceTests
{
    // A Monday.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 5, 7, 59, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_timetable_is_followed_without_anybody_asking()
    {
        using Pace pace = new(_time);
        pace.Obey(Plan("08:00-09:00=1MB/s,5/s; 09:00-10:00=pause; *=2MB/s"));
        _time.Advance(Pace.GentleStart);
        Assert.Equal((2_000_000L, 2_000_000L, null, false), State(pace));

        _time.Advance(TimeSpan.FromSeconds(60.5));
        Assert.Equal((1_000_000L, 1_000_000L, 5L, false), State(pace));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero), pace.NextChange);

        // What is in flight ends at the rate that it began with.
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1_000_000L, 1_000_000L, 5L, true), State(pace));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((2_000_000L, 2_000_000L, null, false), State(pace));
    }

    [Fact]
    public async Task A_pause_holds_who_comes_for_as_long_as_it_lasts_and_ends_for_all()
    {
        using Pace pace = new(_time);
        pace.Obey(Plan("Mon=pause; *=unlimited"));
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => pace.Pause.WaitAsync(Token).AsTask())];
        _time.Advance(TimeSpan.FromHours(16));
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        _time.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.True(pace.Pause.WaitAsync(Token).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Another_plan_ends_a_pause_and_a_cancelled_waiter_goes()
    {
        using Pace pace = new(_time);
        _time.Advance(Pace.GentleStart);
        pace.Obey(Plan("*=pause"));
        using CancellationTokenSource cancel = new();
        Task cancelled = pace.Pause.WaitAsync(cancel.Token).AsTask();
        Task waiting = pace.Pause.WaitAsync(Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);

        pace.Obey(new LimitPlan(new RateLimits { BytesPerSecond = 5000 }, null));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal((5000L, 5000L, null, false), State(pace));
    }

    [Fact]
    public void Connections_are_bounded_to_what_they_need_to_reach_a_limit()
    {
        using Pace pace = new(_time);
        Assert.Null(pace.ConnectionBuffer(32));
        pace.Obey(new LimitPlan(new RateLimits { BytesPerSecond = 20_000_000 }, null));
        Assert.Equal(Pace.SmallBuffer, pace.ConnectionBuffer(32));
        Assert.Equal(200_000, pace.ConnectionBuffer(10));
        pace.Obey(new LimitPlan(new RateLimits { BytesPerSecond = 1_000_000_000 }, null));
        Assert.Equal(3_125_000, pace.ConnectionBuffer(32));
    }

    [Fact]
    public void The_first_seconds_take_less_than_the_limit_and_more_and_more_of_it()
    {
        using Pace pace = new(_time);
        pace.Obey(new LimitPlan(new RateLimits { BytesPerSecond = 1_000_000 }, null));
        List<long?> rates = [];
        for (int i = 0; i < 8; i++)
        {
            rates.Add(pace.Reading.PerSecond);
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(300_000, rates[0]);
        Assert.Equal(rates.Order(), rates);
        Assert.Equal([1_000_000L, 1_000_000L], rates[6..]);
    }

    [Fact]
    public void Under_a_limit_no_more_is_under_way_than_passes_in_some_seconds()
    {
        using Pace pace = new(_time);
        Assert.Equal(96L << 20, pace.Room(96L << 20));
        Assert.Equal(int.MaxValue, pace.Places);
        pace.Obey(new LimitPlan(new RateLimits { BytesPerSecond = 1_000_000 }, null));
        Assert.Equal(4_000_000, pace.Room(96L << 20));
        Assert.Equal(16, pace.Places);
    }

    private static (long? Reading, long? Writing, long? Objects, bool IsPaused) State(Pace pace)
        => (pace.Reading.PerSecond, pace.Writing.PerSecond, pace.Objects.PerSecond, pace.Pause.IsClosed);

    private static LimitPlan Plan(string text) => new(RateLimits.None, WeeklySchedule.TryParse(text, "UTC", out _)!);
}
