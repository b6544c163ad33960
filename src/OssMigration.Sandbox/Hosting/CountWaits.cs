namespace OssMigration.Sandbox.Hosting;

/// <summary>Lets requests of the admin API wait until something has been counted so far. Safe for concurrent use.</summary>
internal sealed class CountWaits
{
    private readonly Lock _gate = new();
    private readonly List<(Func<bool> IsReached, TaskCompletionSource Reached)> _waits = [];
    private volatile bool _isEmpty = true;

    /// <summary>Waits until a condition over what is counted holds.</summary>
    /// <param name="isReached">The condition; once it holds it goes on holding.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilAsync(Func<bool> isReached, CancellationToken cancellationToken)
    {
        var wait = (isReached, Reached: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waits.Add(wait);
            _isEmpty = false;
        }
        try
        {
            // Only now, so that nothing can be counted between the look and the wait.
            Look();
            await wait.Reached.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waits.Remove(wait);
                _isEmpty = _waits.Count == 0;
            }
        }
    }

    /// <summary>Something was counted.</summary>
    public void Look()
    {
        Interlocked.MemoryBarrier();
        if (_isEmpty)
            return;
        lock (_gate)
        {
            foreach ((Func<bool> isReached, TaskCompletionSource reached) in _waits)
            {
                if (isReached())
                    reached.TrySetResult();
            }
        }
    }
}
