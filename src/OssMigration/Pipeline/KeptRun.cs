using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;

namespace OssMigration.Pipeline;

/// <summary>Runs jobs whose state may be kept apart from this machine.</summary>
internal static class KeptRun
{
    /// <summary>Brings the job here where its state is kept elsewhere, and starts it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="name">The job.</param>
    /// <param name="place">Where its state is kept; null for a job that is on this machine alone.</param>
    /// <param name="timeBudget">How long it may take, the time to bring it here included; null for no limit.</param>
    /// <param name="start">Starts the job as it is now, with its state and what is left of the time.</param>
    /// <param name="listener">Hears what happens.</param>
    /// <param name="cancellationToken">Stops cleanly.</param>
    public static async IAsyncEnumerable<MigrationReport> RunAsync(
        MigrationEngine engine,
        string name,
        StateLocation? place,
        TimeSpan? timeBudget,
        Func<MigrationJob, RunOptions, IAsyncEnumerable<MigrationReport>> start,
        IRunListener listener,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long begun = TimeProvider.System.GetTimestamp();
        KeptState? state = place is null ? null : await engine.OpenStateAsync(name, place, listener, cancellationToken).ConfigureAwait(false);
        try
        {
            TimeSpan? left = timeBudget - TimeProvider.System.GetElapsedTime(begun);
            RunOptions options = new() { State = state, TimeBudget = left < TimeSpan.Zero ? TimeSpan.Zero : left };
            await foreach (MigrationReport report in start(engine.GetJob(name).Job, options).WithCancellation(cancellationToken).ConfigureAwait(false))
                yield return report;
        }
        finally
        {
            if (state is not null)
                await state.DisposeAsync().ConfigureAwait(false);
        }
    }
}
