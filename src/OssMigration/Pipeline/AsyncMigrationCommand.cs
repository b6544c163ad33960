using System.Management.Automation;

namespace OssMigration.Pipeline;

/// <summary>
/// A cmdlet whose work is asynchronous. The work runs on the thread pool; whatever it has to say goes through a bounded
/// queue and is written by the pipeline thread, which PowerShell insists on. Stopping (Ctrl-C, a pipeline that ends early,
/// an error preference of Stop) cancels the work, keeps emptying the queue, and returns only when the work has ended, or
/// after <see cref="JoinLimit"/>.
/// </summary>
public abstract class AsyncMigrationCommand : MigrationCommand, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>How long a stop waits for the work to end. An engine that drains its transfers needs seconds.</summary>
    internal static TimeSpan JoinLimit { get; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called by PowerShell on another thread.</summary>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended by itself at the same moment.
        }
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _stop.Dispose();
    }

    /// <summary>Runs work to its end and writes what it says. Questions to the user are asked before.</summary>
    private protected void Run(Func<PipelineQueue, CancellationToken, Task> work)
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        PipelineQueue queue = new(TimeProvider.System, ProgressOutlet.For(Host));
        Task task = Task.Run(() => CompleteAsync(work, queue, cancel.Token), CancellationToken.None);
        try
        {
            queue.WriteAll(this, cancel.Token);
        }
        catch
        {
            cancel.Cancel();
            Join(task, queue);
            throw;
        }

        if (_stop.IsCancellationRequested)
        {
            Join(task, queue);
            throw new PipelineStoppedException();
        }

        task.GetAwaiter().GetResult();
    }

    private static async Task CompleteAsync(Func<PipelineQueue, CancellationToken, Task> work, PipelineQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            await work(queue, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            queue.Complete();
        }
    }

    private static void Join(Task task, PipelineQueue queue)
    {
        Task ended = Task.WhenAll(task, queue.DiscardAsync());

        // The outcome of work that was cancelled is in the journal; the pipeline has no place for it any more.
        ended.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
            .Wait(JoinLimit);
    }
}
