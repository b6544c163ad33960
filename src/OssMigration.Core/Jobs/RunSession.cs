using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>
/// One stretch of a run in this process: ranges, workers and the clock that flushes, reports and listens for a stop. It
/// ends with everything complete, stopped or broken off; in each case the books are flushed and nothing runs any more.
/// </summary>
internal sealed class RunSession(RunContext context, StoreChain stores, UploadJournal uploads, Func<MigrationReport> checkpoint) : IRunSession
{
    /// <summary>The reason where another process asked for the stop.</summary>
    public const string StopCalled = "Stop-OssMigration was called.";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly RunRanges _ranges = new(context);

    /// <inheritdoc/>
    public string? StopReason { get; private set; }

    /// <inheritdoc/>
    public bool IsOvertakenByCutover => !context.IsAfterCutover && context.Cutover.HasCome;

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<RangeRow> ranges, CancellationToken cancellationToken)
    {
        using CancellationTokenSource run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource clock = new();
        context.Progress.ExpectRanges(ranges.Count);
        Task pool = context.Pool.RunAsync(run);
        Task ticker = Task.Run(() => TickAsync(run, clock.Token), CancellationToken.None);
        Task work = Task.Run(() => RunRangesAsync(ranges, run), CancellationToken.None);
        try
        {
            await FirstError(work, pool).ConfigureAwait(false);
        }
        finally
        {
            await run.CancelAsync().ConfigureAwait(false);
            await clock.CancelAsync().ConfigureAwait(false);
            try
            {
                await FirstError(ticker).ConfigureAwait(false);
                await _ranges.FlushAsync().ConfigureAwait(false);
            }
            finally
            {
                _ranges.Close();
                context.Listener.OnProgress(context.Progress.Snapshot(stores.DestinationUsage.BytesWritten));
            }
        }
    }

    // Cancellation that we caused ourselves is not news; what caused it is.
    private static async Task FirstError(params Task[] tasks)
    {
        Task all = Task.WhenAll(tasks);
        await ((Task)all.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).ConfigureAwait(false);
        Exception? error = tasks.SelectMany(task => task.Exception?.Flatten().InnerExceptions ?? Enumerable.Empty<Exception>())
            .FirstOrDefault(exception => exception is not OperationCanceledException);
        if (error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error).Throw();
    }

    private async Task RunRangesAsync(IReadOnlyList<RangeRow> ranges, CancellationTokenSource run)
    {
        try
        {
            context.Progress.Activity = "Running";
            await _ranges.RunAsync(ranges, run.Token).ConfigureAwait(false);
            context.Pool.Close();
        }
        catch
        {
            await run.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TickAsync(CancellationTokenSource run, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Tick, context.Time);

        // Disposed instead of cancelled: the exception of a cancelled timer reads debugging symbols, which takes longer than the last tick.
        await using CancellationTokenRegistration onEnd = cancellationToken.UnsafeRegister(static ended => ((PeriodicTimer)ended!).Dispose(), timer);
        using JournalReader control = context.Folder.Read();
        try
        {
            for (int tick = 1; await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false); tick++)
            {
                TellPause();
                context.Listener.OnProgress(context.Progress.Snapshot(stores.DestinationUsage.BytesWritten));
                if (IsOvertakenByCutover)
                {
                    await run.CancelAsync().ConfigureAwait(false);
                    return;
                }

                if (tick % 2 == 0)
                {
                    await _ranges.FlushAsync().ConfigureAwait(false);
                    await ObeyAsync(control, run).ConfigureAwait(false);
                }

                if (tick % 20 == 0)
                    await CheckpointAsync().ConfigureAwait(false);
            }
        }
        catch
        {
            await run.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void TellPause()
    {
        if (context.Pause.IsClosed == context.Progress.IsPaused)
            return;
        context.Progress.IsPaused = !context.Progress.IsPaused;
        string news = context.Progress.IsPaused
            ? "The timetable pauses the run" + (stores.Pace.NextChange is { } next ? FormattableString.Invariant($" until {next:u}.") : ".")
            : "The timetable lets the run go on.";
        context.Listener.OnEvent(new RunEvent(EventLevel.Information, news));
    }

    private Task CheckpointAsync()
    {
        MigrationReport report = checkpoint();
        return context.Journal.WriteAsync(writes => writes.PutReport(report, isFinished: false));
    }

    private async Task ObeyAsync(JournalReader control, CancellationTokenSource run)
    {
        if (control.IsStopRequested())
        {
            StopReason = StopCalled;
            context.Progress.Activity = "Stopping";
            await run.CancelAsync().ConfigureAwait(false);
            return;
        }

        MigrationJob job = control.Job();
        context.Cutover.Moment = job.CutoverTime;
        stores.Obey(job);
    }

    /// <inheritdoc/>
    public IReadOnlyList<UploadRow> LeftOver(RunRow run) => uploads.LeftOver(context.Folder, run);
}
