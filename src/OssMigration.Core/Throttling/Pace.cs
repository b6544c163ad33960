namespace OssMigration.Core.Throttling;

/// <summary>
/// Holds a run to what its job may take now: bytes in each direction, objects, and whether anything may begin. A
/// timetable is followed by a clock of its own. Thread-safe.
/// </summary>
internal sealed class Pace : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private const double FirstShare = 0.3;

    /// <summary>Bytes that may be under way on one connection while a limit holds.</summary>
    public const int SmallBuffer = 64 * 1024;

    /// <summary>Bytes that a request pays for before it is sent: a server sends so much at once, whatever we read.</summary>
    public const int PaidAhead = 128 * 1024;

    private const int PlacesUnderLimit = AdaptiveConcurrency.Start / 2;
    private const long RoomSeconds = 4;
    private const double LongRoundTripSeconds = 0.1;
    private const int LargestBuffer = 4 * 1024 * 1024;

    /// <summary>
    /// How long a limit is not used in full at the beginning: connections open, and code is cold, which a business on the line would notice.
    /// </summary>
    public static readonly TimeSpan GentleStart = TimeSpan.FromSeconds(3);

    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _begunAt;
    private long _bytesPerSecond;
    private LimitPlan _plan = LimitPlan.None;

    /// <summary>Begins without a limit.</summary>
    public Pace(TimeProvider time)
    {
        _time = time;
        _begunAt = time.GetTimestamp();
        Reading = new RateLimiter(time);
        Writing = new RateLimiter(time);
        Objects = new RateLimiter(time);
        _timer = time.CreateTimer(static self => ((Pace)self!).Follow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes that arrive.</summary>
    public RateLimiter Reading { get; }

    /// <summary>Bytes that are sent.</summary>
    public RateLimiter Writing { get; }

    /// <summary>Objects whose content is read.</summary>
    public RateLimiter Objects { get; }

    /// <summary>Closed while the timetable pauses: nothing new begins, what is in flight ends at the rate that held before.</summary>
    public PauseGate Pause { get; } = new();

    /// <summary>When the timetable changes the limits next; null where it does not.</summary>
    public DateTimeOffset? NextChange
    {
        get
        {
            lock (_gate)
                return _plan.NextChange(_time.GetUtcNow());
        }
    }

    /// <summary>
    /// Bytes that a connection may have under way while a limit of the rate holds: as few as all together reach it with over a
    /// long line, and at least <see cref="SmallBuffer"/>. Null without a limit.
    /// </summary>
    /// <param name="connections">How many there may be.</param>
    public int? ConnectionBuffer(int connections)
        => Interlocked.Read(ref _bytesPerSecond) is > 0 and var rate ? (int)Math.Clamp(rate * LongRoundTripSeconds / connections, SmallBuffer, LargestBuffer) : null;

    /// <summary>
    /// Bytes that all reads, or all writes, under way may have before them. While a limit holds, so many that each still
    /// moves on; more of them would only wait on each other with their connections open.
    /// </summary>
    /// <param name="most">Where no limit holds, and at most.</param>
    public long Room(long most) => Interlocked.Read(ref _bytesPerSecond) is > 0 and var rate ? Math.Min(most, rate * RoomSeconds) : most;

    /// <summary>
    /// Reads, or writes, that may be under way at most while a limit of the rate holds: more of them would move nothing more, and
    /// come in one gush. No bound without a limit.
    /// </summary>
    public int Places => Interlocked.Read(ref _bytesPerSecond) > 0 ? PlacesUnderLimit : int.MaxValue;

    /// <summary>Takes up these limits, at once and for all that waits already.</summary>
    public void Obey(LimitPlan plan)
    {
        lock (_gate)
        {
            _plan = plan;
            _timer.Change(Tick, Tick);
        }

        Follow();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Reading.Dispose();
        Writing.Dispose();
        Objects.Dispose();
    }

    private void Follow()
    {
        lock (_gate)
        {
            RateLimits now = _plan.At(_time.GetUtcNow());
            if (now.IsPaused)
            {
                Pause.Close();
                return;
            }

            Interlocked.Exchange(ref _bytesPerSecond, now.BytesPerSecond ?? 0);
            Set(Reading, AtTheBeginning(now.BytesPerSecond));
            Set(Writing, AtTheBeginning(now.BytesPerSecond));
            Set(Objects, now.ObjectsPerSecond);
            Pause.Open();
            if (_plan.Schedule is null && _time.GetElapsedTime(_begunAt) >= GentleStart)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private long? AtTheBeginning(long? perSecond)
    {
        double part = _time.GetElapsedTime(_begunAt) / GentleStart;
        return part >= 1 ? perSecond : (long?)(perSecond * (FirstShare + ((1 - FirstShare) * part)));
    }

    private static void Set(RateLimiter limiter, long? perSecond)
    {
        if (limiter.PerSecond != perSecond)
            limiter.PerSecond = perSecond;
    }
}
