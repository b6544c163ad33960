using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;

namespace OssMigration.Cluster;

/// <summary>
/// What a worker does with the orders that come in. A slice that is done is reported, what is left of its range is ordered, and only
/// then is the order accepted, all over the connection that brought it; with the connection the slice is given up.
/// </summary>
internal sealed class WorkerOrders(WorkerLink link, SliceWorker engine, WorkerSlices slices, SliceBounds bounds, WorkerLog log, IRunListener listener, TimeProvider time)
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly List<Task> _tasks = [];
    private volatile Exception? _failure;
    private volatile string? _message;

    /// <summary>Why this machine cannot work any more; null while it can.</summary>
    public Exception? Failure => _failure;

    /// <summary>What is waited for, or what went wrong last; null for nothing.</summary>
    public string? Message => _message;

    /// <summary>Begins with an order.</summary>
    public void Begin(Delivery delivery)
    {
        _tasks.RemoveAll(task => task.IsCompleted);
        _tasks.Add(Task.Run(() => WorkAsync(delivery), CancellationToken.None));
    }

    /// <summary>Waits until all that was begun has ended.</summary>
    public Task EndAsync() => Task.WhenAll(_tasks);

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
        catch (Exception exception) when (exception is StoreException or ManifestException or IOException or InvalidDataException or JobStateException)
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
        if (!await slices.HearOfAsync(order, link.Lost).ConfigureAwait(false))
        {
            await PassOnAsync(delivery).ConfigureAwait(false);
            return;
        }

        if (slices.IsVoid(order))
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

        using WorkerSlices.Slice? slice = slices.TryBegin(order, link.Lost);
        if (slice is null)
        {
            await PassOnAsync(delivery).ConfigureAwait(false);
            return;
        }

        await WorkAsync(delivery, slice).ConfigureAwait(false);
        await delivery.AcceptAsync().ConfigureAwait(false);
    }

    // To give it back would count as an attempt.
    private async Task PassOnAsync(Delivery delivery)
    {
        await link.OrderAsync(delivery.Body, link.Lost).ConfigureAwait(false);
        await delivery.AcceptAsync().ConfigureAwait(false);
    }

    private async Task WorkAsync(Delivery delivery, WorkerSlices.Slice slice)
    {
        SliceOrder order = slice.Order;
        try
        {
            SettledPiece? settled = order.HasSettled ? await AskAsync(order, slice.Token).ConfigureAwait(false) : null;
            SliceResult result = await engine.RunAsync(order, bounds, settled, () => slices.CutOf(order), ReportUploadAsync, slice.Token).ConfigureAwait(false);
            if (!slice.IsVoid)
                await ReportAsync(order, result with { Worker = log.Worker }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (slice.Token.IsCancellationRequested && !link.Lost.IsCancellationRequested)
        {
            // It had not begun.
            if (!slice.IsVoid)
                await link.OrderAsync(delivery.Body, link.Lost).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(SliceOrder order, SliceResult result)
    {
        log.Count(result);
        if (result.GotOn || !slices.Left.IsCancellationRequested)
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

    private async Task GiveBackAsync(Delivery delivery, SliceOrder order, Exception exception)
    {
        string reason = exception is StoreException store ? store.Describe() : exception.Message;
        _message = reason;
        listener.OnEvent(new RunEvent(EventLevel.Warning, $"A slice came to nothing: {reason}"));
        bool isOwn = exception is StoreException { StopsJob: true, Kind: not StoreErrorKind.Listing } or IOException or JobStateException;
        try
        {
            if (!isOwn)
                await Task.Delay(PauseAfterError, time, slices.Left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReportDoubtAsync(order, reason, (exception as StoreException)?.Code).ConfigureAwait(false);
            await delivery.AcceptAsync().ConfigureAwait(false);
        }
        catch (Exception) when (link.Lost.IsCancellationRequested)
        {
            // A lost connection gives the order back by itself.
        }

        // What the store, or the disk, refuses this machine, it would refuse for every slice.
        if (isOwn)
            _failure = exception;
    }
}
