using OssMigration.Core.Stores;

namespace OssMigration.Core.Throttling;

/// <summary>
/// The places of one endpoint for requests with content. How many there are follows from what the endpoint answers
/// (<see cref="AdaptiveConcurrency"/>). First come, first served. Thread-safe.
/// </summary>
internal sealed class ConcurrencyGate(int most, TimeProvider time)
{
    private readonly object _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiters = new();
    private readonly AdaptiveConcurrency _control = new(most, time);
    private int _taken;

    /// <summary>Places now.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
                return _control.Limit;
        }
    }

    /// <summary>Waits for a place; give it back by disposing.</summary>
    public ValueTask<Place> EnterAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Place>(cancellationToken);
        LinkedListNode<TaskCompletionSource> node;
        lock (_gate)
        {
            if (_waiters.Count == 0 && _taken < _control.Limit)
            {
                _taken++;
                return new ValueTask<Place>(new Place(this));
            }

            node = _waiters.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
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
            _control.OnCompleted(bytes, time.GetElapsedTime(begun), _taken >= _control.Limit);
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

    private async Task<Place> WaitAsync(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister((_, token) => Cancel(node, token), null))
            await node.Value.Task.ConfigureAwait(false);
        return new Place(this);
    }

    private void Cancel(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Granted in the same moment: whoever waits gets the place and gives it back in the usual way.
            if (node.List is null)
                return;
            _waiters.Remove(node);
        }

        node.Value.TrySetCanceled(cancellationToken);
    }

    private void Leave()
    {
        lock (_gate)
        {
            _taken--;
            Grant();
        }
    }

    private void Grant()
    {
        while (_taken < _control.Limit && _waiters.First is { } next)
        {
            _waiters.RemoveFirst();
            _taken++;
            next.Value.TrySetResult();
        }
    }

    /// <summary>A place that was taken.</summary>
    internal readonly struct Place(ConcurrencyGate gate) : IDisposable
    {
        /// <summary>Gives the place back; once.</summary>
        public void Dispose() => gate.Leave();
    }
}
