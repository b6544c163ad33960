namespace OssMigration.Core.Throttling;

/// <summary>
/// Holds bytes, or objects, to a rate: a bucket that fills at the rate and holds some hundredths of a second's worth, so
/// that others on the line hardly feel it. First come, first served, by turns. The rate may be changed at any time and reaches
/// those who wait already. Costs one look at a field while there is no limit. Thread-safe.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>
    /// How long the bucket fills. A timer is late by up to 16 ms on Windows, and by 4 ms elsewhere or more on a busy machine; what the
    /// bucket holds must outlast that, or the rate is not reached.
    /// </summary>
    public static readonly double BurstSeconds = OperatingSystem.IsWindows() ? 0.025 : 0.02;

    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _lastTurn;
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

    /// <summary>
    /// How much is best asked for at a time: what passes in 4 ms, in which timers count on many machines, 16 to 128 KiB. In
    /// smaller pieces each tick would let several streams on the line at once, and whoever shares it waits for all of them.
    /// </summary>
    public int Piece => (int)Math.Clamp((PerSecond ?? long.MaxValue) / 250, 16 * 1024, 128 * 1024);

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

    /// <summary>A place in the order of those who wait, for one that will come several times.</summary>
    public long TakeTurn() => Interlocked.Increment(ref _lastTurn);

    /// <summary>
    /// Returns when so much may pass. What is larger than the bucket passes when all but a bucket of it has been waited for.
    /// </summary>
    public ValueTask AcquireAsync(int amount, CancellationToken cancellationToken) => AcquireAsync(amount, TakeTurn(), cancellationToken);

    /// <summary>
    /// As above, for one that took its turn earlier: it passes those who came after it. So a stream that has begun comes to
    /// its end, and the next has the line, where all at once would come in one gush and leave in one.
    /// </summary>
    public ValueTask AcquireAsync(int amount, long turn, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        return _isLimited ? QueueAsync(amount, turn, cancellationToken) : default;
    }

    private ValueTask QueueAsync(int amount, long turn, CancellationToken cancellationToken)
    {
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
            Waiter waiter = new(amount, turn);
            LinkedListNode<Waiter> node = Enqueue(waiter);
            waiter.Registration = cancellationToken.UnsafeRegister((_, token) => Cancel(node, token), null);
            return new ValueTask(waiter.Task);
        }
    }

    /// <summary>Counts what passes without waiting; whoever waits, or comes later, waits for it too.</summary>
    public void Charge(int amount)
    {
        if (!_isLimited)
            return;
        lock (_gate)
        {
            Drain();
            _level += amount;
        }
    }

    /// <summary>Stops the clock. Whoever waits is not let through any more.</summary>
    public void Dispose() => _timer.Dispose();

    // What the first waits for is in the bucket already, so nobody passes it.
    private LinkedListNode<Waiter> Enqueue(Waiter waiter)
    {
        LinkedListNode<Waiter>? before = _waiters.Last;
        while (before is not null && before != _waiters.First && before.Value.Turn > waiter.Turn)
            before = before.Previous;
        return before is null ? _waiters.AddLast(waiter) : _waiters.AddAfter(before, waiter);
    }

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

    private sealed class Waiter(int amount, long turn) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Amount => amount;

        public long Turn => turn;

        public CancellationTokenRegistration Registration { get; set; }
    }
}
