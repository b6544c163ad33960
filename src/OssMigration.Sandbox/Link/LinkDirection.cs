namespace OssMigration.Sandbox.Link;

/// <summary>
/// One direction of the line: a bottleneck that passes bytes at its rate in the order in which they were brought to it. Every
/// flow brings one quantum at a time and goes to the end of the row for its next, so flows that always have bytes get equal
/// parts, and a flow without bytes leaves its part to the others. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The line is busy until <c>_freeAt</c>, which moves by the time each quantum takes. Timers come a millisecond late or more;
/// what is late then goes through at once, so the rate holds on the average of a few milliseconds.
/// </remarks>
internal sealed class LinkDirection : IDisposable
{
    /// <summary>The most bytes brought at once: a third of a millisecond at 25 MB/s.</summary>
    public const int Quantum = 8 * 1024;

    // A flow that brings its next quantum so soon had it ready; it took the machine this long to bring it.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(4);

    // What the machine was late is made up for, but no more than this: beyond it the line was idle.
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeastTimer = TimeSpan.FromMilliseconds(1);

    // Timers are coarser than this; what is through so soon goes at once.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(0.5);

    private readonly Lock _gate = new();
    private readonly Queue<LinkFlow> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _soon;
    private readonly long _mostLate;
    private readonly long _ahead;
    private long _freeAt;

    /// <param name="bytesPerSecond">The rate.</param>
    /// <param name="time">The clock and its timers.</param>
    public LinkDirection(long bytesPerSecond, TimeProvider time)
    {
        BytesPerSecond = bytesPerSecond;
        _time = time;
        _soon = (long)(Soon.TotalSeconds * time.TimestampFrequency);
        _mostLate = (long)(MostLate.TotalSeconds * time.TimestampFrequency);
        _ahead = (long)(Ahead.TotalSeconds * time.TimestampFrequency);
        Meter = new LinkMeter(time);
        _timer = time.CreateTimer(static state => ((LinkDirection)state!).PassDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The rate.</summary>
    public long BytesPerSecond { get; }

    /// <summary>What has passed.</summary>
    public LinkMeter Meter { get; }

    /// <summary>Waits until these bytes of a flow have passed. A flow brings its next quantum when this one is through.</summary>
    /// <param name="flow">Whose bytes they are.</param>
    /// <param name="bytes">How many; at most <see cref="Quantum"/>.</param>
    public ValueTask PassAsync(LinkFlow flow, int bytes)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            long since = flow.IsBacklogged || now - flow.WentAt <= _soon ? Math.Max(flow.PassedAt, now - _mostLate) : now;
            if (_waiting.Count == 0 && PassedAt(bytes, since) is var passed && passed <= now + _ahead)
            {
                Pass(flow, bytes, passed, now);
                return ValueTask.CompletedTask;
            }
            ValueTask turn = flow.Wait(bytes, since);
            _waiting.Enqueue(flow);
            if (_waiting.Count == 1)
                SetTimer(now);
            return turn;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void PassDue()
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            while (_waiting.TryPeek(out LinkFlow? flow))
            {
                long passed = PassedAt(flow.Bytes, flow.Since);
                if (passed > now + _ahead)
                {
                    SetTimer(now);
                    return;
                }
                _waiting.Dequeue();
                Pass(flow, flow.Bytes, passed, now);
                flow.Go();
            }
        }
    }

    private void Pass(LinkFlow flow, int bytes, long passed, long now)
    {
        _freeAt = passed;
        flow.PassedAt = passed;
        flow.WentAt = now;
        Meter.Count(flow.Class, bytes);
    }

    private long PassedAt(int bytes, long since) =>
        Math.Max(_freeAt, since) + (long)((double)bytes / BytesPerSecond * _time.TimestampFrequency);

    private void SetTimer(long now)
    {
        LinkFlow first = _waiting.Peek();
        TimeSpan wait = _time.GetElapsedTime(now, PassedAt(first.Bytes, first.Since));
        _timer.Change(wait > LeastTimer ? wait : LeastTimer, Timeout.InfiniteTimeSpan);
    }
}
