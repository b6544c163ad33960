using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OssMigration.TestKit;

/// <summary>
/// A line to an HTTP server on this machine on which requests and answers are lost, cut, delayed, doubled and spoiled by plan. Unlike
/// the sandbox's own faults these happen to a server that knows nothing of them. It holds whole messages, so bodies are to be small.
/// </summary>
public sealed class HttpLine : IAsyncDisposable
{
    private const int Pieces = 12;

    private static readonly TimeSpan PieceTime = TimeSpan.FromMilliseconds(200);

    // A reset overtakes what its receiver has not read yet; the bytes before it are to arrive.
    private static readonly TimeSpan ArrivalTime = TimeSpan.FromMilliseconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _carrying = new();
    private readonly ConcurrentDictionary<LineRequest, int> _asked = new();
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile LinePlan[] _plans = [];

    /// <summary>Listens on a free port.</summary>
    /// <param name="server">Where the server listens, on 127.0.0.1.</param>
    public HttpLine(Uri server)
    {
        _server = server;
        _listener.Start();
        Endpoint = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; }

    /// <summary>Told of each request that comes by, when it is counted.</summary>
    public Action? OnAsked { get; set; }

    /// <summary>Plans a fault; the first plan that fits a request takes it.</summary>
    public LinePlan Plan(LineFault fault, Func<LineRequest, bool> isMeant, int times = int.MaxValue)
    {
        LinePlan plan = new(fault, isMeant, times);
        _plans = [.. _plans, plan];
        return plan;
    }

    /// <summary>Drops all plans.</summary>
    public void Clear() => _plans = [];

    /// <summary>How many requests of a kind came by, since the start or <see cref="Forget"/>.</summary>
    public int Count(Func<LineRequest, bool> isMeant) => _asked.Where(asked => isMeant(asked.Key)).Sum(asked => asked.Value);

    /// <summary>The requests that came by, each once, since the start or <see cref="Forget"/>.</summary>
    public IReadOnlyCollection<LineRequest> Asked => [.. _asked.Keys];

    /// <summary>Counts from zero again.</summary>
    public void Forget() => _asked.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_carrying.Keys);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                Task carrying = CarryAsync(client);
                _carrying[carrying] = true;
                _ = carrying.ContinueWith(done => _carrying.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using TcpClient server = new() { NoDelay = true };
        try
        {
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _server.Port, _end.Token);
            LineReader requests = new(client.GetStream()), answers = new(server.GetStream());
            while (await LineMessage.ReadAsync(requests, isOfHead: false, _end.Token) is { } request)
            {
                LineRequest asked = LineRequest.Parse(request.Start);
                _asked.AddOrUpdate(asked, 1, static (_, count) => count + 1);
                OnAsked?.Invoke();
                LineFault? fault = _plans.FirstOrDefault(plan => plan.TryTake(asked))?.Fault;
                if (!await new Exchange(client, server, answers, request, asked.Method == "HEAD", _end.Token).RunAsync(fault))
                    break;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // One side ended, or the line does.
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <summary>One request with its answer; false where the connection cannot be used any more.</summary>
    private sealed class Exchange(TcpClient client, TcpClient server, LineReader answers, LineMessage request, bool isHead, CancellationToken end)
    {
        // No two bodies are spoiled at the same place.
        private static int _spoilt;

        public async Task<bool> RunAsync(LineFault? fault)
        {
            switch (fault?.Kind)
            {
                case LineFaultKind.ResetBefore:
                    return Reset(client);
                case LineFaultKind.ResetInRequest:
                    await SendAsync(server, Half(request));
                    await Task.Delay(ArrivalTime, end);
                    Reset(server);
                    return Reset(client);
                case LineFaultKind.Silence:
                    return await KeepSilentAsync();
                case LineFaultKind.Answer:
                    await SendAsync(client, Made(fault).ToBytes());
                    return true;
            }

            await SendAsync(server, Spoilt(request, fault?.Kind, LineFaultKind.CorruptRequest, LineFaultKind.DoubleRequest).ToBytes());
            return await LineMessage.ReadAsync(answers, isHead, end) is { } answer && await AnswerAsync(answer, fault?.Kind);
        }

        private async Task<bool> AnswerAsync(LineMessage answer, LineFaultKind? kind)
        {
            switch (kind)
            {
                case LineFaultKind.ResetAfter:
                    return Reset(client);
                case LineFaultKind.ResetInAnswer:
                    await SendAsync(client, Half(answer));
                    await Task.Delay(ArrivalTime, end);
                    return Reset(client);
                case LineFaultKind.Truncate:
                    await SendAsync(client, Half(answer));
                    return false;
                case LineFaultKind.SilenceInAnswer:
                    await SendAsync(client, Half(answer));
                    return await KeepSilentAsync();
                case LineFaultKind.Trickle:
                    await TrickleAsync(answer);
                    return true;
                default:
                    await SendAsync(client, Spoilt(answer, kind, LineFaultKind.CorruptAnswer, LineFaultKind.DoubleAnswer).ToBytes());
                    return true;
            }
        }

        private static LineMessage Spoilt(LineMessage message, LineFaultKind? kind, LineFaultKind corrupts, LineFaultKind doubles)
        {
            if (kind == doubles)
                return message with { Body = [.. message.Body, .. message.Body] };
            if (kind != corrupts || message.Body.Length == 0)
                return message;
            byte[] body = [.. message.Body];
            body[message.IsXml ? 0 : Math.Abs(Interlocked.Increment(ref _spoilt) * 7919) % body.Length] ^= 0x20;
            return message with { Body = body };
        }

        private LineMessage Made(LineFault fault)
        {
            byte[] text = fault.Code is null ? [] : Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{fault.Code}</Code><Message>Planned by a test.</Message></Error>");
            string[] headers = [.. fault.Headers, $"Date: {DateTimeOffset.UtcNow:R}", "Content-Type: application/xml"];

            // OSS tells of an error of HEAD in a header.
            return isHead && text.Length > 0
                ? new LineMessage($"HTTP/1.1 {fault.StatusCode} Planned", [.. headers, $"x-oss-err: {Convert.ToBase64String(text)}"], [])
                : new LineMessage($"HTTP/1.1 {fault.StatusCode} Planned", headers, text);
        }

        private static byte[] Half(LineMessage message)
        {
            byte[] all = message.ToBytes();
            return all[..(message.Body.Length > 0 ? all.Length - (message.Body.Length / 2) - 1 : all.Length / 2)];
        }

        private async Task TrickleAsync(LineMessage answer)
        {
            byte[] all = answer.ToBytes();
            int head = all.Length - answer.Body.Length;
            await SendAsync(client, all[..head]);
            for (int piece = 0; piece < Pieces; piece++)
            {
                await Task.Delay(PieceTime, end);
                await SendAsync(client, all[(head + (answer.Body.Length * piece / Pieces))..(head + (answer.Body.Length * (piece + 1) / Pieces))]);
            }
        }

        // Until the other side has had enough.
        private async Task<bool> KeepSilentAsync()
        {
            byte[] one = new byte[1];
            while (await client.GetStream().ReadAsync(one, end) > 0)
            {
            }

            return false;
        }

        private async Task SendAsync(TcpClient to, byte[] bytes) => await to.GetStream().WriteAsync(bytes, end);

        private static bool Reset(TcpClient connection)
        {
            connection.LingerState = new LingerOption(true, 0);
            connection.Close();
            return false;
        }
    }
}
