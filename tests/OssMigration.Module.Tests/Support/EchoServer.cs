using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security;
using System.Text;

namespace OssMigration.ModuleTests.Support;

/// <summary>A server that refuses everything and tells in every part of its answers what it was sent.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _heads = new();

    public EchoServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How it answers: a status and, behind a space, an error code; "200" for a success that is none.</summary>
    public string Mode { get; set; } = "403 SignatureDoesNotMatch";

    /// <summary>The requests so far, without their content.</summary>
    public IReadOnlyCollection<string> Heads => _heads;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[64 * 1024];
            int length = 0;
            while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(length), _end.Token);
                if (read == 0)
                    return;
                length += read;
            }

            string head = Encoding.Latin1.GetString(buffer, 0, length);
            _heads.Enqueue(head);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(head)), _end.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client has gone.
        }
    }

    private string Answer(string head)
    {
        (string status, string code) = Mode.Split(' ') is [var first, var second] ? (first, second) : (Mode, "");
        string told = SecurityElement.Escape(head);
        string token = head.Split("\r\n").FirstOrDefault(line => line.Contains("security-token:", StringComparison.OrdinalIgnoreCase))?.Split(": ", 2)[1] ?? "none";
        string shown = SecurityElement.Escape(token);
        string body = code.Length == 0
            ? $"<Other><Key>{shown}</Key><Value>{told}</Value></Wrong>"
            : $"<Error><Code>{code}</Code><Message>You sent {told}</Message><Token-0>{shown}</Token-0><RequestId>{shown}</RequestId><EC>{shown}</EC></Error>";
        bool isHead = head.StartsWith("HEAD ", StringComparison.Ordinal);
        string error = code.Length == 0 ? "" : $"x-oss-err: {Convert.ToBase64String(Encoding.UTF8.GetBytes(body))}\r\n";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {token}\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\nConnection: close\r\nx-amz-request-id: {token}\r\nx-oss-request-id: {token}\r\nx-oss-ec: {token}\r\nETag: \"x\"\r\nLocation: http://127.0.0.2/{Uri.EscapeDataString(token)}\r\n{error}\r\n{(isHead ? "" : body)}");
    }
}
