namespace OssMigration.Sandbox.Hosting;

/// <summary>The clock of one side: real time plus an offset that tests set while it runs.</summary>
internal sealed class SideClock(TimeProvider real) : TimeProvider
{
    private long _offsetTicks;

    /// <summary>How far this clock is ahead of real time.</summary>
    public TimeSpan Offset
    {
        get => new(Interlocked.Read(ref _offsetTicks));
        set => Interlocked.Exchange(ref _offsetTicks, value.Ticks);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + Offset;

    /// <summary>Lets the clock show this time now and run on from there.</summary>
    public void Set(DateTimeOffset utcNow) => Offset = utcNow - real.GetUtcNow();
}
