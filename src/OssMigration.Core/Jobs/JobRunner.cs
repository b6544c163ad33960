using System.Runtime.CompilerServices;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Runs a job from its beginning, or from where its last process left it, to its report; an incremental one run by run.</summary>
internal sealed class JobRunner(EngineEnvironment environment, JobFolder folder, RunOptions options, IRunListener listener)
{
    /// <summary>Runs, and gives the report of each run as it ends.</summary>
    public async IAsyncEnumerable<MigrationReport> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReadJob();
        using IDisposable? held = options.State is null ? await folder.TakeAsync(environment.Time, cancellationToken).ConfigureAwait(false) : null;
        folder.ReadWhole().Dispose();
        RefuseWithoutState();
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.SetStop(false)).ConfigureAwait(false);

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, options.State?.Lost ?? default);
        using CancellationTokenSource budget = options.TimeBudget is { } time ? new CancellationTokenSource(time, environment.Time) : new CancellationTokenSource();
        using CancellationTokenRegistration onBudget = budget.Token.Register(stop.Cancel);
        RunOrder order = new(environment, folder, options, journal, listener);
        while (await NextAsync(order, budget.Token, stop.Token).ConfigureAwait(false) is { } run)
        {
            MigrationReport report = await RunKeptAsync(run, journal, () => WhyStopped(budget), stop.Token).ConfigureAwait(false);
            yield return report;
        }

        if (options.State is { Lost.IsCancellationRequested: true } state)
            throw state.LostError();
    }

    private string WhyStopped(CancellationTokenSource budget)
    {
        if (options.State is { Lost.IsCancellationRequested: true })
            return "The lease of the job's state was lost.";
        return budget.IsCancellationRequested ? "The time budget is used up." : "The run was cancelled.";
    }

    // Whatever a run came to is in a snapshot before anybody hears of it.
    private async Task<MigrationReport> RunKeptAsync(RunRow run, JournalWriter journal, Func<string> whyStopped, CancellationToken cancellationToken)
    {
        if (options.State is not { } state)
            return await RunOneAsync(run, journal, whyStopped, cancellationToken).ConfigureAwait(false);
        MigrationReport report;
        try
        {
            report = await RunOneAsync(run, journal, whyStopped, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or JobStateException or JobOptionException or RefusedException)
        {
            try
            {
                await state.TakeAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception second) when (second is StoreException or JobStateException or RefusedException)
            {
                listener.OnEvent(new RunEvent(EventLevel.Warning, $"No snapshot of the broken run could be taken: {second.Message}"));
            }

            throw;
        }

        if (!state.Lost.IsCancellationRequested)
            await state.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        return report;
    }

    private void RefuseWithoutState()
    {
        using JournalReader reader = folder.Read();
        if (options.State is { } state)
        {
            if (state.JobName != folder.Name)
                throw new ArgumentException($"The state is that of job '{state.JobName}'.");
        }
        else if (reader.State() is { } kept)
        {
            throw new RefusedException(
                "StateUriNeeded", $"Job '{folder.Name}' keeps its state at {kept.Address.Uri}, where another machine may have gone on with it.", "Start it with that address as -StateUri.");
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

    private async Task<MigrationReport> RunOneAsync(RunRow run, JournalWriter journal, Func<string> whyStopped, CancellationToken cancellationToken)
    {
        MigrationJob job = ReadJob();
        CutoverClock cutover = new(environment.Time) { Moment = job.CutoverTime };
        await using StoreChain stores = new(environment, job, options.Credentials, listener, cutover);
        RunStretch stretch = new(job, run, journal, stores, cutover, cutover.HasCome);
        using ListerChoice listers = new(stores, job, run, folder, listener);
        RunLoop loop = new(environment, folder, listers, options, listener, whyStopped);
        return await loop.RunAsync(stretch, cancellationToken).ConfigureAwait(false);
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
