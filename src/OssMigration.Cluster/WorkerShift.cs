using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>A worker's time on one job over one connection: takes orders while it may, keeps to its share, and tells how it does.</summary>
internal sealed class WorkerShift : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private readonly WorkerLink _link;
    private readonly SliceWorker _engine;
    private readonly WorkerOptions _options;
    private readonly WorkerLog _log;
    private readonly TimeProvider _time;
    private readonly WorkerShare _share;
    private readonly WorkerSlices _slices;
    private readonly WorkerOrders _orders;
    private long _toldAt;

    /// <summary>Begins with what the coordinator told first.</summary>
    public WorkerShift(WorkerLink link, SliceWorker engine, WorkerOptions options, WorkerLog log, IRunListener listener, TimeProvider time, State first)
    {
        _link = link;
        _engine = engine;
        _options = options;
        _log = log;
        _time = time;
        _share = new WorkerShare(engine.Obey, time);
        _slices = new WorkerSlices(first);
        _orders = new WorkerOrders(link, engine, _slices, options.Bounds, log, listener, time);
        _share.Hear(first, log.Worker);
    }

    /// <summary>The coordinator told something.</summary>
    public void Hear(State state)
    {
        _share.Hear(state, _log.Worker);
        _slices.Hear(state);
    }

    /// <summary>The broker brought back what this worker sent.</summary>
    public void HearEcho() => _share.HearEcho();

    /// <summary>Works until the job has ended (true), the connection is lost (false), or it is cancelled.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _link.Lost, _link.Withdrawn);
        try
        {
            while (!end.IsCancellationRequested && _orders.Failure is null && !_slices.State.IsEnded)
            {
                await TurnAsync(end.Token).ConfigureAwait(false);
                while (_link.Orders.Reader.TryRead(out Delivery? delivery))
                    _orders.Begin(delivery);
                await WaitAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }

        await _slices.LeaveAsync().ConfigureAwait(false);
        await _orders.EndAsync().ConfigureAwait(false);
        await TellLeftAsync().ConfigureAwait(false);
        if (_orders.Failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return _slices.State.IsEnded || (_link.Withdrawn.IsCancellationRequested && !_link.Lost.IsCancellationRequested);
    }

    /// <inheritdoc/>
    public void Dispose() => _slices.Dispose();

    // Twice a second, and at once when an order comes.
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        tick.CancelAfter(Tick);
        try
        {
            await _link.Orders.Reader.WaitToReadAsync(tick.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        State state = _slices.State;
        _share.Watch();
        await _engine.ChangeAsync(state.Shared.Job).ConfigureAwait(false);
        if (!state.MayWork())
            await HandOverAsync(cancellationToken).ConfigureAwait(false);
        else if (!_link.TakesOrders && !_share.IsNothing)
            await _link.TakeOrdersAsync(_options.Places, cancellationToken).ConfigureAwait(false);
        if (_toldAt != 0 && _time.GetElapsedTime(_toldAt) < Tick / 2)
            return;
        _toldAt = _time.GetTimestamp();
        await _link.TellAsync(ToPresence(), cancellationToken).ConfigureAwait(false);
    }

    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (_link.TakesOrders)
            await _link.LeaveOrdersAsync(cancellationToken).ConfigureAwait(false);
        _slices.HandOver();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whoever leaves a lost broker leaves all the same.")]
    private async Task TellLeftAsync()
    {
        try
        {
            if (!_link.Lost.IsCancellationRequested)
                await _link.TellAsync(ToPresence() with { State = WorkerState.Left, Message = _orders.Failure?.Message }, _link.Lost).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The coordinator misses it after a while.
        }
    }

    private Presence ToPresence()
    {
        SharedState shared = _slices.State.Shared;
        IReadOnlyDictionary<int, long> busy = _slices.Busy();
        WorkerState doing = shared.IsStopping || _slices.Left.IsCancellationRequested ? WorkerState.Stopping
            : shared.Limits.IsPaused || (_share.IsNothing && busy.Count > 0) ? WorkerState.Paused
            : busy.Count > 0 ? WorkerState.Working : WorkerState.Waiting;
        return _log.ToPresence() with
        {
            State = doing,
            Places = _options.Places,
            Busy = busy,
            Applied = _share.Applied,
            Share = _share.Current,
            Message = _orders.Message,
        };
    }
}
