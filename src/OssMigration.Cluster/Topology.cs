using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Jobs;
using RabbitMQ.Client;

namespace OssMigration.Cluster;

/// <summary>The names of everything at the broker. All begin with <c>ossmigration.</c>, so that one pattern of rights covers them.</summary>
/// <param name="JobId">The job's name and a digest of what makes it this job and no other of that name.</param>
internal sealed record Topology(string JobId)
{
    /// <summary>Where coordinators tell that they are there.</summary>
    public const string Jobs = "ossmigration.jobs";

    // An order that is given back more often than any coordinator would let it be comes to the coordinator as an order.
    private const int DeliveryLimit = 20;

    /// <summary>Orders.</summary>
    public string Orders => $"ossmigration.{JobId}.orders";

    /// <summary>News of workers.</summary>
    public string News => $"ossmigration.{JobId}.news";

    /// <summary>What all workers hear.</summary>
    public string Control => $"ossmigration.{JobId}.control";

    /// <summary>What workers tell of themselves.</summary>
    public string Presence => $"ossmigration.{JobId}.presence";

    /// <summary>What the coordinator knows of all workers.</summary>
    public string Table => $"ossmigration.{JobId}.workers";

    /// <summary>Held by the one coordinator.</summary>
    public string Coordinator => $"ossmigration.{JobId}.coordinator";

    /// <summary>The topology of a job.</summary>
    public static Topology Of(MigrationJob job)
    {
        byte[] identity = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{job.Name}\n{job.CreatedAt.ToUnixTimeMilliseconds()}\n{job.Fingerprint}"));
        return new Topology($"{job.Name}.{Convert.ToHexString(SHA256.HashData(identity), 0, 4).ToLowerInvariant()}");
    }

    /// <summary>A queue of one process, which ends with its connection.</summary>
    public static string Own(string id) => $"ossmigration.process.{id}";

    /// <summary>Declares what is kept: the queues of orders and news.</summary>
    public async Task DeclareQueuesAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(News, durable: true, exclusive: false, autoDelete: false, Quorum(), cancellationToken: cancellationToken).ConfigureAwait(false);
        Dictionary<string, object?> orders = Quorum();
        orders.Add("x-delivery-limit", DeliveryLimit);
        orders.Add("x-dead-letter-exchange", "");
        orders.Add("x-dead-letter-routing-key", News);
        await channel.QueueDeclareAsync(Orders, durable: true, exclusive: false, autoDelete: false, orders, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Declares an exchange that tells everybody.</summary>
    public static Task DeclareFanoutAsync(IChannel channel, string name, CancellationToken cancellationToken)
        => channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    /// <summary>Declares a queue of this process alone and binds it.</summary>
    public static async Task DeclareOwnAsync(IChannel channel, string queue, IEnumerable<string> exchanges, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        foreach (string exchange in exchanges)
        {
            await DeclareFanoutAsync(channel, exchange, cancellationToken).ConfigureAwait(false);
            await channel.QueueBindAsync(queue, exchange, "", cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private static Dictionary<string, object?> Quorum() => new() { ["x-queue-type"] = "quorum" };
}
