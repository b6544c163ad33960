using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Cluster;

/// <summary>
/// A worker's time on one job over one connection. A slice that is done is reported, what is left of its range is ordered,
/// and only then is the order accepted, all over the connection that brought it; with the connection the slice is given up.
/// </summary>
internal sealed class WorkerShift(WorkerLink link, SliceWorker engine, WorkerOptions options, WorkerLog log, IRunListener listener, TimeProvider time, State first) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Dictionary<string, Slice> _running = [];
    private readonly WorkerShare _share = new(engine, time);
    private readonly CancellationTokenSource _handOver = new();
    private State _state = first;
    private volatile bool _isLeaving;
    private volatile Exception? _failure;
    private string? _message;

    /// <summary>The coordinator told something.</summary>
    public void Hear(State state)
    {
        lock (_gate)
        {
            _state = state;
            _share.Hear(state, log.Worker);
            foreach (Slice slice in _running.Values.Where(slice => IsVoid(slice.Order)))
                slice.Void();
        }
    }

    /// <summary>The broker brought back what this worker sent.</summary>
    public void HearEcho() => _share.HearEcho();

    /// <summary>Works until the job has ended (true), the connection is lost (false), or it is cancelled.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Hear(_state);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Lost, link.Withdrawn);
        List<Task> slices = [];
        try
        {
            while (!end.IsCancellationRequested && _failure is null && !Current().IsEnded)
            {
                await TurnAsync(end.Token).ConfigureAwait(false);
                while (link.Orders.Reader.TryRead(out Delivery? delivery))
                    slices.Add(Task.Run(() => WorkAsync(delivery), CancellationToken.None));
                slices.RemoveAll(slice => slice.IsCompleted);
                await WaitAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }

        await LeaveAsync(slices).ConfigureAwait(false);
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return Current().IsEnded || (link.Withdrawn.IsCancellationRequested && !link.Lost.IsCancellationRequested);
    }

    /// <inheritdoc/>
    public void Dispose() => _handOver.Dispose();

    private State Current()
    {
        lock (_gate)
            return _state;
    }

    // Twice a second, and at once when an order comes.
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        tick.CancelAfter(Tick);
        try
        {
            await link.Orders.Reader.WaitToReadAsync(tick.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private long _toldAt;

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        State state = Current();
        _share.Watch();
        await engine.ChangeAsync(state.Job).ConfigureAwait(false);
        bool mayWork = !state.IsPaused && !state.IsStopping && !state.IsEnded;
        if (mayWork && !link.TakesOrders && !_share.IsNothing)
            await link.TakeOrdersAsync(options.Places, cancellationToken).ConfigureAwait(false);
        if (!mayWork)
            await HandOverAsync(cancellationToken).ConfigureAwait(false);
        if (_toldAt != 0 && time.GetElapsedTime(_toldAt) < Tick / 2)
            return;
        _toldAt = time.GetTimestamp();
        await link.TellAsync(ToPresence(state), cancellationToken).ConfigureAwait(false);
    }

    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (link.TakesOrders)
            await link.LeaveOrdersAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (Slice slice in _running.Values)
                slice.HandOver();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whoever leaves a lost broker leaves all the same.")]
    private async Task LeaveAsync(List<Task> slices)
    {
        _isLeaving = true;
        await _handOver.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(slices).ConfigureAwait(false);
        try
        {
            if (!link.Lost.IsCancellationRequested)
                await link.TellAsync(ToPresence(Current()) with { State = WorkerState.Left, Message = _failure?.Message }, link.Lost).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The coordinator misses it after a while.
        }
    }

    private async Task WorkAsync(Delivery delivery)
    {
        SliceOrder order = Wire.Read<SliceOrder>(delivery.Body);
        try
        {
            await WorkAsync(delivery, order).ConfigureAwait(false);
        }
        catch (Exception) when (link.Lost.IsCancellationRequested)
        {
            // Given up: the broker gives the order to somebody else.
        }
        catch (Exception exception) when (exception is StoreException or ManifestException or IOException or InvalidDataException or Core.Jobs.JobStateException)
        {
            await GiveBackAsync(delivery, order, exception).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private async Task WorkAsync(Delivery delivery, SliceOrder order)
    {
        if (IsVoid(order))
        {
            await delivery.AcceptAsync().ConfigureAwait(false);
            return;
        }

        // Who had it before may have reported it already; the coordinator knows.
        if (delivery.IsRedelivered)
        {
            await ReportDoubtAsync(order, "The worker that had it was lost.", code: null).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
            return;
        }

        using Slice slice = new(order, _handOver.Token, link.Lost);
        if (!TryEnter(delivery, slice))
        {
            await link.OrderAsync(delivery.Body, link.Lost).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
            return;
        }

        try
        {
            SettledPiece? settled = order.HasSettled ? await AskAsync(order, slice.Token).ConfigureAwait(false) : null;
            SliceResult result = await engine.RunAsync(order, options.Bounds, settled, () => CutOf(order), ReportUploadAsync, slice.Token).ConfigureAwait(false);
            if (!slice.IsVoid)
                await ReportAsync(order, result with { Worker = log.Worker }).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (slice.Token.IsCancellationRequested && !link.Lost.IsCancellationRequested)
        {
            // It had not begun.
            if (!slice.IsVoid)
                await link.OrderAsync(delivery.Body, link.Lost).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _running.Remove(Id(delivery));
        }
    }

    private string? CutOf(SliceOrder order)
    {
        lock (_gate)
            return order.Run == _state.Run ? _state.Cuts.GetValueOrDefault(order.Range) : null;
    }

    private bool TryEnter(Delivery delivery, Slice slice)
    {
        lock (_gate)
        {
            if (_isLeaving || _state.IsPaused || _state.IsStopping || _state.IsEnded)
                return false;
            _running.Add(Id(delivery), slice);
            return true;
        }
    }

    private static string Id(Delivery delivery) => FormattableString.Invariant($"{delivery.Tag}");

    private bool IsVoid(SliceOrder order)
    {
        lock (_gate)
            return order.Run != _state.Run || order.Generation < _state.Generations.GetValueOrDefault(order.Range);
    }

    private async Task ReportAsync(SliceOrder order, SliceResult result)
    {
        log.Count(result);
        if (result.GotOn || !_isLeaving)
            await link.ReportAsync(MessageType.Result, Wire.ToBytes(result), link.Lost).ConfigureAwait(false);
        if (!result.IsComplete)
            await link.OrderAsync(Wire.ToBytes(result.GotOn ? order.After(result) : order), link.Lost).ConfigureAwait(false);
    }

    private Task ReportUploadAsync(SliceNews.UploadBegun begun)
        => link.ReportAsync(MessageType.Upload, Wire.ToBytes(new UploadMessage(begun.Run, begun.Range, begun.Upload)), link.Lost);

    private Task ReportDoubtAsync(SliceOrder order, string reason, string? code)
        => link.ReportAsync(MessageType.Doubt, Wire.ToBytes(new DoubtMessage(order, reason, code)), link.Lost);

    private async Task<SettledPiece> AskAsync(SliceOrder order, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await link.AskAsync(new SettledWanted(order.From, order.End), cancellationToken).ConfigureAwait(false) is { } piece)
            {
                _message = null;
                return piece;
            }

            _message = "Waiting for the coordinator: it has what earlier runs settled.";
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A lost connection gives the order back by itself.")]
    private async Task GiveBackAsync(Delivery delivery, SliceOrder order, Exception exception)
    {
        string reason = exception is StoreException store ? store.Describe() : exception.Message;
        _message = reason;
        listener.OnEvent(new RunEvent(EventLevel.Warning, $"A slice came to nothing: {reason}"));
        bool isOwn = exception is StoreException { StopsJob: true, Kind: not StoreErrorKind.Listing } or IOException or Core.Jobs.JobStateException;
        try
        {
            if (!isOwn)
                await Task.Delay(PauseAfterError, time, _handOver.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            await ReportDoubtAsync(order, reason, (exception as StoreException)?.Code).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
        }
        catch (Exception) when (link.Lost.IsCancellationRequested)
        {
        }

        // What the store, or the disk, refuses this machine, it would refuse for every slice.
        if (isOwn)
            _failure = exception;
    }

    private Presence ToPresence(State state)
    {
        lock (_gate)
        {
            WorkerState doing = state.IsStopping || _isLeaving ? WorkerState.Stopping
                : state.IsPaused || (_share.IsNothing && _running.Count > 0) ? WorkerState.Paused
                : _running.Count > 0 ? WorkerState.Working : WorkerState.Waiting;
            Dictionary<int, long> busy = [];
            foreach (Slice slice in _running.Values)
                busy[slice.Order.Range] = slice.Order.Generation;
            return log.ToPresence() with
            {
                State = doing,
                Places = options.Places,
                Busy = busy,
                Applied = _share.Applied,
                Share = _share.Current,
                Message = _message,
            };
        }
    }

    /// <summary>A slice under way.</summary>
    private sealed class Slice(SliceOrder order, CancellationToken handOver, CancellationToken lost) : IDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(handOver, lost);

        public SliceOrder Order => order;

        public CancellationToken Token => _end.Token;

        public bool IsVoid { get; private set; }

        public void HandOver() => _end.Cancel();

        public void Void()
        {
            IsVoid = true;
            _end.Cancel();
        }

        public void Dispose() => _end.Dispose();
    }
}
