using System.Runtime.CompilerServices;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Runs a job from its beginning, or from where its last process left it, to its report; an incremental one run by run.</summary>
internal sealed class JobRunner(EngineEnvironment environment, JobFolder folder, RunOptions options, IRunListener listener)
{
    private const int LockAttempts = 5;
    private static readonly TimeSpan LockDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs, and gives the report of each run as it ends.</summary>
    public async IAsyncEnumerable<MigrationReport> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReadJob();
        using IDisposable held = await LockAsync(cancellationToken).ConfigureAwait(false);
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.SetStop(false)).ConfigureAwait(false);

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource budget = options.TimeBudget is { } time ? new CancellationTokenSource(time, environment.Time) : new CancellationTokenSource();
        using CancellationTokenRegistration onBudget = budget.Token.Register(stop.Cancel);
        RunOrder order = new(environment, folder, options, journal, listener);
        while (await NextAsync(order, budget.Token, stop.Token).ConfigureAwait(false) is { } run)
        {
            MigrationReport report = await RunOneAsync(run, journal, () => budget.IsCancellationRequested, stop.Token).ConfigureAwait(false);
            yield return report;
        }
    }

    // A stop while it waits for the next run leaves nothing behind: what is done and when the next is due is in the journal.
    private async Task<RunRow?> NextAsync(RunOrder order, CancellationToken budget, CancellationToken cancellationToken)
    {
        try
        {
            return await order.NextAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            string why = budget.IsCancellationRequested ? "The time budget is used up" : "Cancelled";
            listener.OnEvent(new RunEvent(EventLevel.Information, $"{why} while job '{folder.Name}' waited for its next run; start it again to go on."));
            return null;
        }
    }

    private async Task<MigrationReport> RunOneAsync(RunRow run, JournalWriter journal, Func<bool> isOverBudget, CancellationToken cancellationToken)
    {
        MigrationJob job = ReadJob();
        CutoverClock cutover = new(environment.Time) { Moment = job.CutoverTime };
        await using StoreChain stores = new(environment, job, options.Credentials, listener, cutover);
        RunStretch stretch = new(job, run, journal, stores, cutover, cutover.HasCome);
        using ListerChoice listers = new(stores, job, run, folder, listener);
        RunLoop loop = new(environment, folder, listers, options, listener, isOverBudget);
        return await loop.RunAsync(stretch, cancellationToken).ConfigureAwait(false);
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
}
