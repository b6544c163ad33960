namespace OssMigration.Stores.Http;

/// <summary>
/// Cancels one exchange when the other side stays silent for too long. It counts only between <see cref="Resume"/> and
/// <see cref="Pause"/>, that is while a byte is awaited from the network; time that the caller spends is not counted.
/// A mark costs one write, the timer is looked at once per timeout.
/// </summary>
internal sealed class IdleWatch : IDisposable
{
    private const long Paused = long.MinValue;

    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private long _since = Paused;
    private volatile bool _expired;

    /// <summary>Starts paused.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">Longest silence.</param>
    /// <param name="caller">The caller's own cancellation, which <see cref="Token"/> passes on.</param>
    public IdleWatch(TimeProvider time, TimeSpan timeout, CancellationToken caller)
    {
        _time = time;
        _timeout = timeout;
        Caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Token = _source.Token;
        _timer = time.CreateTimer(static state => ((IdleWatch)state!).Check(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The caller's own token.</summary>
    public CancellationToken Caller { get; }

    /// <summary>Cancelled by the caller or by silence.</summary>
    public CancellationToken Token { get; }

    /// <summary>Longest silence.</summary>
    public TimeSpan Limit => _timeout;

    /// <summary>True after silence cancelled.</summary>
    public bool Expired => _expired;

    /// <summary>From now on a byte is awaited.</summary>
    public void Resume() => Volatile.Write(ref _since, _time.GetTimestamp());

    /// <summary>Nothing is awaited.</summary>
    public void Pause() => Volatile.Write(ref _since, Paused);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Check()
    {
        long since = Volatile.Read(ref _since);
        TimeSpan silent = since == Paused ? TimeSpan.Zero : _time.GetElapsedTime(since);
        try
        {
            if (silent < _timeout)
            {
                _timer.Change(_timeout - silent, Timeout.InfiniteTimeSpan);
                return;
            }

            _expired = true;
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The exchange ended between the tick and now.
        }
    }
}
