using System.Net.Sockets;

namespace OssMigration.Stores.Http;

/// <summary>
/// Connections with small buffers in the system. Where a reader holds itself to a rate, the default ones let the server
/// send megabytes at the speed of the line before it notices, once for every connection.
/// </summary>
internal static class BoundedConnections
{
    /// <summary>Makes a handler connect with buffers of this size, asked for each connection.</summary>
    public static SocketsHttpHandler Apply(SocketsHttpHandler handler, Func<int?> buffer)
    {
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                // Before it connects: the window that TCP can announce is settled there.
                if (buffer() is { } bytes)
                    socket.ReceiveBufferSize = socket.SendBufferSize = bytes;
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return handler;
    }
}
