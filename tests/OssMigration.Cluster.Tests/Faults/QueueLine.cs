using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OssMigration.Cluster.Tests.Faults;

/// <summary>A line to a broker on this machine that knows the frames of AMQP 0-9-1 and does with some of them what was planned.</summary>
internal sealed class QueueLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Task> _carried = [];
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly QueuePlan[] _plans;
    private readonly Task _accepting;

    /// <summary>Listens on a free port.</summary>
    /// <param name="target">The port of the broker, on 127.0.0.1.</param>
    /// <param name="plans">What goes wrong.</param>
    public QueueLine(int target, params QueuePlan[] plans)
    {
        _target = target;
        _plans = plans;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_carried);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (int number = 1; ; number++)
                _carried.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token), number));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(TcpClient client, int number)
    {
        using TcpClient broker = new();
        using (client)
        {
            using QueueCarrier carrier = new(client, broker, (frame, isAsked) => _plans.FirstOrDefault(plan => plan.TryTake(frame, isAsked, number))?.Fault, _end.Token);
            try
            {
                await broker.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                await carrier.RunAsync();
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // Reset, or the broker is not there.
            }
        }
    }
}
