using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Cluster;

/// <summary>Runs a job over many machines from its coordinator.</summary>
public static class SharedRunner
{
    /// <summary>As <see cref="MigrationEngine.StartAsync"/>, but the ranges are worked on by workers; by one in this process too, where that is wanted.</summary>
    /// <param name="environment">The engine's environment.</param>
    /// <param name="jobName">The job.</param>
    /// <param name="options">How it is driven.</param>
    /// <param name="address">The broker.</param>
    /// <param name="own">The worker in this process; null for none.</param>
    /// <param name="listener">Hears what happens.</param>
    /// <param name="cancellationToken">Stops cleanly: workers hand over, and the job is to be resumed.</param>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterObjectList, ClusterCoordinatorTaken, and what an engine refuses.</exception>
    public static async IAsyncEnumerable<MigrationReport> RunAsync(
        EngineEnvironment environment,
        string jobName,
        RunOptions options,
        QueueAddress address,
        WorkerOptions? own,
        IRunListener listener,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MigrationEngine engine = new(environment);
        MigrationJob job = engine.GetJob(jobName).Job;
        if (job.ObjectList is { } list)
            throw new RefusedException("ClusterObjectList", $"Job '{jobName}' has an object list ({list.Origin}), which lies on this machine only.", "Run it here with Start-OssMigration, or make a job without a list for many machines.");
        await using Coordinator coordinator = await Coordinator.StartAsync(address, job, listener, environment.Time, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource leave = new();
        Task work = own is null ? Task.CompletedTask : Task.Run(() => WorkAsync(environment, address, own with { JobName = jobName, KeepsRunning = true }, listener, leave.Token), CancellationToken.None);
        try
        {
            await foreach (MigrationReport report in engine.StartAsync(jobName, options with { Exchange = coordinator }, listener, cancellationToken).ConfigureAwait(false))
                yield return report;
        }
        finally
        {
            // It has handed over by now; the coordinator told it like all others.
            await leave.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    // That this machine cannot copy does not keep others from it.
    private static async Task WorkAsync(EngineEnvironment environment, QueueAddress address, WorkerOptions options, IRunListener listener, CancellationToken cancellationToken)
    {
        try
        {
            await new Worker(environment, address, options, listener).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            listener.OnEvent(new RunEvent(EventLevel.Warning, $"The coordinator goes on without copying by itself. {exception.Message}"));
        }
        catch (Exception exception)
        {
            listener.OnEvent(new RunEvent(EventLevel.Verbose, $"The coordinator's own worker ended: {exception.Message}"));
        }
    }
}
