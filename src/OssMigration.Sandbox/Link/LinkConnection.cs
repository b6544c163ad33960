using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace OssMigration.Sandbox.Link;

/// <summary>
/// One connection through a link: what the server writes and what the client sends passes the line in quanta, and a bounded
/// number of bytes waits before it.
/// </summary>
/// <remarks>
/// The whole round trip is waited for when the client speaks after the server did, and at the beginning: once a request, and
/// once more for a body that was held back for 100 Continue. Opening a connection costs no further trip.
/// </remarks>
internal sealed class LinkConnection
{
    private readonly ShapedLink _link;
    private readonly ConnectionContext _connection;
    private readonly TimeProvider _time;
    private readonly LinkFlow _down;
    private readonly LinkFlow _up;
    private readonly Pipe _toClient;
    private readonly Pipe _toServer;
    private volatile bool _clientHasTurn = true;

    public LinkConnection(ShapedLink link, ConnectionContext connection, LinkClass @class, TimeProvider time)
    {
        _link = link;
        _connection = connection;
        _time = time;
        _down = new LinkFlow(@class);
        _up = new LinkFlow(@class);
        var options = new PipeOptions(
            connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool,
            readerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: link.Shape.QueueBytes,
            resumeWriterThreshold: link.Shape.QueueBytes / 2,
            useSynchronizationContext: false);
        _toClient = new Pipe(options);
        _toServer = new Pipe(options);
    }

    /// <summary>Serves the connection until it ends.</summary>
    public async Task RunAsync(ConnectionDelegate next)
    {
        IDuplexPipe wire = _connection.Transport;
        Task down = PumpAsync(_link.Down, _down, _toClient.Reader, wire.Output);
        Task up = PumpAsync(_link.Up, _up, wire.Input, _toServer.Writer);
        _connection.Transport = new Ends(_toServer.Reader, _toClient.Writer);
        try
        {
            await next(_connection);
        }
        finally
        {
            // What was written still goes out; what still comes in has no reader any more.
            await _toClient.Writer.CompleteAsync();
            await _toServer.Reader.CompleteAsync();
            await down;
            wire.Input.CancelPendingRead();
            await up;
            _connection.Transport = wire;
        }
    }

    private async Task PumpAsync(LinkDirection direction, LinkFlow flow, PipeReader from, PipeWriter to)
    {
        Exception? gone = null;
        try
        {
            while (true)
            {
                flow.IsBacklogged = from.TryRead(out ReadResult result);
                if (!flow.IsBacklogged)
                    result = await from.ReadAsync();
                int bytes = (int)Math.Min(result.Buffer.Length, LinkDirection.Quantum);
                if (bytes == 0)
                    break;
                await AwaitTurnAsync(flow);
                await direction.PassAsync(flow, bytes);
                ReadOnlySequence<byte> quantum = result.Buffer.Slice(0, bytes);
                foreach (ReadOnlyMemory<byte> piece in quantum)
                    to.Write(piece.Span);
                from.AdvanceTo(quantum.End);
                if ((await to.FlushAsync()).IsCompleted)
                    break;
            }
        }
        catch (Exception e) when (e is ConnectionAbortedException or ConnectionResetException or IOException or InvalidOperationException)
        {
            gone = e;
        }
        // The transport's own ends are completed by the transport, when the connection is disposed.
        if (flow == _down)
            await from.CompleteAsync(gone);
        else
            await to.CompleteAsync(gone);
    }

    private async ValueTask AwaitTurnAsync(LinkFlow flow)
    {
        if (flow == _down)
        {
            _clientHasTurn = true;
        }
        else if (_clientHasTurn)
        {
            _clientHasTurn = false;
            if (_link.Shape.RoundTrip > TimeSpan.Zero)
                await Task.Delay(_link.Shape.RoundTrip, _time);
            flow.IsBacklogged = false;
        }
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
