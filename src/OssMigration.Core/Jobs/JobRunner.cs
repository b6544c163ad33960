using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>Runs a job from its beginning, or from where its last process left it, to its report.</summary>
internal sealed class JobRunner(EngineEnvironment environment, JobFolder folder, RunOptions options, IRunListener listener)
{
    private const int PlannedRanges = 16;
    private const int LockAttempts = 5;
    private static readonly TimeSpan LockDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs.</summary>
    public async Task<MigrationReport> RunAsync(CancellationToken cancellationToken)
    {
        MigrationJob job = ReadJob();
        using IDisposable held = await LockAsync(cancellationToken).ConfigureAwait(false);
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.SetStop(false)).ConfigureAwait(false);
        await using StoreChain stores = new(environment, job, options.Credentials, listener);

        bool isAfterCutover = job.CutoverTime is { } cutover && cutover <= environment.Time.GetUtcNow();
        if (isAfterCutover)
            await RefuseVersionedAsync(stores, cancellationToken).ConfigureAwait(false);

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource budget = options.TimeBudget is { } time ? new CancellationTokenSource(time, environment.Time) : new CancellationTokenSource();
        using CancellationTokenRegistration onBudget = budget.Token.Register(stop.Cancel);

        RunRow run = await BeginOrResumeAsync(journal, stores, job, stop.Token).ConfigureAwait(false);
        Stretch stretch = new(job, run, journal, stores, isAfterCutover);
        return await RunStretchAsync(stretch, () => budget.IsCancellationRequested, stop.Token).ConfigureAwait(false);
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
        if (reader.Fingerprint() != job.Fingerprint)
        {
            throw new JobStateException(
                JobStateError.OtherJob, folder.Name, $"The journal of job '{folder.Name}' was begun with other addresses, filters or modes (fingerprint {reader.Fingerprint()[..12]}, now {job.Fingerprint[..12]}).");
        }

        JobOptionCheck.Check(job);
        return job;
    }

    // forbid-overwrite, on which safety rests after cut-over, is void where versioning was ever switched on (oss-facts 2.1).
    private static async Task RefuseVersionedAsync(StoreChain stores, CancellationToken cancellationToken)
    {
        if (stores.DestinationBucket is not { } bucket)
            return;
        BucketFacts facts = await bucket.InspectBucketAsync(cancellationToken).ConfigureAwait(false);
        if (facts.Versioning is BucketVersioning.Enabled or BucketVersioning.Suspended)
        {
            throw new JobOptionException(
                [$"The destination bucket has versioning {facts.Versioning}: after cut-over a run would not be kept from overwriting there. Run it into a bucket without versioning."]);
        }
    }

    private async Task<RunRow> BeginOrResumeAsync(JournalWriter journal, StoreChain stores, MigrationJob job, CancellationToken cancellationToken)
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
        IReadOnlyList<KeyRange> plan = await new FixedRangePlanner(PlannedRanges).PlanAsync(stores.Source, job.Filter.Prefix, cancellationToken).ConfigureAwait(false);
        KeyRangePlan.Check(plan);
        RangeRow[] ranges = [.. plan.Select((range, id) => new RangeRow(run.Run, id, range, Cursor: null, default, IsComplete: false))];
        await journal.WriteAsync(writes => writes.AddRun(run, ranges)).ConfigureAwait(false);
        listener.OnEvent(new RunEvent(EventLevel.Information, $"Beginning run {run.Run} of job '{job.Name}' with {ranges.Length} ranges."));
        return run;
    }

    private async Task<MigrationReport> RunStretchAsync(Stretch stretch, Func<bool> isOverBudget, CancellationToken cancellationToken)
    {
        using ListerChoice listers = new(stretch.Stores, stretch.Job, folder, listener);
        while (true)
        {
            RunProgress progress = MakeProgress(stretch.Run);
            ReportBuilder reports = new(folder, stretch.Run, stretch.Stores, progress, environment.Time);
            UploadJournal uploads = OpenUploads(stretch.Journal);
            ObjectTransfer transfer = new(CopyContextOf(stretch, uploads));
            RunContext context = ContextOf(stretch, listers, transfer, progress);
            RunSession session = new(context, stretch.Stores, uploads, () => reports.Stopped("The run is under way."));
            try
            {
                await session.RunAsync(OpenRanges(stretch.Run.Run), cancellationToken).ConfigureAwait(false);
                if (OpenRanges(stretch.Run.Run).Count > 0)
                    return await EndAsync(stretch, reports.Stopped(session.StopReason ?? (isOverBudget() ? "The time budget is used up." : "The run was cancelled.")), isFinished: false).ConfigureAwait(false);

                await DropLeftOversAsync(session.LeftOver(stretch.Run.Run), transfer, stretch, cancellationToken).ConfigureAwait(false);
                return await EndAsync(stretch, reports.Finished(), isFinished: true).ConfigureAwait(false);
            }
            catch (StoreException exception) when (listers.FallBack(exception))
            {
                stretch = stretch with { Run = stretch.Run with { Elapsed = stretch.Run.Elapsed + progress.Elapsed } };
            }
            catch (Exception exception) when (exception is StoreException or JobStateException or ManifestException)
            {
                await RecordBreakAsync(stretch, reports, exception).ConfigureAwait(false);
                throw;
            }
        }
    }

    // What broke the run is what the caller must hear, also where the disk that broke it takes no report any more.
    private async Task RecordBreakAsync(Stretch stretch, ReportBuilder reports, Exception cause)
    {
        try
        {
            string reason = cause is StoreException store ? store.Describe() : cause.Message;
            await EndAsync(stretch, reports.Stopped(reason), isFinished: false).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or JobStateException)
        {
            listener.OnEvent(new RunEvent(EventLevel.Warning, $"The report of the broken run could not be kept: {exception.Message}"));
        }
    }

    private async Task<MigrationReport> EndAsync(Stretch stretch, MigrationReport report, bool isFinished)
    {
        await stretch.Journal.WriteAsync(writes =>
        {
            writes.PutReport(report, isFinished);
            if (isFinished)
                writes.DropSegmentsBefore(report.Run);
        }).ConfigureAwait(false);
        if (isFinished)
            DeleteUnlistedSegments();
        return report;
    }

    private void DeleteUnlistedSegments()
    {
        HashSet<string> listed;
        using (JournalReader reader = folder.Read())
            listed = [.. reader.Segments().Select(segment => segment.Name)];
        foreach (string file in Directory.EnumerateFiles(folder.Manifests))
        {
            if (!listed.Contains(Path.GetFileName(file)))
                File.Delete(file);
        }
    }

    private async Task DropLeftOversAsync(IReadOnlyList<UploadRow> leftOver, ObjectTransfer transfer, Stretch stretch, CancellationToken cancellationToken)
    {
        foreach (UploadRow upload in leftOver)
        {
            try
            {
                await transfer.DropUploadAsync(upload, stretch.IsAfterCutover ? OverwriteGuard.Forbidden : OverwriteGuard.Allowed, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException exception) when (!exception.StopsJob)
            {
                listener.OnEvent(new RunEvent(EventLevel.Warning, $"An unfinished upload could not be aborted; the next run tries again. {exception.Describe()}"));
            }
        }
    }

    private RunProgress MakeProgress(RunRow run)
    {
        using JournalReader reader = folder.Read();
        IReadOnlyDictionary<OutcomeKind, ObjectCount> outcomes = reader.Outcomes(run.Run);
        ObjectCount listed = default;
        int open = 0;
        foreach (RangeRow range in reader.Ranges(run.Run))
        {
            listed += range.Listed;
            open += range.IsComplete ? 0 : 1;
        }

        ObjectCount done = default;
        foreach ((OutcomeKind kind, ObjectCount count) in outcomes)
            done += kind <= OutcomeKind.Failed ? count : default;
        return new RunProgress(folder.Name, run.Run, listed, done, outcomes.GetValueOrDefault(OutcomeKind.Copied), open, environment.Time);
    }

    private UploadJournal OpenUploads(JournalWriter journal)
    {
        using JournalReader reader = folder.Read();
        return new UploadJournal(journal, reader);
    }

    private List<RangeRow> OpenRanges(int run)
    {
        using JournalReader reader = folder.Read();
        return [.. reader.Ranges(run).Where(range => !range.IsComplete)];
    }

    private static CopyContext CopyContextOf(Stretch stretch, UploadJournal uploads) => new()
    {
        Source = stretch.Stores.Source,
        Destination = stretch.Stores.Destination,
        SinglePutLimit = stretch.Job.SinglePutLimit,
        PartSize = stretch.Job.PartSize,
        Slots = new SemaphoreSlim(stretch.Job.Concurrency),
        LargeSlots = new SemaphoreSlim(Math.Max(2, stretch.Job.Concurrency / 8)),
        PartsAtATime = Math.Min(8, stretch.Job.Concurrency),
        Memory = new MemoryBudget(stretch.Job.MemoryBudget),
        Blocks = new BlockPool(),
        Uploads = uploads,
    };

    private RunContext ContextOf(Stretch stretch, ListerChoice listers, ObjectTransfer transfer, RunProgress progress)
    {
        DecisionRules rules = new(stretch.Job, stretch.Stores.Destination.Limits, stretch.IsAfterCutover);
        return new RunContext
        {
            Folder = folder,
            Run = stretch.Run.Run,
            Rules = rules,
            SourceLister = listers.Source,
            DestinationLister = listers.Destination,
            Settled = ManifestOfEarlierRuns(stretch.Run.Run),
            Pool = new TransferPool(transfer, stretch.Job.Concurrency, progress, new InProgressLookUp(stretch.Stores, rules).FindAsync),
            Journal = stretch.Journal,
            Progress = progress,
            Listener = listener,
            Time = environment.Time,
        };
    }

    private MergedManifest ManifestOfEarlierRuns(int run)
    {
        using JournalReader reader = folder.Read();
        return reader.LastRunWithSegments(run) is { } earlier ? JobManifest.Open(folder, reader.Segments(earlier)) : new MergedManifest([]);
    }

    private sealed record Stretch(MigrationJob Job, RunRow Run, JournalWriter Journal, StoreChain Stores, bool IsAfterCutover);
}
