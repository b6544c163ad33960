using OssMigration.Core.Stores;

namespace OssMigration.Core.Throttling;

/// <summary>
/// The places of one endpoint for requests with content. How many there are follows from what the endpoint answers
/// (<see cref="AdaptiveConcurrency"/>). First come, first served. Thread-safe.
/// </summary>
/// <param name="most">Upper bound of the places.</param>
/// <param name="room">Bytes that requests in places may have before them, asked each time; one request alone may have more.</param>
/// <param name="time">The clock.</param>
/// <param name="atMost">A bound of the places that may change, asked each time; null for none.</param>
internal sealed class ConcurrencyGate(int most, Func<long> room, TimeProvider time, Func<int>? atMost = null)
{
    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly AdaptiveConcurrency _control = new(most, time);
    private int _taken;
    private long _bytes;

    /// <summary>Places now.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
                return Places;
        }
    }

    /// <summary>Places that are taken now: requests with content that are under way.</summary>
    public int Taken
    {
        get
        {
            lock (_gate)
                return _taken;
        }
    }

    private int Places => Math.Min(_control.Limit, atMost?.Invoke() ?? int.MaxValue);

    /// <summary>Waits for a place; give it back by disposing.</summary>
    /// <param name="bytes">Content that the request will move.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    public ValueTask<Place> EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Place>(cancellationToken);
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
                return new ValueTask<Place>(Take(bytes));
            node = _waiters.AddLast(new Waiter(bytes));
        }

        return new ValueTask<Place>(WaitAsync(node, cancellationToken));
    }

    /// <summary>The moment, for <see cref="Completed"/>.</summary>
    public long Now() => time.GetTimestamp();

    /// <summary>A request of a place succeeded.</summary>
    /// <param name="begun">When it was sent.</param>
    /// <param name="bytes">Content that it moved.</param>
    public void Completed(long begun, long bytes)
    {
        lock (_gate)
        {
            _control.OnCompleted(bytes, time.GetElapsedTime(begun), _taken >= Places);
            Grant();
        }
    }

    /// <summary>A request of a place failed: what asks for less is heeded.</summary>
    public void Failed(StoreException exception)
    {
        if (exception.Kind != StoreErrorKind.Throttled)
            return;
        lock (_gate)
            _control.OnThrottled(exception.RetryAfter);
    }

    private async Task<Place> WaitAsync(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister((_, token) => Cancel(node, token), null))
            return await node.Value.Task.ConfigureAwait(false);
    }

    private void Cancel(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Granted in the same moment: whoever waits gets the place and gives it back in the usual way.
            if (node.List is null)
                return;
            _waiters.Remove(node);
            Grant();
        }

        node.Value.TrySetCanceled(cancellationToken);
    }

    private bool Fits(long bytes) => _taken < Places && (_taken == 0 || _bytes + bytes <= room());

    private Place Take(long bytes)
    {
        _taken++;
        _bytes += bytes;
        return new Place(this, bytes);
    }

    private void Leave(long bytes)
    {
        lock (_gate)
        {
            _taken--;
            _bytes -= bytes;
            Grant();
        }
    }

    private void Grant()
    {
        while (_waiters.First is { } next && Fits(next.Value.Bytes))
        {
            _waiters.RemoveFirst();
            next.Value.TrySetResult(Take(next.Value.Bytes));
        }
    }

    /// <summary>A place that was taken.</summary>
    internal readonly struct Place(ConcurrencyGate gate, long bytes) : IDisposable
    {
        /// <summary>Gives the place back; once.</summary>
        public void Dispose() => gate.Leave(bytes);
    }

    private sealed class Waiter(long bytes) : TaskCompletionSource<Place>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes => bytes;
    }
}
