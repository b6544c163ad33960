using OssMigration.Core.Journal;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Changes a job beside the process that may run it, where everybody who works on it will hear of that.</summary>
internal sealed class JobChanger(EngineEnvironment environment, JobFolder folder)
{
    private static readonly TimeSpan SnapshotPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SnapshotLook = TimeSpan.FromMilliseconds(500);

    /// <summary>Changes it here: see <see cref="MigrationEngine.SetJob"/>.</summary>
    public MigrationJob Change(JobChanges changes)
    {
        bool isRun = folder.IsLocked();
        using (JournalReader reader = folder.Read())
        {
            reader.Job();
            if (reader.State() is { } kept && !isRun)
            {
                throw new RefusedException(
                    "StateUriNeeded", $"Job '{folder.Name}' keeps its state at {kept.Address.Uri}, and another machine would not hear of a change that is made here alone.", "Change it with that address as -StateUri.");
            }
        }

        if (!isRun)
            RequireHeard(changes);
        return Apply(changes);
    }

    // Workers go on without a coordinator, and would overwrite what the business writes.
    private void RequireHeard(JobChanges changes)
    {
        using JournalReader reader = folder.Read();
        if (changes.CutoverTime is not null && reader.LastRun() is { IsFinished: false } run && reader.Sharing(run.Run) is not null)
        {
            throw new RefusedException(
                "CutoverNotHeard", $"Run {run.Run} of job '{folder.Name}' is shared with other machines, and while its coordinator is away they do not hear of a cut-over.", "Start the coordinator (Start-OssMigrationCoordinator), then set the moment while it runs or when the run has ended.");
        }
    }

    private MigrationJob Apply(JobChanges changes)
    {
        // Read and written in one transaction, so that of two processes none takes back what the other changed.
        MigrationJob? changed = null;
        Write(folder, writes => writes.ChangeJob(job =>
        {
            changed = changes.Apply(job);
            JobOptionCheck.Check(changed);
            return changed;
        }));
        return changed!;
    }

    /// <summary>Changes it where its state is kept too: see <see cref="MigrationEngine.SetJobAsync"/>.</summary>
    public async Task<MigrationJob> ChangeAsync(JobChanges changes, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
    {
        if (folder.Exists && folder.IsLocked())
        {
            MigrationJob changed = Change(changes);
            if (changes.CutoverTime is { } moment)
                await WaitForSnapshotAsync(moment, cancellationToken).ConfigureAwait(false);
            return changed;
        }

        KeptState state = await KeptState.OpenAsync(environment, folder, location, listener, cancellationToken).ConfigureAwait(false);
        await using (state.ConfigureAwait(false))
        {
            // The lock is this process's own, and tells nothing of a run.
            RequireHeard(changes);
            MigrationJob changed = Apply(changes);
            await state.TakeAsync(cancellationToken).ConfigureAwait(false);
            return changed;
        }
    }

    /// <summary>Writes into a job's journal beside the process that may run it.</summary>
    public static void Write(JobFolder folder, Action<JournalTransaction> write)
    {
        JournalWriter journal = new(folder.Journal, folder.Name);
        try
        {
            journal.WriteAsync(write).GetAwaiter().GetResult();
        }
        finally
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task WaitForSnapshotAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        long begun = environment.Time.GetTimestamp();
        while (environment.Time.GetElapsedTime(begun) < SnapshotPatience)
        {
            using (JournalReader reader = folder.Read())
            {
                if (reader.State() is not { } kept || kept.CutoverTime == moment)
                    return;
            }

            await Task.Delay(SnapshotLook, environment.Time, cancellationToken).ConfigureAwait(false);
        }

        throw new RefusedException(
            "StateNotKept",
            FormattableString.Invariant($"The process that runs job '{folder.Name}' knows that cut-over is at {moment:u}, but no snapshot has it after {SnapshotPatience.TotalSeconds:F0} seconds."),
            "Give the same moment again before the business is switched.");
    }
}
