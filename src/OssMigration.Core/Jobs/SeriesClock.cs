using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>What is to be done next in the series of an incremental job.</summary>
internal enum SeriesTurn
{
    /// <summary>The next run is due.</summary>
    Run,

    /// <summary>All runs of the series are done.</summary>
    Done,

    /// <summary>Another process asked for a stop while nothing ran.</summary>
    Stopped,
}

/// <summary>
/// When the next run of an incremental job begins: one interval after the last one began, at once where that is over.
/// Interval and number of runs may be changed while it waits.
/// </summary>
internal sealed class SeriesClock(JobFolder folder, IRunListener listener, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>When the next run of a job is due; null where it has no next one, or never had a first.</summary>
    public static DateTimeOffset? NextRunAt(JournalReader reader)
    {
        MigrationJob job = reader.Job();
        if (job.Mode != MigrationMode.Incremental || reader.RunsDone() >= job.RunCount)
            return null;
        return reader.Runs().FirstOrDefault(run => run.Scope == RunScope.Everything)?.StartedAt + job.Interval;
    }

    /// <summary>Waits until the next run is due.</summary>
    public async Task<SeriesTurn> WaitAsync(CancellationToken cancellationToken)
    {
        using JournalReader reader = folder.Read();
        bool isTold = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.IsStopRequested())
                return SeriesTurn.Stopped;
            if (reader.RunsDone() >= reader.Job().RunCount)
                return SeriesTurn.Done;
            if (NextRunAt(reader) is not { } due || due - time.GetUtcNow() is not { Ticks: > 0 } left)
                return SeriesTurn.Run;
            int run = reader.LastRun()!.Run + 1;
            if (!isTold)
                listener.OnEvent(new RunEvent(EventLevel.Information, FormattableString.Invariant($"Run {run} of job '{folder.Name}' begins at {due:u}.")));
            isTold = true;
            listener.OnProgress(new ProgressSnapshot { JobName = folder.Name, Run = run, Activity = "Waiting", NextRunAt = due });
            await Task.Delay(left < LongestDelay ? left : LongestDelay, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
