namespace OssMigration.Core.Throttling;

/// <summary>
/// Holds bytes, or objects, to a rate: a bucket that fills at the rate and holds some hundredths of a second's worth, so
/// that others on the line hardly feel it. First come, first served. The rate may be changed at any time and reaches
/// those who wait already. Costs one look at a field while there is no limit. Thread-safe.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    // A timer is late by up to 16 ms (Windows); what the bucket holds must outlast that, or the rate is not reached.
    private const double BurstSeconds = 0.025;

    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _perSecond;
    private volatile bool _isLimited;
    private double _level;
    private long _countedAt;

    /// <summary>Begins without a limit.</summary>
    public RateLimiter(TimeProvider time)
    {
        _time = time;
        _countedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((RateLimiter)self!).PassReady(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether there is a limit now.</summary>
    public bool IsLimited => _isLimited;

    /// <summary>Highest rate; null (or nothing above 0) for none.</summary>
    public long? PerSecond
    {
        get
        {
            lock (_gate)
                return _perSecond;
        }

        set
        {
            lock (_gate)
            {
                Drain();
                _perSecond = value is > 0 ? value : null;
                _isLimited = _perSecond is not null;
            }
            PassReady();
        }
    }

    /// <summary>
    /// Returns when so much may pass. What is larger than the bucket passes when all but a bucket of it has been waited for.
    /// </summary>
    public ValueTask AcquireAsync(int amount, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (!_isLimited)
            return default;
        lock (_gate)
        {
            if (_perSecond is not { } rate)
                return default;

            if (_waiters.Count == 0)
            {
                Drain();
                _level += amount;
                if (IsPassable(rate))
                    return default;
                Schedule(rate);
            }
            Waiter waiter = new(amount);
            LinkedListNode<Waiter> node = _waiters.AddLast(waiter);
            waiter.Registration = cancellationToken.UnsafeRegister((_, token) => Cancel(node, token), null);
            return new ValueTask(waiter.Task);
        }
    }

    /// <summary>Stops the clock. Whoever waits is not let through any more.</summary>
    public void Dispose() => _timer.Dispose();

    // Only what the first waiter wants is in the bucket: so a cancelled one can take it back, and the others cost nothing.
    private void PassReady()
    {
        List<Waiter> ready = [];
        lock (_gate)
        {
            Drain();
            while (_waiters.First is { } first && IsPassable(_perSecond))
            {
                ready.Add(first.Value);
                _waiters.RemoveFirst();
                _level += _waiters.First?.Value.Amount ?? 0;
            }
            if (_waiters.Count > 0 && _perSecond is { } rate)
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
                _level = Math.Max(0, _level - node.Value.Amount) + (_waiters.First?.Value.Amount ?? 0);
            }
        }

        node.Value.TrySetCanceled(cancellationToken);
        PassReady();
    }

    // Less than one too much is the rounding of the clock.
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
        _level = _perSecond is { } rate ? Math.Max(0, _level - (_time.GetElapsedTime(_countedAt, now).TotalSeconds * rate)) : 0;
        _countedAt = now;
    }

    private sealed class Waiter(int amount) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Amount => amount;

        public CancellationTokenRegistration Registration { get; set; }
    }
}
