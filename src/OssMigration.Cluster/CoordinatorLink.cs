using System.Threading.Channels;
using RabbitMQ.Client;

namespace OssMigration.Cluster;

/// <summary>A coordinator's connection, from the taking of its job to its loss.</summary>
internal sealed class CoordinatorLink : IAsyncDisposable
{
    private const ushort NewsAtATime = 16;

    private readonly Topology _topology;
    private readonly QueueConnection _connection;
    private readonly QueueChannel _kept;
    private readonly QueueChannel _told;
    private QueueChannel? _news;

    private CoordinatorLink(Topology topology, QueueConnection connection, QueueChannel kept, QueueChannel told)
    {
        _topology = topology;
        _connection = connection;
        _kept = kept;
        _told = told;
    }

    /// <summary>Fires when it is lost.</summary>
    public CancellationToken Lost => _connection.Lost;

    /// <summary>Whether messages can be sent.</summary>
    public bool IsOpen => !Lost.IsCancellationRequested;

    /// <summary>News that came in, in order.</summary>
    public Channel<Delivery> News { get; } = Channel.CreateUnbounded<Delivery>();

    /// <summary>Connects and takes the job.</summary>
    /// <returns>Null where another coordinator has it.</returns>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    public static async Task<CoordinatorLink?> OpenAsync(
        QueueAddress address, Topology topology, string name, Action<Delivery> hear, Action<bool> onBlocked, CancellationToken cancellationToken)
    {
        QueueConnection connection = await QueueConnection.OpenAsync(address, name, onBlocked, cancellationToken).ConfigureAwait(false);
        try
        {
            QueueChannel told = await connection.OpenChannelAsync(confirms: false, cancellationToken).ConfigureAwait(false);
            QueueChannel kept = await connection.OpenChannelAsync(confirms: true, cancellationToken).ConfigureAwait(false);
            await told.DoAsync(
                async open =>
                {
                    await Topology.DeclareFanoutAsync(open, Topology.Jobs, cancellationToken).ConfigureAwait(false);
                    await Topology.DeclareFanoutAsync(open, topology.Control, cancellationToken).ConfigureAwait(false);
                    await Topology.DeclareFanoutAsync(open, topology.Table, cancellationToken).ConfigureAwait(false);
                    await Topology.DeclareOwnAsync(open, topology.Coordinator, [topology.Presence], cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            await told.ReceiveAsync(topology.Coordinator, 0, hear, static () => { }, cancellationToken).ConfigureAwait(false);
            return new CoordinatorLink(topology, connection, kept, told);
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (QueueErrors.IsLocked(exception))
                return null;
            throw;
        }
    }

    /// <summary>Declares the queues of the job and begins to receive news; true where they were not there.</summary>
    public async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        bool isNew = !await ExistsAsync(_topology.Orders, cancellationToken).ConfigureAwait(false);
        if (_news is not null)
            return isNew;
        await _kept.DoAsync(open => _topology.DeclareQueuesAsync(open, cancellationToken), cancellationToken).ConfigureAwait(false);
        _news = await _connection.OpenChannelAsync(confirms: false, cancellationToken).ConfigureAwait(false);
        await _news.ReceiveAsync(_topology.News, NewsAtATime, delivery => News.Writer.TryWrite(delivery), static () => { }, cancellationToken).ConfigureAwait(false);
        return isNew;
    }

    /// <summary>Puts an order into its queue; it is kept when this returns.</summary>
    public Task OrderAsync(byte[] order, CancellationToken cancellationToken)
        => _kept.PublishAsync("", _topology.Orders, MessageType.Order, order, cancellationToken);

    /// <summary>Tells everybody who listens.</summary>
    public Task TellAsync(string exchange, string type, byte[] message, CancellationToken cancellationToken)
        => _told.PublishAsync(exchange, "", type, message, cancellationToken);

    /// <summary>Answers a question of a worker.</summary>
    public Task AnswerAsync(Delivery question, string type, byte[] answer, CancellationToken cancellationToken)
        => _told.PublishAsync("", question.ReplyTo!, type, answer, cancellationToken, correlationId: question.CorrelationId);

    /// <summary>Orders that nobody took yet.</summary>
    public async Task<long> CountWaitingAsync(CancellationToken cancellationToken)
        => await _connection.TryAsync(async open => (await open.QueueDeclarePassiveAsync(_topology.Orders, cancellationToken).ConfigureAwait(false)).MessageCount, cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes what was kept of the job.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) => _kept.DoAsync(
        async open =>
        {
            await open.QueueDeleteAsync(_topology.Orders, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            await open.QueueDeleteAsync(_topology.News, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (string exchange in (string[])[_topology.Control, _topology.Presence, _topology.Table])
                await open.ExchangeDeleteAsync(exchange, cancellationToken: cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        News.Writer.TryComplete();
        return _connection.DisposeAsync();
    }

    private async Task<bool> ExistsAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.TryAsync(
                async open =>
                {
                    await open.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (QueueErrors.IsNotFound(exception))
        {
            return false;
        }
    }
}
