using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Runs a job from its beginning, or from where its last process left it, to its report.</summary>
internal sealed class JobRunner(EngineEnvironment environment, JobFolder folder, RunOptions options, IRunListener listener)
{
    private const int LockAttempts = 5;
    private static readonly TimeSpan LockDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs.</summary>
    public async Task<MigrationReport> RunAsync(CancellationToken cancellationToken)
    {
        MigrationJob job = ReadJob();
        using IDisposable held = await LockAsync(cancellationToken).ConfigureAwait(false);
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.SetStop(false)).ConfigureAwait(false);
        CutoverClock cutover = new(environment.Time) { Moment = job.CutoverTime };
        await using StoreChain stores = new(environment, job, options.Credentials, listener, cutover);

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource budget = options.TimeBudget is { } time ? new CancellationTokenSource(time, environment.Time) : new CancellationTokenSource();
        using CancellationTokenRegistration onBudget = budget.Token.Register(stop.Cancel);

        RunRow run = await BeginOrResumeAsync(journal, job).ConfigureAwait(false);
        RunStretch stretch = new(job, run, journal, stores, cutover, cutover.HasCome);
        using ListerChoice listers = new(stores, job, run, folder, listener);
        RunLoop loop = new(environment, folder, listers, listener, () => budget.IsCancellationRequested);
        return await loop.RunAsync(stretch, stop.Token).ConfigureAwait(false);
    }

    // Get-MigrationJob looks whether the job is locked by locking it for a moment; that moment is waited for.
    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return folder.Lock();
            }
            catch (JobStateException) when (attempt < LockAttempts)
            {
                await Task.Delay(LockDelay, environment.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private MigrationJob ReadJob()
    {
        using JournalReader reader = folder.Read();
        MigrationJob job = reader.Job();
        string begun = reader.Fingerprint();
        if (begun != job.Fingerprint)
        {
            throw new JobStateException(
                JobStateError.OtherJob, folder.Name, $"The journal of job '{folder.Name}' was begun with other addresses, filters or modes (fingerprint {begun}, now {job.Fingerprint}).");
        }

        JobOptionCheck.Check(job);
        return job;
    }

    private async Task<RunRow> BeginOrResumeAsync(JournalWriter journal, MigrationJob job)
    {
        RunRow? last;
        using (JournalReader reader = folder.Read())
            last = reader.LastRun();
        if (last is { IsFinished: false })
        {
            await journal.WriteAsync(writes => writes.CountResume(last.Run)).ConfigureAwait(false);
            listener.OnEvent(new RunEvent(EventLevel.Information, $"Resuming run {last.Run} of job '{job.Name}'."));
            return last with { Resumes = last.Resumes + 1 };
        }

        RunRow run = new((last?.Run ?? 0) + 1, job.Mode, environment.Time.GetUtcNow(), IsFinished: false, 0, TimeSpan.Zero, default, default);
        await journal.WriteAsync(writes => writes.AddRun(run)).ConfigureAwait(false);
        listener.OnEvent(new RunEvent(EventLevel.Information, $"Beginning run {run.Run} of job '{job.Name}'."));
        return run;
    }
}
