namespace OssMigration.TestKit;

/// <summary>
/// A clock whose timers and stretches of time pass faster than they do: a timeout of a minute is over in two seconds at thirty times
/// the speed. The time of day is the machine's, unless it is set off or drifts.
/// </summary>
/// <param name="speed">How many times as fast.</param>
public sealed class SwiftTime(int speed) : TimeProvider
{
    private readonly long _begunAt = System.GetTimestamp();

    /// <summary>How far the time of day is ahead of the machine's.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>By how much it gets further ahead in each second of the machine.</summary>
    public TimeSpan Drift { get; init; }

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency / speed;

    /// <inheritdoc/>
    public override long GetTimestamp() => System.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset + (Drift * System.GetElapsedTime(_begunAt).TotalSeconds);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new SwiftTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    // A period of zero is an endless one to the system.
    private TimeSpan Shorten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / speed is { TotalMilliseconds: > 1 } shorter ? shorter : TimeSpan.FromMilliseconds(1);

    private sealed class SwiftTimer(ITimer inner, SwiftTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Shorten(dueTime), time.Shorten(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
