namespace OssMigration.Core.Throttling;

/// <summary>
/// Bytes of content that all transfers together may hold. First come, first served, so that a large request is not
/// starved by small ones; one that is larger than the whole budget is granted when it is alone. Thread-safe.
/// </summary>
internal sealed class MemoryBudget(long total)
{
    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _used;

    /// <summary>Bytes granted now.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>Waits for bytes; give them back by disposing the lease.</summary>
    public async ValueTask<Lease> AcquireAsync(long bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return new Lease(this, bytes);
            }

            node = _waiters.AddLast(new Waiter(bytes));
        }

        await using (cancellationToken.Register(() => Cancel(node, cancellationToken)))
            await node.Value.Granted.Task.ConfigureAwait(false);
        return new Lease(this, bytes);
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= total;

    private void Cancel(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Granted in the same moment: whoever waits gets the lease and gives it back in the usual way.
            if (node.List is null)
                return;

            _waiters.Remove(node);
            GrantNext();
        }

        node.Value.Granted.TrySetCanceled(cancellationToken);
    }

    private void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            GrantNext();
        }
    }

    private void GrantNext()
    {
        while (_waiters.First is { } next && Fits(next.Value.Bytes))
        {
            _waiters.RemoveFirst();
            _used += next.Value.Bytes;
            next.Value.Granted.TrySetResult();
        }
    }

    /// <summary>Bytes that were granted.</summary>
    internal sealed class Lease(MemoryBudget budget, long bytes) : IDisposable
    {
        private int _isReleased;

        /// <summary>Gives the bytes back; a second time does nothing.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
                budget.Release(bytes);
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
