using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace OssMigration.Cluster;

/// <summary>
/// One connection to the broker, from the log-in to its loss. It is never repaired: who uses it makes a new one, because
/// deliveries of a lost connection are given to others while their old handlers still run.
/// </summary>
internal sealed class QueueConnection : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan VirtualHostAnswer = TimeSpan.FromSeconds(10);

    private readonly IConnection _connection;
    private readonly CancellationTokenSource _lost = new();
    private readonly Action<bool> _onBlocked;
    private readonly ConcurrentBag<QueueChannel> _channels = [];
    private volatile bool _isClosing;
    private volatile ShutdownEventArgs? _reason;

    private QueueConnection(IConnection connection, QueueAddress address, Action<bool> onBlocked)
    {
        _connection = connection;
        Address = address;
        _onBlocked = onBlocked;
        connection.ConnectionShutdownAsync += (_, reason) => LoseAsync(reason);
        connection.ConnectionBlockedAsync += (_, _) => TellAsync(isBlocked: true);
        connection.ConnectionUnblockedAsync += (_, _) => TellAsync(isBlocked: false);
    }

    /// <summary>Where it goes to.</summary>
    public QueueAddress Address { get; }

    /// <summary>Fires when the connection, or a channel of it, is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Connects and logs in.</summary>
    /// <param name="address">Where.</param>
    /// <param name="name">The name that the broker's management page shows.</param>
    /// <param name="onBlocked">Told when the broker stops taking messages, and when it goes on.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    public static async Task<QueueConnection> OpenAsync(QueueAddress address, string name, Action<bool> onBlocked, CancellationToken cancellationToken)
    {
        ConnectionFactory factory = new()
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.UserName,
            Password = address.Password,
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ConnectLimit,
            Ssl = Encryption(address),
        };
        try
        {
            // A line that swallows everything lets the client wait for the broker's greeting without end.
            Task<IConnection> opening = factory.CreateConnectionAsync(cancellationToken);
            QueueConnection connection = new(await opening.WaitAsync(OpenLimit, cancellationToken).ConfigureAwait(false), address, onBlocked);
            await connection.ProveVirtualHostAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception) when (QueueErrors.Fatal(exception, address) is { } fatal)
        {
            throw fatal;
        }
    }

    /// <summary>Opens a channel. Its loss is the loss of the connection.</summary>
    /// <param name="confirms">Whether a publish returns only when the broker keeps the message.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<QueueChannel> OpenChannelAsync(bool confirms, CancellationToken cancellationToken)
    {
        CreateChannelOptions options = new(publisherConfirmationsEnabled: confirms, publisherConfirmationTrackingEnabled: confirms);
        IChannel channel = await AnsweredAsync(() => _connection.CreateChannelAsync(options, cancellationToken), cancellationToken).ConfigureAwait(false);
        channel.ChannelShutdownAsync += (_, reason) => LoseAsync(reason);
        QueueChannel opened = new(channel, this);
        _channels.Add(opened);
        return opened;
    }

    /// <summary>Asks with a channel whose failure does not matter.</summary>
    public async Task<T> TryAsync<T>(Func<IChannel, Task<T>> ask, CancellationToken cancellationToken)
    {
        await using IChannel channel = await AnsweredAsync(() => _connection.CreateChannelAsync(cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return await AnsweredAsync(() => ask(channel), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for an answer of the broker. The client gives up by itself after a while, and the connection counts as lost then.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<T> AnsweredAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            await _lost.CancelAsync().ConfigureAwait(false);
            throw new TimeoutException($"The broker {Address} does not answer.", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        await _lost.CancelAsync().ConfigureAwait(false);
        try
        {
            if (_reason is null)
                await _connection.CloseAsync(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
            else
                await _connection.AbortAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or RabbitMQ.Client.Exceptions.RabbitMQClientException or OperationCanceledException or TimeoutException or ObjectDisposedException)
        {
            // It is gone already.
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static SslOption Encryption(QueueAddress address)
    {
        SslOption option = new() { Enabled = address.IsEncrypted, ServerName = address.Host };
        if (address.CertificateAuthority is { } file)
        {
            X509Certificate2Collection trusted = [];
            trusted.ImportFromPemFile(file);
            option.CertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, trusted, errors);
        }

        return option;
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2Collection trusted, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using X509Certificate2 checkedOne = new(certificate);
        return chain.Build(checkedOne);
    }

    // A virtual host that is not there shows only once something is asked.
    private async Task ProveVirtualHostAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(VirtualHostAnswer);
        try
        {
            await using IChannel channel = await _connection.CreateChannelAsync(cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await DisposeAsync().ConfigureAwait(false);
            if (_reason is { } reason && QueueErrors.Fatal(reason, Address) is { } fatal)
                throw fatal;
            throw new IOException($"The broker {Address} closed the connection: {QueueErrors.Describe(exception)}", exception);
        }
    }

    private async Task LoseAsync(ShutdownEventArgs reason)
    {
        _reason ??= reason;
        if (!_isClosing)
            await _lost.CancelAsync().ConfigureAwait(false);
    }

    private Task TellAsync(bool isBlocked)
    {
        _onBlocked(isBlocked);
        return Task.CompletedTask;
    }
}
