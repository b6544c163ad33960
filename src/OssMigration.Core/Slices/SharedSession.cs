using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>
/// One stretch of a run whose ranges others work on. This process alone writes the journal: a slice counts when it begins
/// where its range stands and belongs to the valid chain of orders; anything else is a counted duplicate.
/// </summary>
internal sealed class SharedSession(
    JobFolder folder,
    RunStretch stretch,
    UploadJournal uploads,
    RunProgress progress,
    Func<MigrationReport> checkpoint,
    ISliceExchange exchange,
    IRunListener listener,
    TimeProvider time) : IRunSession
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HandOverLeast = TimeSpan.FromSeconds(2);

    private readonly SharedLedger _ledger = new(folder, stretch, uploads);
    private readonly SharedRanges _ranges = new(folder, stretch, new SettledPieces(folder, stretch.Run.Run), exchange, listener, time);
    private MigrationJob _job = stretch.Job;
    private SharedMetrics? _metrics;
    private long? _stoppingSince;
    private bool _wasHeard;

    /// <inheritdoc/>
    public string? StopReason { get; private set; }

    /// <inheritdoc/>
    public bool IsOvertakenByCutover => !stretch.IsAfterCutover && stretch.Cutover.HasCome;

    /// <inheritdoc/>
    public IReadOnlyList<UploadRow> LeftOver(RunRow run) => uploads.LeftOver(folder, run);

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<RangeRow> ranges, CancellationToken cancellationToken)
    {
        using SharedMetrics metrics = new(folder.Name, () => exchange.Standing);
        _metrics = metrics;

        // The stretch keeps the job as the process found it; workers must not be told of a cut-over that has come as if it had not.
        using (JournalReader reader = folder.Read())
            _job = reader.Job();
        try
        {
            await _ranges.BeginAsync(ranges, _job, cancellationToken).ConfigureAwait(false);
            progress.ExpectRanges(_ranges.CountOpen);
            progress.Activity = "Running";
            await LoopAsync(cancellationToken).ConfigureAwait(false);
            if (!IsOvertakenByCutover)
                await exchange.CloseAsync(_ranges.AllComplete, isLast: _ranges.AllComplete && IsLast()).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            await _ranges.KeepAsync().ConfigureAwait(false);
            _ranges.Close();
            listener.OnProgress(progress.Snapshot(exchange.Standing.BytesWritten));
        }
    }

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        using JournalReader control = folder.Read();
        long ticked = time.GetTimestamp();
        for (int tick = 0; _ranges.AnyOpen && !IsOvertakenByCutover && !IsHandedOver();)
        {
            if (cancellationToken.IsCancellationRequested)
                Stop(reason: null);
            IncomingNews? incoming = await exchange.NextAsync(CancellationToken.None).ConfigureAwait(false);
            if (incoming is not null)
            {
                await TakeAsync(incoming.News).ConfigureAwait(false);
                await incoming.Accept().ConfigureAwait(false);
            }

            if (time.GetElapsedTime(ticked) < Tick)
                continue;
            ticked = time.GetTimestamp();
            await TickAsync(control, tick++).ConfigureAwait(false);
        }

        StopReason ??= _ranges.ParkedReason;
    }

    private async Task TakeAsync(SliceNews news)
    {
        switch (news)
        {
            case SliceNews.Done { Result: var slice } when _ranges.Expected(slice) is { } range:
                RangeRow? behind = _ranges.CutBehind(range, slice);
                await _ledger.CommitAsync(range, slice, behind).ConfigureAwait(false);
                Count(slice);
                await _ranges.CountAsync(range, slice, behind).ConfigureAwait(false);
                progress.ExpectRanges(_ranges.CountOpen);
                break;
            case SliceNews.Done { Result: var slice } when slice.Run == stretch.Run.Run:
                _metrics?.CountDuplicate();
                await _ranges.CountDuplicateAsync(slice).ConfigureAwait(false);
                break;
            case SliceNews.Doubt doubt when doubt.Order.Run == stretch.Run.Run:
                RefuseUnsorted(doubt);
                _metrics?.CountRedelivery();
                await _ranges.OrderAgainAsync(doubt).ConfigureAwait(false);
                break;
            case SliceNews.UploadBegun begun when begun.Run == stretch.Run.Run && _ranges.IsUnderWay(begun.Range):
                await _ledger.BeginUploadAsync(begun.Upload, listener, CancellationToken.None).ConfigureAwait(false);
                break;
        }
    }

    private void Count(SliceResult slice)
    {
        ObjectCount done = default;
        foreach ((string kind, ObjectCount count) in slice.Outcomes)
            done += Enum.Parse<Copying.OutcomeKind>(kind) <= Copying.OutcomeKind.Failed ? count : default;
        ObjectCount copied = slice.Outcomes.GetValueOrDefault(nameof(Copying.OutcomeKind.Copied));
        _metrics?.Count(done, copied);
        progress.CountElsewhere(
            slice.Listed, done, copied, slice.Outcomes.GetValueOrDefault(nameof(Copying.OutcomeKind.Failed)).Objects);
        foreach (MigrationItem item in slice.Items)
            listener.OnItem(item);
    }

    private async Task TickAsync(JournalReader control, int tick)
    {
        SharedStanding standing = exchange.Standing;
        progress.ActiveElsewhere = standing.ActiveTransfers;
        listener.OnProgress(progress.Snapshot(standing.BytesWritten));
        TellWorkers(standing);
        if (_stoppingSince is null)
            await _ranges.FeedAsync(standing).ConfigureAwait(false);
        if (tick % 2 == 0)
        {
            _job = control.Job();
            stretch.Cutover.Moment = _job.CutoverTime;
            if (control.IsStopRequested())
                Stop(RunSession.StopCalled);
            exchange.Announce(_ranges.ToState(_job, _stoppingSince is not null));
        }

        if (_stoppingSince is null)
            await _ranges.ReviveAsync(standing).ConfigureAwait(false);
        if (tick % 20 == 19)
        {
            await _ranges.KeepAsync().ConfigureAwait(false);
            MigrationReport report = checkpoint();
            await stretch.Journal.WriteAsync(writes => writes.PutReport(report, isFinished: false)).ConfigureAwait(false);
        }
    }

    private bool IsLast()
    {
        using JournalReader reader = folder.Read();
        return _job.Mode == MigrationMode.Full || reader.RunsDone() + 1 >= _job.RunCount;
    }

    private void TellWorkers(SharedStanding standing)
    {
        if (standing.Workers > 0 == _wasHeard)
            return;
        _wasHeard = standing.Workers > 0;
        listener.OnEvent(_wasHeard
            ? new RunEvent(EventLevel.Information, "Workers are heard.")
            : new RunEvent(EventLevel.Warning, "No worker is heard any more; the run waits for one (Start-OssMigrationWorker)."));
    }

    private void Stop(string? reason)
    {
        if (_stoppingSince is not null)
            return;
        StopReason = reason;
        _stoppingSince = time.GetTimestamp();
        progress.Activity = "Stopping";
        exchange.Announce(_ranges.ToState(_job, isStopping: true));
    }

    // Workers answer at once but for what is on its way; one that does not is left to the next start.
    private bool IsHandedOver()
        => _stoppingSince is { } since && time.GetElapsedTime(since) is var waited
            && (waited > HandOverLimit || (waited > HandOverLeast && exchange.Standing.Working == 0));

    // Every worker would have to list everything and sort it on its own disk.
    private static void RefuseUnsorted(SliceNews.Doubt doubt)
    {
        if (doubt.Code is "OutOfOrder" or "Repeated" or "StartAfterIgnored")
            throw new JobOptionException([$"A store does not list in order ({doubt.Code}), so its ranges cannot be given to many machines. Run the job on one: Start-OssMigration. {doubt.Reason}"]);
    }
}
