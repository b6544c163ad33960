namespace OssMigration.Sandbox.Link;

/// <summary>
/// Real time with timers that come about a millisecond late at most, called by a thread of its own: those of the runtime
/// count in steps of the kernel's coarse clock, 4 ms on many machines. Timers ring once; callbacks must be short.
/// </summary>
internal sealed class LinkTime : TimeProvider, IDisposable
{
    private readonly Lock _starting = new();
    private readonly object _gate = new();
    private readonly PriorityQueue<Alarm, long> _alarms = new();
    private Thread? _thread;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            throw new NotSupportedException("These timers ring once.");
        lock (_starting)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "link", Priority = ThreadPriority.AboveNormal };
                _thread.Start();
            }
        }
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>No timer rings any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (true)
        {
            Alarm alarm;
            lock (_gate)
            {
                if (_isDisposed)
                    return;
                if (!_alarms.TryPeek(out Alarm? next, out long at))
                {
                    Monitor.Wait(_gate);
                    continue;
                }
                long now = GetTimestamp();
                if (at > now && next.At == at)
                {
                    Monitor.Wait(_gate, (int)Math.Clamp(Math.Ceiling(GetElapsedTime(now, at).TotalMilliseconds), 1, int.MaxValue));
                    continue;
                }
                _alarms.Dequeue();
                // It was set anew or stopped since.
                if (next.At != at)
                    continue;
                next.At = Alarm.Off;
                alarm = next;
            }
            alarm.Ring();
        }
    }

    private sealed class Alarm(LinkTime time, TimerCallback callback, object? state) : ITimer
    {
        public const long Off = -1;

        /// <summary>When it rings; guarded by the gate.</summary>
        public long At { get; set; } = Off;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    At = Off;
                    return true;
                }
                At = time.GetTimestamp() + (long)(dueTime.TotalSeconds * time.TimestampFrequency);
                time._alarms.Enqueue(this, At);
                if (time._alarms.Peek() == this)
                    Monitor.Pulse(time._gate);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
