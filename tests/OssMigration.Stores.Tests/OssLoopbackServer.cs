using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>How a scripted answer ends its connection.</summary>
internal enum OssAnswerEnd
{
    /// <summary>The connection serves the next request.</summary>
    KeepOpen,

    /// <summary>Closed in peace, whatever was announced.</summary>
    Close,

    /// <summary>Reset.</summary>
    Reset,

    /// <summary>Nothing more is sent; the connection stays open until the server ends.</summary>
    Silence,
}

/// <summary>One answer of the script.</summary>
/// <param name="Status">The status; 0 to send no header at all.</param>
/// <param name="Body">What is sent of the body.</param>
/// <param name="Headers">Lines <c>Name: value</c>.</param>
internal sealed record OssScriptedAnswer(int Status, string Body = "", params string[] Headers)
{
    /// <summary>The announced length; null for the body's own.</summary>
    public long? Length { get; init; }

    /// <summary>How it ends.</summary>
    public OssAnswerEnd End { get; init; }

    /// <summary>Bytes of the request's body that are read before the answer; null for all.</summary>
    public int? ReadOnly { get; init; }
}

/// <summary>A request as it came over the wire.</summary>
internal sealed record OssSeenRequest(string Method, string Target, Dictionary<string, string> Headers, byte[] Body)
{
    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>A server on a bare socket: it sees requests byte by byte and answers by a script.</summary>
internal sealed class OssLoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Queue<OssScriptedAnswer> _script;
    private readonly List<OssSeenRequest> _seen = [];
    private readonly Task _serving;

    public OssLoopbackServer(params OssScriptedAnswer[] script)
    {
        _script = new Queue<OssScriptedAnswer>(script);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>What came so far.</summary>
    public IReadOnlyList<OssSeenRequest> Seen
    {
        get
        {
            lock (_script)
                return [.. _seen];
        }
    }

    /// <summary>Ends the server and checks that the whole script was played.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
        Assert.Empty(_script);
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket connection = socket;
        await using NetworkStream stream = new(connection);
        try
        {
            while (await ReadHeadAsync(stream) is { } head)
            {
                OssScriptedAnswer answer;
                lock (_script)
                    answer = _script.Dequeue();
                int announced = int.Parse(head.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
                byte[] body = new byte[Math.Min(announced, answer.ReadOnly ?? announced)];
                await stream.ReadExactlyAsync(body, _end.Token);
                lock (_script)
                    _seen.Add(head with { Body = body });
                await AnswerAsync(stream, answer, head.Method == "HEAD");
                if (answer.End == OssAnswerEnd.Silence)
                    await Task.Delay(Timeout.Infinite, _end.Token);
                if (answer.End == OssAnswerEnd.Reset)
                    connection.LingerState = new LingerOption(true, 0);
                if (answer.End != OssAnswerEnd.KeepOpen)
                    return;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The test or the client ended it.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, OssScriptedAnswer answer, bool isHead)
    {
        if (answer.Status == 0)
            return;
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Scripted\r\n");
        if (answer.Status != 204 && !answer.Headers.Any(line => line.StartsWith("Content-Length:", StringComparison.Ordinal)))
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Length ?? Encoding.UTF8.GetByteCount(answer.Body)}\r\n");
        foreach (string line in answer.Headers)
            head.Append(line).Append("\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(isHead ? head.ToString() : head + answer.Body), _end.Token);
    }

    private async Task<OssSeenRequest?> ReadHeadAsync(NetworkStream stream)
    {
        List<byte> bytes = [];
        byte[] one = new byte[1];
        while (bytes.Count < 4 || !bytes[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
                return null;
            bytes.Add(one[0]);
        }

        string[] lines = Encoding.Latin1.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return new OssSeenRequest(first[0], first[1], headers, []);
    }
}
