using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Link;
using OssMigration.Sandbox.S3;

namespace OssMigration.Sandbox.Tests;

/// <summary>
/// The link over sockets. What a line must not be, faster than it is, is held exactly; how close it comes to its rate on a
/// machine that does other things too is held loosely here and exactly in <see cref="LinkDirectionTests"/>.
/// </summary>
public sealed class LinkTests : IAsyncLifetime
{
    private const int Rate = 4_000_000;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(30);
    private readonly Oss.OssSide _oss = new();
    private SandboxHost? _host;

    private static SandboxOptions Shaped => SandboxOptions.Parse(["--s3-bucket", "b", "--oss-bucket", "o", "--link", "4MB/s,30ms"]);

    private SandboxHost Host => _host!;

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await SandboxHost.StartAsync(Shaped, new S3Handler(), _oss, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _oss.Dispose();
    }

    [Fact]
    public async Task Both_ways_lead_to_the_same_buckets_and_a_lone_request_takes_the_round_trip_and_its_bytes()
    {
        using S3Client direct = Client(Host.S3Endpoint);
        using S3Client linked = Client(Host.Linked!.S3);
        await direct.PutAsync("b/k", new string('x', 40_000));
        await linked.GetAsync("b/k");

        long start = Stopwatch.GetTimestamp();
        Answer answer = await linked.GetAsync("b/k");
        TimeSpan took = Stopwatch.GetElapsedTime(start);

        Assert.Equal((HttpStatusCode.OK, 40_000), (answer.Status, answer.Body.Length));
        // The line runs half a millisecond ahead, in each direction.
        Assert.True(took >= RoundTrip + TimeSpan.FromSeconds(40_000.0 / Rate) - TimeSpan.FromMilliseconds(1.1), $"{took}");
        Assert.Equal(HttpStatusCode.OK, (await linked.PutAsync("b/k2", "up")).Status);
        Assert.Equal("up", (await direct.GetAsync("b/k2")).Text);
    }

    [Fact]
    public async Task All_connections_together_get_the_rate_in_each_direction_and_every_byte_is_counted()
    {
        const int Size = 1_000_000;
        using S3Client direct = Client(Host.S3Endpoint);
        using S3Client linked = Client(Host.Linked!.S3);
        byte[] body = new byte[Size];
        await direct.SendAsync("PUT", "b/k", null, body);

        TimeSpan down = await TimeAsync(() => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => linked.GetAsync("b/k"))));
        TimeSpan up = await TimeAsync(() => Task.WhenAll(Enumerable.Range(0, 4).Select(i => linked.SendAsync("PUT", $"b/up{i}", null, body))));
        LinkUse use = LinkUse.Of(Host.Link!, SecondSpan.Between(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(2)));

        Assert.InRange(8.0 * Size / down.TotalSeconds, Rate * 0.6, Rate * 1.03);
        Assert.InRange(4.0 * Size / up.TotalSeconds, Rate * 0.6, Rate * 1.03);
        Assert.InRange(use.Seconds.Sum(second => second.OtherDown), 8 * Size, 8.05 * Size);
        Assert.InRange(use.Seconds.Sum(second => second.OtherUp), 4 * Size, 4.05 * Size);
        Assert.All(use.Seconds, second => Assert.InRange(second.OtherDown, 0, Rate * 1.03));
        Assert.Equal(0, use.Seconds.Sum(second => second.BusinessDown + second.BusinessUp));
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_the_server()
    {
        const int Size = 4_000_000;
        using S3Client direct = Client(Host.S3Endpoint);
        await direct.SendAsync("PUT", "b/k", null, new byte[5 * Size]);
        await direct.SendAsync("PUT", "b/other", null, new byte[Size]);
        using S3Client linked = Client(Host.Linked!.S3);
        using HttpRequestMessage request = linked.Sign("GET", "b/k", [], null);
        var text = new StringBuilder($"GET {request.RequestUri!.PathAndQuery} HTTP/1.1\r\nHost: {request.RequestUri.Authority}\r\n");
        foreach ((string name, IEnumerable<string> values) in request.Headers)
            text.Append($"{name}: {string.Join(',', values)}\r\n");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };

        await socket.ConnectAsync(IPEndPoint.Parse(request.RequestUri.Authority), Aborted);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text + "\r\n"), Aborted);
        await socket.ReceiveAsync(new byte[1], Aborted);

        // The line serves both by turns: had its server gone on, the first would have got as much as the second meanwhile.
        Assert.Equal(Size, (await linked.GetAsync("b/other")).Body.Length);

        LinkUse use = LinkUse.Of(Host.Link!, SecondSpan.Between(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(2)));
        Assert.InRange(use.Seconds.Sum(second => second.OtherDown) - Size, 1, 1_000_000);
    }

    [Fact]
    public async Task The_admin_api_tells_what_passed_second_by_second()
    {
        var time = new ShiftedTime();
        await using SandboxHost host = await SandboxHost.StartAsync(Shaped, new S3Handler(), _oss, time);
        using var linked = new S3Client(new Uri(host.Linked!.S3), host.S3.AccessKeyId, host.S3.AccessKeySecret, time.GetUtcNow);
        DateTimeOffset from = time.GetUtcNow();
        await linked.PutAsync("b/k", new string('x', 100_000));
        using var admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(host.AdminEndpoint) };

        // Only whole seconds are told.
        time.Shift = TimeSpan.FromSeconds(1);
        JsonElement link = JsonDocument.Parse(await admin.GetStringAsync(new Uri($"/link?from={from.AddSeconds(-1):O}", UriKind.Relative), Aborted)).RootElement;

        Assert.InRange(link.GetProperty("seconds").EnumerateArray().Sum(second => second.GetProperty("otherUp").GetInt64()), 100_000, 110_000);
        Assert.Equal((4_000_000L, 4_000_000L, 30d), (link.GetProperty("downBytesPerSecond").GetInt64(), link.GetProperty("upBytesPerSecond").GetInt64(), link.GetProperty("roundTripMs").GetDouble()));
        using HttpResponseMessage wrong = await admin.GetAsync(new Uri("/link?from=x", UriKind.Relative), Aborted);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Without_a_link_there_is_nothing_to_tell()
    {
        using var oss = new Oss.OssSide();
        await using SandboxHost host = await SandboxHost.StartAsync(new SandboxOptions(), new S3Handler(), oss, TimeProvider.System);
        using var admin = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        using HttpResponseMessage answer = await admin.GetAsync(new Uri(host.AdminEndpoint + "/link"), Aborted);

        Assert.Null(host.Linked);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("without a link", await answer.Content.ReadAsStringAsync(Aborted), StringComparison.Ordinal);
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> act)
    {
        long start = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(start);
    }

    private S3Client Client(string endpoint) => new(new Uri(endpoint), Host.S3.AccessKeyId, Host.S3.AccessKeySecret, () => DateTimeOffset.UtcNow);

    /// <summary>Real time that a test moves forward.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
