using System.Threading.Channels;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Slices;

/// <summary>How a worker comes off with one order.</summary>
internal enum Fate
{
    /// <summary>It works, reports, orders what is left.</summary>
    Well,

    /// <summary>It is lost before it has reported anything; what it copied stands at the destination.</summary>
    LostWithWork,

    /// <summary>It is lost after its report and before it ordered what is left.</summary>
    LostAfterReport,

    /// <summary>It is lost after both, before it accepted the order.</summary>
    LostAtTheEnd,

    /// <summary>Its report goes out twice.</summary>
    ReportsTwice,

    /// <summary>It is slow: somebody else gets the order too, and its own report comes last.</summary>
    ComesLate,

    /// <summary>It dies of the order, every time.</summary>
    Poisoned,
}

/// <summary>An exchange without a broker: queues in this process, workers on the same engine, and a fate for every order.</summary>
internal sealed class MemoryExchange(EngineEnvironment environment, SliceBounds bounds, Func<SliceOrder, Fate> fate) : ISliceExchange, IAsyncDisposable
{
    private readonly Channel<SliceOrder> _orders = Channel.CreateUnbounded<SliceOrder>();
    private readonly Channel<SliceNews> _news = Channel.CreateUnbounded<SliceNews>();
    private readonly CancellationTokenSource _end = new();
    private readonly string _scratch = Directory.CreateTempSubdirectory("ossmigration-slices-").FullName;
    private readonly object _gate = new();
    private volatile SharedState? _state;
    private SharedRun? _run;
    private Task _work = Task.CompletedTask;
    private int _working;
    private bool _isOpen;

    /// <summary>What workers are told.</summary>
    public SharedState? State => _state;

    /// <summary>Asked before every slice; the slice begins when it has ended.</summary>
    public Func<SliceOrder, Task>? BeforeSlice { get; set; }

    /// <summary>Told of every slice that a worker finished.</summary>
    public Action<SliceResult>? OnSlice { get; set; }

    public SharedStanding Standing => new(2, 2, Volatile.Read(ref _working), _orders.Reader.Count, 0, 0, new Dictionary<int, long>());

    /// <summary>How many orders the fates of lost workers met.</summary>
    public int Lost { get; private set; }

    public Task<bool> OpenAsync(SharedRun run, CancellationToken cancellationToken)
    {
        bool isNew = !_isOpen;
        (_run, _isOpen) = (run, true);
        if (isNew)
            _work = Task.WhenAll(Enumerable.Range(0, 2).Select(number => Task.Run(() => WorkAsync(number), CancellationToken.None)));
        return Task.FromResult(isNew);
    }

    public Task OrderAsync(IReadOnlyList<SliceOrder> orders, CancellationToken cancellationToken)
    {
        foreach (SliceOrder order in orders)
            _orders.Writer.TryWrite(order);
        return Task.CompletedTask;
    }

    public async Task<IncomingNews?> NextAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = new(TimeSpan.FromMilliseconds(20));
        try
        {
            return new IncomingNews(await _news.Reader.ReadAsync(tick.Token), () => Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Announce(SharedState state) => _state = state;

    public Task CloseAsync(bool isFinished, bool isLast) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        Directory.Delete(_scratch, recursive: true);
        _end.Dispose();
    }

    private async Task WorkAsync(int number)
    {
        await using SliceWorker engine = new(environment, _run!.Job, RunCredentials.None, Path.Combine(_scratch, $"worker{number}"), SilentListener.Instance);
        try
        {
            await foreach (SliceOrder order in _orders.Reader.ReadAllAsync(_end.Token))
            {
                while (_state is { IsStopping: true })
                    await Task.Delay(TimeSpan.FromMilliseconds(5), _end.Token);
                Interlocked.Increment(ref _working);
                if (BeforeSlice is { } before)
                    await before(order);
                if (_state is { } state)
                {
                    engine.Obey(state.Limits);
                    await engine.ChangeAsync(state.Job);
                }

                await WorkAsync(engine, order, number);
                Interlocked.Decrement(ref _working);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
    }

    private async Task WorkAsync(SliceWorker engine, SliceOrder order, int number)
    {
        if (_state is { } state && order.Generation < state.Generations.GetValueOrDefault(order.Range))
            return;
        Fate met;
        lock (_gate)
        {
            met = fate(order);
            Lost += met is Fate.LostWithWork or Fate.LostAfterReport or Fate.LostAtTheEnd or Fate.ComesLate ? 1 : 0;
        }

        SliceNews.Doubt doubt = new(order, "Its worker was lost.");
        if (met == Fate.Poisoned)
        {
            _news.Writer.TryWrite(doubt);
            return;
        }

        try
        {
            SettledPiece? settled = order.HasSettled ? await _run!.Settled(order.From, order.End, _end.Token) : null;
            SliceResult result = await engine.RunAsync(order, bounds, settled, () => _state?.Cuts.GetValueOrDefault(order.Range), begun => Tell(begun), _end.Token) with { Worker = $"worker{number}" };
            OnSlice?.Invoke(result);
            await ReportAsync(order, result, doubt, met);
        }
        catch (StoreException exception)
        {
            _news.Writer.TryWrite(new SliceNews.Doubt(order, exception.Describe(), exception.Code));
        }
    }

    private async Task ReportAsync(SliceOrder order, SliceResult result, SliceNews.Doubt doubt, Fate met)
    {
        if (met == Fate.ComesLate)
        {
            await Tell(doubt);
            await Tell(new SliceNews.Done(result));
        }
        else if (met != Fate.LostWithWork)
        {
            await Tell(new SliceNews.Done(result));
        }

        if (met == Fate.ReportsTwice)
            await Tell(new SliceNews.Done(result));
        bool orders = met is Fate.Well or Fate.LostAtTheEnd or Fate.ReportsTwice or Fate.ComesLate;
        if (orders && !result.IsComplete)
            _orders.Writer.TryWrite(order.After(result));
        if (met is Fate.LostWithWork or Fate.LostAfterReport or Fate.LostAtTheEnd)
            await Tell(doubt);
    }

    private Task Tell(SliceNews news)
    {
        _news.Writer.TryWrite(news);
        return Task.CompletedTask;
    }
}
