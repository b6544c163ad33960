using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace OssMigration.Cluster;

/// <summary>A message as it arrived.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="IsRedelivered">Whether it was given to somebody before.</param>
/// <param name="ReplyTo">Where an answer goes; null for nowhere.</param>
/// <param name="CorrelationId">What the answer must carry.</param>
/// <param name="Channel">Where it came in.</param>
/// <param name="Tag">Its number there.</param>
internal sealed record Delivery(string Type, byte[] Body, bool IsRedelivered, string? ReplyTo, string? CorrelationId, QueueChannel Channel, ulong Tag)
{
    /// <summary>Accepts it: the broker forgets it. Without effect where its channel is lost.</summary>
    public Task AcceptAsync() => Channel.AcceptAsync(Tag);
}

/// <summary>One channel; safe for several users, one at a time.</summary>
internal sealed class QueueChannel(IChannel channel, QueueConnection connection) : IDisposable
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen => channel.IsOpen;

    /// <summary>Does something on the channel.</summary>
    /// <exception cref="QueueException">The broker refuses for good.</exception>
    /// <exception cref="TimeoutException">It does not answer; the connection is lost.</exception>
    public async Task<T> DoAsync<T>(Func<IChannel, Task<T>> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await connection.AnsweredAsync(() => action(channel), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (QueueErrors.Fatal(exception, connection.Address) is { } fatal)
        {
            throw fatal;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>As above, without a result.</summary>
    public Task DoAsync(Func<IChannel, Task> action, CancellationToken cancellationToken) => DoAsync(
        async open =>
        {
            await action(open).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Publishes a message. Where the channel confirms, the broker keeps it when this returns; one that it does not keep is sent again.</summary>
    public async Task PublishAsync(string exchange, string routingKey, string type, byte[] body, CancellationToken cancellationToken, string? replyTo = null, string? correlationId = null)
    {
        bool isKept = exchange.Length == 0 && replyTo is null && correlationId is null;
        BasicProperties properties = new()
        {
            Type = type,
            DeliveryMode = isKept ? DeliveryModes.Persistent : DeliveryModes.Transient,
            ReplyTo = replyTo,
            CorrelationId = correlationId,
        };
        while (true)
        {
            try
            {
                await DoAsync(open => open.BasicPublishAsync(exchange, routingKey, mandatory: isKept, properties, body, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PublishException exception) when (!exception.IsReturn)
            {
                // A quorum that has no leader for the moment refuses.
                await Task.Delay(RefusalPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Begins to receive.</summary>
    /// <param name="queue">From where.</param>
    /// <param name="atATime">Messages that may be unaccepted at a time; 0 where none need be accepted.</param>
    /// <param name="receive">Called with each, in order; quick.</param>
    /// <param name="onCancelled">Called when the queue is deleted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The consumer's tag.</returns>
    public Task<string> ReceiveAsync(string queue, ushort atATime, Action<Delivery> receive, Action onCancelled, CancellationToken cancellationToken) => DoAsync(
        async open =>
        {
            if (atATime > 0)
                await open.BasicQosAsync(0, atATime, global: false, cancellationToken).ConfigureAwait(false);
            AsyncEventingBasicConsumer consumer = new(open);
            consumer.ReceivedAsync += (_, message) =>
            {
                receive(new Delivery(
                    message.BasicProperties.Type ?? "", message.Body.ToArray(), message.Redelivered,
                    message.BasicProperties.ReplyTo, message.BasicProperties.CorrelationId, this, message.DeliveryTag));
                return Task.CompletedTask;
            };
            consumer.UnregisteredAsync += (_, _) =>
            {
                onCancelled();
                return Task.CompletedTask;
            };
            return await open.BasicConsumeAsync(queue, autoAck: atATime == 0, consumer, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Accepts a message; without effect where the channel is lost.</summary>
    public async Task AcceptAsync(ulong tag)
    {
        try
        {
            await DoAsync(open => open.BasicAckAsync(tag, multiple: false).AsTask(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RabbitMQClientException or ObjectDisposedException or IOException)
        {
            // The broker gives it to somebody again, who sees that it is known.
        }
    }

    /// <summary>Frees what it holds; the connection closes it.</summary>
    public void Dispose() => _gate.Dispose();
}
