using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OssMigration.TestKit;

/// <summary>
/// A line to a server on this machine that can be cut without a word: nothing passes any more, and nobody is told, as when a
/// cable is pulled. Mended, connections of before stay dead and new ones pass.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile CancellationTokenSource _line = new();

    /// <summary>Listens on a free port.</summary>
    /// <param name="target">The port of the server, on 127.0.0.1.</param>
    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Told of everything that clients send, where it is set.</summary>
    public Action<ReadOnlyMemory<byte>>? OnSent { get; set; }

    /// <summary>Lets nothing pass any more.</summary>
    public void Cut() => _line.Cancel();

    /// <summary>Lets new connections pass.</summary>
    public void Mend() => _line = new CancellationTokenSource();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (TcpClient client in _open)
            client.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                _open.Add(client);
                _ = CarryAsync(client, _line.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(TcpClient client, CancellationToken line)
    {
        if (line.IsCancellationRequested)
            return;
        TcpClient server = new();
        _open.Add(server);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, line);
            await Task.WhenAny(PumpAsync(client, server, OnSent, line), PumpAsync(server, client, null, line));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // Cut, or the server is not there.
        }

        if (line.IsCancellationRequested)
            return;
        client.Dispose();
        server.Dispose();
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, Action<ReadOnlyMemory<byte>>? tell, CancellationToken line)
    {
        try
        {
            byte[] buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, line) is > 0 and int read)
            {
                tell?.Invoke(buffer.AsMemory(0, read));
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), line);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // One side ended, or the line is cut.
        }
    }
}
