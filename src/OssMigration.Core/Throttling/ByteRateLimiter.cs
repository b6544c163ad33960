namespace OssMigration.Core.Throttling;

/// <summary>
/// Holds bytes to a rate: a bucket that fills at the rate and holds a quarter of a second's worth. First come, first
/// served. The rate may be changed at any time. Nearly free while there is no limit. Thread-safe.
/// </summary>
internal sealed class ByteRateLimiter(TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private long? _bytesPerSecond;
    private double _debt;
    private long _countedAt = time.GetTimestamp();

    /// <summary>Highest rate; null for none. Takes effect with the next bytes.</summary>
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
                Settle();
                _bytesPerSecond = value is > 0 ? value : null;
                if (_bytesPerSecond is null)
                    _debt = 0;
            }
        }
    }

    /// <summary>Returns when these bytes may pass.</summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            if (_bytesPerSecond is not { } rate)
                return default;

            // Whoever comes takes its bytes at once and waits until the bucket would have held them, so that the order
            // of coming is the order of passing and a request larger than the bucket needs no special case.
            Settle();
            _debt += bytes;
            wait = TimeSpan.FromSeconds(_debt / rate) - Burst;
        }

        return wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time, cancellationToken)) : default;
    }

    private void Settle()
    {
        long now = time.GetTimestamp();
        if (_bytesPerSecond is { } rate)
            _debt = Math.Max(0, _debt - (time.GetElapsedTime(_countedAt, now).TotalSeconds * rate));
        _countedAt = now;
    }
}
