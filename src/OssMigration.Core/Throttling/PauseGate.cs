namespace OssMigration.Core.Throttling;

/// <summary>Holds back what would begin while a job is paused. Open at first; free while it is open. Thread-safe.</summary>
internal sealed class PauseGate
{
    private volatile TaskCompletionSource? _closed;

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed => _closed is not null;

    /// <summary>Returns when the gate is open.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
        => _closed is { } closed ? new ValueTask(WaitAsync(closed, cancellationToken)) : default;

    /// <summary>Lets nobody through from now on.</summary>
    public void Close() => Interlocked.CompareExchange(ref _closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>Lets through who waits, and who comes.</summary>
    public void Open() => Interlocked.Exchange(ref _closed, null)?.TrySetResult();

    // Closed again before the waiter woke up: it waits on.
    private async Task WaitAsync(TaskCompletionSource closed, CancellationToken cancellationToken)
    {
        for (TaskCompletionSource? next = closed; next is not null; next = _closed)
            await next.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
