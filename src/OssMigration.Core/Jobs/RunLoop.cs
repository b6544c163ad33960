using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Drives a run stretch by stretch to its report. A new stretch begins when cut-over comes, and, as a run of its own, when
/// a store is caught listing out of order.
/// </summary>
internal sealed class RunLoop(EngineEnvironment environment, JobFolder folder, ListerChoice listers, RunOptions options, IRunListener listener, Func<string> whyStopped)
{
    /// <summary>Runs to the end, or until the token stops it.</summary>
    public async Task<MigrationReport> RunAsync(RunStretch first, CancellationToken cancellationToken)
    {
        RunStretch stretch = first;
        while (true)
        {
            RunAssembly assembly = new(environment, folder, listers, listener, stretch);
            try
            {
                Ending ending = await RunStretchAsync(stretch, assembly, cancellationToken).ConfigureAwait(false);
                if (ending.Report is { } report)
                    return report;
                listener.OnEvent(new RunEvent(EventLevel.Information, "Cut-over has come: from now on nothing at the destination is overwritten."));
                stretch = stretch with { IsAfterCutover = true, Run = assembly.RunSoFar };
            }
            catch (StoreException exception) when (listers.FallBack(exception))
            {
                stretch = await BeginAgainAsync(stretch, assembly, exception).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StoreException or JobStateException or JobOptionException or RefusedException)
            {
                await RecordBreakAsync(stretch, assembly, exception).ConfigureAwait(false);
                throw;
            }
            catch (ManifestException exception)
            {
                JobStateException damaged = new(JobStateError.Damaged, folder.Name, $"The manifest of job '{folder.Name}' is damaged: {exception.Message}", exception);
                await RecordBreakAsync(stretch, assembly, damaged).ConfigureAwait(false);
                throw damaged;
            }
        }
    }

    // Without a report the stretch was overtaken by the cut-over.
    private async Task<Ending> RunStretchAsync(RunStretch stretch, RunAssembly assembly, CancellationToken cancellationToken)
    {
        string? reason = null;
        try
        {
            if (stretch.Job.Versions == VersionScope.All)
                await new HistoryGate(folder, stretch, options).PassAsync(cancellationToken).ConfigureAwait(false);
            if (stretch.IsAfterCutover)
            {
                await RefuseVersionedAsync(stretch.Stores, cancellationToken).ConfigureAwait(false);
                WarnOfOverwriting(stretch.Job);
            }

            await PlanAsync(stretch).ConfigureAwait(false);
            IRunSession session = options.Exchange is { } exchange ? assembly.MakeSharedSession(exchange) : assembly.MakeSession();
            await session.RunAsync(OpenRanges(stretch.Run.Run), cancellationToken).ConfigureAwait(false);
            reason = session.StopReason;
            if (OpenRanges(stretch.Run.Run).Count == 0)
            {
                await DropLeftOversAsync(session.LeftOver(stretch.Run), assembly.Transfer, stretch, cancellationToken).ConfigureAwait(false);
                string? notRemoved = await assembly.MakeRemover(options).RunAsync(assembly.Reports.Finished(), cancellationToken).ConfigureAwait(false);
                return new Ending(await EndAsync(stretch, assembly.Reports.Finished(notRemoved), isFinished: true).ConfigureAwait(false));
            }

            if (session.IsOvertakenByCutover && reason is null && !cancellationToken.IsCancellationRequested)
                return default;
        }
        catch (StopRequestedException)
        {
            reason = RunSession.StopCalled;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        reason ??= whyStopped();
        return new Ending(await EndAsync(stretch, assembly.Reports.Stopped(reason), isFinished: false).ConfigureAwait(false));
    }

    // forbid-overwrite, on which safety rests after cut-over, is void where versioning was ever switched on (oss-facts 2.1).
    private static async Task RefuseVersionedAsync(StoreChain stores, CancellationToken cancellationToken)
    {
        if (await stores.InspectDestinationAsync(cancellationToken).ConfigureAwait(false) is not { } facts)
            return;
        if (facts.Versioning is BucketVersioning.Enabled or BucketVersioning.Suspended)
        {
            throw new JobOptionException(
                [$"The destination bucket has versioning {facts.Versioning}: after cut-over a run would not be kept from overwriting there. Run it into a bucket without versioning."]);
        }

        if (facts.Versioning == BucketVersioning.Unknown)
        {
            throw new JobOptionException(
                ["The destination does not tell whether the bucket has versioning, and with versioning a run after cut-over would not be kept from overwriting. Give the right to read it (oss:GetBucketVersioning)."]);
        }
    }

    private void WarnOfOverwriting(MigrationJob job)
    {
        if (job.ConflictAction == ConflictAction.Overwrite)
        {
            listener.OnEvent(new RunEvent(
                EventLevel.Warning,
                "ConflictAction is Overwrite: what changed at the source replaces after cut-over what this job wrote. A write of the business between the look at it and the end of ours is lost; each such object is an item that names that time."));
        }
    }

    private async Task PlanAsync(RunStretch stretch)
    {
        int run = stretch.Run.Run;
        using (JournalReader reader = folder.Read())
        {
            IReadOnlyList<RangeRow> standing = reader.Ranges(run);
            if (standing.Count > 0)
            {
                CheckPlan(standing);
                return;
            }
        }

        // One range; while it is listed it is cut wherever a lister is idle and the keys seen tell where.
        RangeRow[] ranges = [new(run, Id: 0, KeyRange.All, Cursor: null, default, IsComplete: false)];
        await stretch.Journal.WriteAsync(writes => writes.AddRanges(ranges)).ConfigureAwait(false);
    }

    private void CheckPlan(IReadOnlyList<RangeRow> ranges)
    {
        try
        {
            KeyRangePlan.Check([.. ranges.Select(range => range.Range)]);
        }
        catch (ArgumentException exception)
        {
            throw new JobStateException(JobStateError.Damaged, folder.Name, $"The journal of job '{folder.Name}' is damaged: its ranges do not cover all keys once.", exception);
        }
    }

    // What was settled under a wrong order of keys may have holes behind its cursors. So the run is closed, and the next
    // one lists everything again; it finds what was copied already in the manifest.
    private async Task<RunStretch> BeginAgainAsync(RunStretch stretch, RunAssembly assembly, StoreException cause)
    {
        RunRow next = assembly.RunSoFar with
        {
            Run = stretch.Run.Run + 1,
            Resumes = 0,
            SortsSource = listers.SortsSource,
            SortsDestination = listers.SortsDestination,
        };
        MigrationReport report = assembly.Reports.Stopped($"Run {next.Run} lists everything again, sorted on this machine. {cause.Describe()}");
        await stretch.Journal.WriteAsync(writes =>
        {
            writes.PutReport(report, isFinished: true);
            writes.AddRun(next);
        }).ConfigureAwait(false);
        return stretch with { Run = next };
    }

    // What broke the run is what the caller must hear, also where the disk that broke it takes no report any more.
    private async Task RecordBreakAsync(RunStretch stretch, RunAssembly assembly, Exception cause)
    {
        try
        {
            string reason = cause is StoreException store ? store.Describe() : cause.Message;
            await EndAsync(stretch, assembly.Reports.Stopped(reason), isFinished: false).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or JobStateException)
        {
            listener.OnEvent(new RunEvent(EventLevel.Warning, $"The report of the broken run could not be kept: {exception.Message}"));
        }
    }

    private async Task<MigrationReport> EndAsync(RunStretch stretch, MigrationReport report, bool isFinished)
    {
        await stretch.Journal.WriteAsync(writes =>
        {
            writes.PutReport(report, isFinished);

            // A selection lies over what the run before it settled; only a run over everything replaces that.
            if (isFinished && report.Scope == RunScope.Everything)
            {
                writes.DropSegmentsBefore(report.Run);
                writes.RemoveSettledArrived(report.Run);
            }

            if (isFinished && report is { Scope: RunScope.Everything, Mode: MigrationMode.Incremental })
                writes.CountSeriesRun();
        }).ConfigureAwait(false);
        if (isFinished)
            DeleteNeedless();
        return report;
    }

    private void DeleteNeedless()
    {
        foreach (string keys in Directory.EnumerateFiles(folder.Path, JobFolder.Selections))
            File.Delete(keys);
        HashSet<string> listed;
        using (JournalReader reader = folder.Read())
            listed = [.. reader.Segments().Select(segment => segment.Name)];
        foreach (string file in Directory.EnumerateFiles(folder.Manifests))
        {
            if (!listed.Contains(Path.GetFileName(file)))
                File.Delete(file);
        }
    }

    private async Task DropLeftOversAsync(IReadOnlyList<UploadRow> leftOver, ObjectTransfer transfer, RunStretch stretch, CancellationToken cancellationToken)
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

    private List<RangeRow> OpenRanges(int run)
    {
        using JournalReader reader = folder.Read();
        return [.. reader.Ranges(run).Where(range => !range.IsComplete)];
    }

    private readonly record struct Ending(MigrationReport? Report);
}
