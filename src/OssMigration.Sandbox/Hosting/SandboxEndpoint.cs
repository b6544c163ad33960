using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Hosting;

/// <summary>One HTTP endpoint on the loopback interface: a bare Kestrel, no middleware, no logging.</summary>
internal sealed class SandboxEndpoint : IHttpApplication<HttpContext>, IAsyncDisposable
{
    // Linux doubles it; what a client does not take must hold up the server soon, and not be swallowed.
    private const int LinkedSocketBuffer = 32 * 1024;

    private readonly KestrelServer _server;
    private readonly DefaultHttpContextFactory _contexts;
    private readonly Func<HttpContext, Task> _answer;

    private SandboxEndpoint(KestrelServer server, DefaultHttpContextFactory contexts, Func<HttpContext, Task> answer)
    {
        _server = server;
        _contexts = contexts;
        _answer = answer;
    }

    /// <summary>The address: http://127.0.0.1:port.</summary>
    public string Address => _server.Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Starts listening.</summary>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="services">Holds what Kestrel needs.</param>
    /// <param name="answer">Answers a request.</param>
    /// <param name="link">The link that its connections go through; null for none.</param>
    /// <param name="class">Whose connections they are on the link.</param>
    public static async Task<SandboxEndpoint> StartAsync(
        int port, IServiceProvider services, Func<HttpContext, Task> answer, ShapedLink? link = null, LinkClass @class = LinkClass.Other)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false, ApplicationServices = services };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxConcurrentConnections = null;
        options.Limits.MaxRequestLineSize = 64 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        options.Limits.MaxRequestBufferSize = 1024 * 1024;
        options.Limits.MaxResponseBufferSize = 1024 * 1024;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        options.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            link?.Lead(listen, @class);
        });
        var transport = new SocketTransportFactory(Options.Create(link is null ? new SocketTransportOptions { Backlog = 1024 } : Linked()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        var endpoint = new SandboxEndpoint(server, new DefaultHttpContextFactory(services), answer);
        await server.StartAsync(endpoint, CancellationToken.None);
        return endpoint;
    }

    private static SocketTransportOptions Linked() => new()
    {
        Backlog = 1024,
        MaxReadBufferSize = LinkedSocketBuffer,
        MaxWriteBufferSize = LinkedSocketBuffer,
        CreateBoundListenSocket = endpoint =>
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = LinkedSocketBuffer;
            socket.ReceiveBufferSize = 4 * LinkedSocketBuffer;
            return socket;
        },
    };

    /// <inheritdoc/>
    public HttpContext CreateContext(Microsoft.AspNetCore.Http.Features.IFeatureCollection contextFeatures) => _contexts.Create(contextFeatures);

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context) => _answer(context);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) => _contexts.Dispose(context);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await _server.StopAsync(soon.Token);
        _server.Dispose();
    }
}
