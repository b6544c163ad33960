using System.Net.Sockets;

namespace OssMigration.Cluster.Tests.Faults;

/// <summary>Carries the frames of one connection both ways.</summary>
/// <param name="client">Who connected.</param>
/// <param name="broker">Where to.</param>
/// <param name="take">Asked of every frame: what goes wrong with it; null for nothing.</param>
/// <param name="end">Fires when the line ends.</param>
internal sealed class QueueCarrier(TcpClient client, TcpClient broker, Func<QueueFrame, bool, QueueFault?> take, CancellationToken end) : IDisposable
{
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenBytes = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _toClient = new(1, 1);
    private readonly SemaphoreSlim _toBroker = new(1, 1);
    private volatile bool _isSilent;
    private volatile bool _isClosed;

    /// <summary>Carries until one side ends.</summary>
    public async Task RunAsync()
    {
        try
        {
            await await Task.WhenAny(PumpAsync(client, isAsked: true), PumpAsync(broker, isAsked: false));
        }
        catch (Exception exception) when (exception is IOException or SocketException && _isSilent)
        {
            // One side has given up.
        }

        // The other is not told.
        if (_isSilent)
            await Task.Delay(Timeout.Infinite, end);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _toClient.Dispose();
        _toBroker.Dispose();
    }

    private async Task PumpAsync(TcpClient from, bool isAsked)
    {
        while (!_isSilent && await QueueFrame.ReadAsync(from.GetStream(), end) is { } frame)
        {
            if (_isSilent)
                return;

            // A client that is told of the end answers and goes; nothing of that reaches the broker.
            if (!_isClosed)
                await CarryAsync(frame, isAsked, take(frame, isAsked));
        }
    }

    private async Task CarryAsync(QueueFrame frame, bool isAsked, QueueFault? fault)
    {
        switch (fault)
        {
            case QueueFault.ResetBefore:
                Reset();
                break;
            case QueueFault.ResetIn:
                await SendAsync(new QueueFrame(frame.Bytes[..(frame.Bytes.Length / 2)]), isAsked);
                Reset();
                break;
            case QueueFault.ResetAfter:
                await SendAsync(frame, isAsked);
                Reset();
                break;
            case QueueFault.Silence:
                _isSilent = true;
                break;
            case QueueFault.Late:
                await Task.Delay(Lateness, end);
                await SendAsync(frame, isAsked);
                break;
            case QueueFault.Trickle:
                await TrickleAsync(frame, isAsked);
                break;
            case QueueFault.Corrupt:
                await SendAsync(frame.Corrupted(), isAsked);
                break;
            case QueueFault.Refuse:
                await SendAsync(frame.Refused(), isAsked);
                break;
            case QueueFault.Close:
                _isClosed = true;
                await SendAsync(QueueFrame.ConnectionForced(), isAsked: false);
                break;
            default:
                await SendAsync(frame, isAsked);
                break;
        }
    }

    private async Task SendAsync(QueueFrame frame, bool isAsked)
    {
        SemaphoreSlim gate = isAsked ? _toBroker : _toClient;
        await gate.WaitAsync(end);
        try
        {
            await (isAsked ? broker : client).GetStream().WriteAsync(frame.Bytes, end);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task TrickleAsync(QueueFrame frame, bool isAsked)
    {
        SemaphoreSlim gate = isAsked ? _toBroker : _toClient;
        await gate.WaitAsync(end);
        try
        {
            foreach (byte one in frame.Bytes)
            {
                await (isAsked ? broker : client).GetStream().WriteAsync(new[] { one }, end);
                await Task.Delay(BetweenBytes, end);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private void Reset()
    {
        foreach (TcpClient side in (TcpClient[])[client, broker])
        {
            side.LingerState = new LingerOption(enable: true, seconds: 0);
            side.Close();
        }

        throw new IOException("Reset.");
    }
}
