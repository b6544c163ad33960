using System.Collections.Concurrent;
using System.Threading.Channels;
using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>A worker's connection to one job, from its beginning to its loss.</summary>
internal sealed class WorkerLink : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly QueueConnection _connection;
    private readonly string _own;
    private readonly QueueChannel _told;
    private readonly Action<Delivery> _hear;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SettledPiece>> _questions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _withdrawn = new();
    private Topology? _topology;
    private QueueChannel? _orders;
    private string? _consumer;

    private WorkerLink(QueueConnection connection, string own, QueueChannel told, Action<Delivery> hear)
    {
        _connection = connection;
        _own = own;
        _told = told;
        _hear = hear;
    }

    /// <summary>Fires when the connection is lost.</summary>
    public CancellationToken Lost => _connection.Lost;

    /// <summary>Fires when the queue of orders is deleted: the job has ended.</summary>
    public CancellationToken Withdrawn => _withdrawn.Token;

    /// <summary>Orders that came in.</summary>
    public Channel<Delivery> Orders { get; } = Channel.CreateUnbounded<Delivery>();

    /// <summary>Connects and listens for coordinators.</summary>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    public static async Task<WorkerLink> OpenAsync(QueueAddress address, string worker, Action<Delivery> hear, Action<bool> onBlocked, CancellationToken cancellationToken)
    {
        QueueConnection connection = await QueueConnection.OpenAsync(address, $"OssMigration worker {worker}", onBlocked, cancellationToken).ConfigureAwait(false);
        try
        {
            QueueChannel told = await connection.OpenChannelAsync(confirms: false, cancellationToken).ConfigureAwait(false);
            WorkerLink link = new(connection, Topology.Own($"{worker}.{Guid.NewGuid():n}"), told, hear);
            await told.DoAsync(open => Topology.DeclareOwnAsync(open, link._own, [Topology.Jobs], cancellationToken), cancellationToken).ConfigureAwait(false);
            await told.ReceiveAsync(link._own, 0, link.Hear, static () => { }, cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Hears of a job what its coordinator tells, and makes this worker known there.</summary>
    public async Task JoinAsync(Topology topology, CancellationToken cancellationToken)
    {
        _topology = topology;
        await _told.DoAsync(
            async open =>
            {
                await Topology.DeclareFanoutAsync(open, topology.Presence, cancellationToken).ConfigureAwait(false);
                await Topology.DeclareOwnAsync(open, _own, [topology.Control], cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether orders come in.</summary>
    public bool TakesOrders { get; private set; }

    /// <summary>Begins to take orders, or goes on.</summary>
    public async Task TakeOrdersAsync(int places, CancellationToken cancellationToken)
    {
        _orders ??= await _connection.OpenChannelAsync(confirms: true, cancellationToken).ConfigureAwait(false);
        TakesOrders = true;
        _consumer = await _orders.ReceiveAsync(
            _topology!.Orders, (ushort)places, delivery => Orders.Writer.TryWrite(delivery), OnConsumerGone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes no more orders; those that came in already are still there.</summary>
    public Task LeaveOrdersAsync(CancellationToken cancellationToken)
    {
        TakesOrders = false;
        return _orders!.DoAsync(open => open.BasicCancelAsync(_consumer!, noWait: false, cancellationToken), cancellationToken);
    }

    /// <summary>Tells the coordinator something that it must not miss. It is kept when this returns.</summary>
    public Task ReportAsync(string type, byte[] news, CancellationToken cancellationToken)
        => _orders!.PublishAsync("", _topology!.News, type, news, cancellationToken);

    /// <summary>Gives an order out; it is kept when this returns.</summary>
    public Task OrderAsync(byte[] order, CancellationToken cancellationToken)
        => _orders!.PublishAsync("", _topology!.Orders, MessageType.Order, order, cancellationToken);

    /// <summary>Tells who listens how this worker does.</summary>
    public async Task TellAsync(Presence presence, CancellationToken cancellationToken)
    {
        if (_topology is not null)
            await _told.PublishAsync(_topology.Presence, "", MessageType.Presence, Wire.ToBytes(presence), cancellationToken).ConfigureAwait(false);

        // What comes back proves that the broker is still reached, whoever else is there.
        await _told.PublishAsync("", _own, MessageType.Echo, [], cancellationToken, correlationId: MessageType.Echo).ConfigureAwait(false);
    }

    /// <summary>Asks the coordinator what earlier runs settled; null when no answer came in time.</summary>
    public async Task<SettledPiece?> AskAsync(SettledWanted wanted, CancellationToken cancellationToken)
    {
        string id = Guid.NewGuid().ToString("n");
        TaskCompletionSource<SettledPiece> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions[id] = answer;
        try
        {
            await _told.PublishAsync("", _topology!.Coordinator, MessageType.SettledWanted, Wire.ToBytes(wanted), cancellationToken, _own, id).ConfigureAwait(false);
            return await answer.Task.WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _questions.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Orders.Writer.TryComplete();
        await _connection.DisposeAsync().ConfigureAwait(false);
        _withdrawn.Dispose();
    }

    private void OnConsumerGone()
    {
        if (TakesOrders && !Lost.IsCancellationRequested)
            _withdrawn.Cancel();
    }

    private void Hear(Delivery delivery)
    {
        if (delivery.Type == MessageType.Settled)
        {
            if (delivery.CorrelationId is { } id && _questions.TryGetValue(id, out TaskCompletionSource<SettledPiece>? question))
                question.TrySetResult(Wire.Read<SettledPiece>(delivery.Body));
            return;
        }

        _hear(delivery);
    }
}
