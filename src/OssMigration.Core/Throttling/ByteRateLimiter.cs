namespace OssMigration.Core.Throttling;

/// <summary>
/// Holds bytes to a rate: a bucket that fills at the rate and holds a quarter of a second's worth. First come, first
/// served. The rate may be changed at any time and reaches those who wait already. Nearly free while there is no limit.
/// Thread-safe.
/// </summary>
internal sealed class ByteRateLimiter : IDisposable
{
    private const double BurstSeconds = 0.25;

    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _bytesPerSecond;
    private double _level;
    private long _countedAt;

    /// <summary>Begins without a limit.</summary>
    public ByteRateLimiter(TimeProvider time)
    {
        _time = time;
        _countedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((ByteRateLimiter)self!).PassReady(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Highest rate; null (or nothing above 0) for none.</summary>
    public long? BytesPerSecond
    {
        get
        {
            lock (_gate)
                return _bytesPerSecond;
        }

        set
        {
            lock (_gate)
            {
                Drain();
                _bytesPerSecond = value is > 0 ? value : null;
            }
            PassReady();
        }
    }

    /// <summary>
    /// Returns when these bytes may pass. A request that is larger than the bucket passes when all but a bucket of it has
    /// been waited for.
    /// </summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            if (_bytesPerSecond is not { } rate)
                return default;

            if (_waiters.Count == 0)
            {
                Drain();
                _level += bytes;
                if (IsPassable(rate))
                    return default;
                Schedule(rate);
            }
            Waiter waiter = new(bytes);
            LinkedListNode<Waiter> node = _waiters.AddLast(waiter);
            waiter.Registration = cancellationToken.UnsafeRegister((_, token) => Cancel(node, token), null);
            return new ValueTask(waiter.Task);
        }
    }

    /// <summary>Stops the clock. Whoever waits is not let through any more.</summary>
    public void Dispose() => _timer.Dispose();

    // Only the first waiter's bytes are in the bucket: so a cancelled one can take them back, and the others cost nothing.
    private void PassReady()
    {
        List<Waiter> ready = [];
        lock (_gate)
        {
            Drain();
            while (_waiters.First is { } first && IsPassable(_bytesPerSecond))
            {
                ready.Add(first.Value);
                _waiters.RemoveFirst();
                _level += _waiters.First?.Value.Bytes ?? 0;
            }
            if (_waiters.Count > 0 && _bytesPerSecond is { } rate)
                Schedule(rate);
        }

        foreach (Waiter waiter in ready)
        {
            waiter.Registration.Unregister();
            waiter.TrySetResult();
        }
    }

    private void Cancel(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (node.List is null)
                return;

            bool wasFirst = _waiters.First == node;
            _waiters.Remove(node);
            if (wasFirst)
            {
                Drain();
                _level = Math.Max(0, _level - node.Value.Bytes) + (_waiters.First?.Value.Bytes ?? 0);
            }
        }

        node.Value.TrySetCanceled(cancellationToken);
        PassReady();
    }

    // Less than a byte too much is the rounding of the clock.
    private bool IsPassable(long? rate) => rate is null || _level < (rate.Value * BurstSeconds) + 1;

    // A timer counts whole milliseconds and drops the rest; rounded down, many small waits would add up to more than the rate.
    private void Schedule(long rate)
    {
        double milliseconds = Math.Ceiling((_level - (rate * BurstSeconds)) / rate * 1000);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private void Drain()
    {
        long now = _time.GetTimestamp();
        _level = _bytesPerSecond is { } rate ? Math.Max(0, _level - (_time.GetElapsedTime(_countedAt, now).TotalSeconds * rate)) : 0;
        _countedAt = now;
    }

    private sealed class Waiter(int bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Bytes => bytes;

        public CancellationTokenRegistration Registration { get; set; }
    }
}
