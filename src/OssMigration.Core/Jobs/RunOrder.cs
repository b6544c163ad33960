using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Which run comes next. An unfinished run over everything is resumed before anything else begins. An unfinished run over a
/// selection is resumed where another one is asked for; a run over everything takes its place. Then comes what was asked for: one
/// run, or the series of an incremental job.
/// </summary>
internal sealed class RunOrder(EngineEnvironment environment, JobFolder folder, RunOptions options, JournalWriter journal, IRunListener listener)
{
    private readonly SeriesClock _clock = new(folder, listener, environment.Time);
    private int? _given;
    private bool _isDone;

    /// <summary>The next run, entered into the journal; null where there is none, or the last one was stopped.</summary>
    /// <exception cref="RefusedException">What is asked for is not possible as things stand.</exception>
    public async Task<RunRow?> NextAsync(CancellationToken cancellationToken)
    {
        MigrationJob job;
        RunRow? last;
        using (JournalReader reader = folder.Read())
        {
            job = reader.Job();
            last = reader.LastRun();
        }

        bool isFirst = _given is null;
        bool isStopped = !isFirst && last is { IsFinished: false };
        if (_isDone || isStopped)
            return null;
        if (isFirst)
            Refuse(job, last);
        if (last is { IsFinished: false } && MayResume(last))
            return Give(await ResumeAsync(last).ConfigureAwait(false), isAskedFor: last.Scope == options.Scope && options.Selection is null, job);
        if (options.Scope == RunScope.Everything && job.Mode == MigrationMode.Incremental && !await IsDueAsync(isFirst, cancellationToken).ConfigureAwait(false))
            return null;
        return Give(await BeginAsync(job, last).ConfigureAwait(false), isAskedFor: true, job);
    }

    private RunRow Give(RunRow run, bool isAskedFor, MigrationJob job)
    {
        _given = run.Run;
        _isDone = isAskedFor && (options.Scope != RunScope.Everything || job.Mode == MigrationMode.Full);
        return run;
    }

    private bool MayResume(RunRow unfinished) => options.Scope != RunScope.Everything || unfinished.Scope == RunScope.Everything;

    private void Refuse(MigrationJob job, RunRow? last)
    {
        if (options.RemoveDeleted && options.Scope != RunScope.Everything)
            throw new ArgumentException("RemoveDeleted belongs to a run over everything.");
        if (options.RemoveDeleted && job.CutoverTime is { } cutover && cutover <= environment.Time.GetUtcNow())
        {
            throw new RefusedException(
                "RunRemovalAfterCutover",
                FormattableString.Invariant($"Job '{folder.Name}' was cut over at {cutover:u}: the destination belongs to the business, and nothing is removed there."),
                "Start it without RemoveDeleted.");
        }

        if (options.Scope == RunScope.Everything)
            return;
        if (last is null)
            throw new RefusedException("RunNothingYet", $"Job '{folder.Name}' had no run yet, so there is nothing to look at again.", "Start it as a whole first.");
        if (last is { IsFinished: false, Scope: RunScope.Everything })
        {
            throw new RefusedException(
                "RunUnfinished",
                $"Run {last.Run} of job '{folder.Name}' looks at everything and is not finished.",
                "Start the job as a whole to finish it, then look again what is left.");
        }
    }

    private async Task<bool> IsDueAsync(bool isFirst, CancellationToken cancellationToken)
    {
        switch (await _clock.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            case SeriesTurn.Run:
                return true;
            case SeriesTurn.Done when isFirst:
                throw new RefusedException(
                    "RunSeriesDone", $"All runs of the series of job '{folder.Name}' are done.", "A higher RunCount (Set-MigrationJob) gives it more.");
            case SeriesTurn.Stopped:
                listener.OnEvent(new RunEvent(EventLevel.Information, $"{RunSession.StopCalled} Job '{folder.Name}' was waiting for its next run; start it again to go on."));
                return false;
            default:
                return false;
        }
    }

    private async Task<RunRow> ResumeAsync(RunRow last)
    {
        if (last.Scope != RunScope.Everything && !File.Exists(folder.Selection(last.Run)))
            throw new JobStateException(JobStateError.Damaged, folder.Name, $"The keys that run {last.Run} of job '{folder.Name}' looks at are gone. Start the job as a whole.");
        await journal.WriteAsync(writes => writes.CountResume(last.Run)).ConfigureAwait(false);
        listener.OnEvent(new RunEvent(EventLevel.Information, $"Resuming run {last.Run} of job '{folder.Name}'{Looks(last.Scope)}."));
        return last with { Resumes = last.Resumes + 1 };
    }

    private async Task<RunRow> BeginAsync(MigrationJob job, RunRow? last)
    {
        bool isSelection = options.Scope != RunScope.Everything;
        RunRow run = new((last?.Run ?? 0) + 1, job.Mode, environment.Time.GetUtcNow(), IsFinished: false, 0, TimeSpan.Zero, default, default)
        {
            Scope = options.Scope,

            // A selection lists nothing, so what is known of the listings stays known.
            SortsSource = isSelection && last is { SortsSource: true },
            SortsDestination = isSelection && last is { SortsDestination: true },
        };
        if (isSelection)
            KeepKeys(run.Run);
        MigrationReport? replaced = last is { IsFinished: false } ? Replaced(last, run.Run) : null;
        await journal.WriteAsync(writes =>
        {
            if (replaced is not null)
                writes.PutReport(replaced, isFinished: true);
            writes.AddRun(run);
        }).ConfigureAwait(false);
        listener.OnEvent(new RunEvent(EventLevel.Information, $"Beginning run {run.Run} of job '{folder.Name}'{Looks(run.Scope)}."));
        return run;
    }

    private void KeepKeys(int run)
    {
        if (options.Selection is { } given)
        {
            given.Keep(folder.Selection(run));
            return;
        }

        using KeySelection failed = new(folder.Name, folder.ScratchFile("failed.db"));
        using (JournalReader reader = folder.Read())
        {
            foreach (string key in Failed(reader))
                failed.Add(key);
        }

        failed.Keep(folder.Selection(run));
    }

    // What failed in the last run that looked at everything or at all that had failed, and in what came after it.
    private static IEnumerable<string> Failed(JournalReader reader)
    {
        List<int> runs = [];
        foreach (RunRow run in reader.Runs())
        {
            runs.Add(run.Run);
            if (run.Scope != RunScope.Selection)
                break;
        }

        return runs.SelectMany(run => reader.Items(run, MigrationItemState.Failed).Concat(reader.Items(run, MigrationItemState.NeedsRestore))).Select(item => item.Key);
    }

    private MigrationReport Replaced(RunRow unfinished, int by)
    {
        using JournalReader reader = folder.Read();
        MigrationReport known = reader.Reports().LastOrDefault(report => report.Run == unfinished.Run) ?? new MigrationReport
        {
            JobName = folder.Name,
            Run = unfinished.Run,
            Mode = unfinished.Mode,
            Scope = unfinished.Scope,
            StartedAt = unfinished.StartedAt,
            EndedAt = environment.Time.GetUtcNow(),
        };
        return known with { Status = RunStatus.Incomplete, Reason = $"Run {by} looks at everything in its place." };
    }

    private static string Looks(RunScope scope) => scope switch
    {
        RunScope.Selection => ", over the objects that were chosen",
        RunScope.FailedOnly => ", over what failed before",
        _ => "",
    };
}
