using System.Net;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>How a transport behaves.</summary>
internal sealed record HttpTransportOptions
{
    /// <summary>Most requests, and so connections, at a time; further ones wait their turn.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>The clock of timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>No byte sent or received for this long is an error of the network.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>As <see cref="StoreOpenOptions.ConnectionBuffer"/>.</summary>
    public Func<int?>? ConnectionBuffer { get; init; }

    /// <summary>Sends the requests; null for sockets. The transport owns it.</summary>
    public HttpMessageHandler? Handler { get; init; }
}

/// <summary>
/// Sends requests of one store over HTTP/1.1 and turns every failure of the way there and back into a
/// <see cref="StoreException"/> of kind Network. It follows no redirect, keeps no cookie, decompresses nothing and never
/// retries. Thread-safe.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly string _store;
    private readonly HttpTransportOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly Lazy<HttpMessageInvoker>? _bounded;
    private readonly SemaphoreSlim _slots;

    /// <summary>Makes a transport. Nothing is sent.</summary>
    /// <param name="store">The store's display name, for errors.</param>
    /// <param name="isLoopback">True for an endpoint on this machine: it is reached without a proxy.</param>
    /// <param name="options">Sizes and clock.</param>
    public HttpTransport(string store, bool isLoopback, HttpTransportOptions options)
    {
        _store = store;
        _options = options;
        _invoker = new HttpMessageInvoker(options.Handler ?? CreateHandler(isLoopback, options.MaxConnections), disposeHandler: true);
        if (options is { Handler: null, ConnectionBuffer: { } buffer })
            _bounded = new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(BoundedConnections.Apply(CreateHandler(isLoopback, options.MaxConnections), buffer), disposeHandler: true));
        _slots = new SemaphoreSlim(options.MaxConnections);
    }

    /// <summary>
    /// Sends one request and returns when the headers of the answer are there. Every status is an answer.
    /// The request and its content may be disposed afterwards; the answer must be.
    /// </summary>
    /// <param name="request">Complete with signature.</param>
    /// <param name="key">The full key, for errors; null for a request on the bucket.</param>
    /// <param name="cancellationToken">Cancels sending and reading of the answer.</param>
    public async Task<HttpAnswer> SendAsync(HttpRequestMessage request, string? key, CancellationToken cancellationToken)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        // Waiting here and not in the connection pool, so that a long queue is not taken for a silent server.
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        IdleWatch watch = new(_options.Time, _options.IdleTimeout, cancellationToken);
        try
        {
            if (request.Content is StreamBody body)
                body.Watch = watch;
            watch.Resume();
            HttpResponseMessage response = await Invoker().SendAsync(request, watch.Token).ConfigureAwait(false);
            watch.Pause();
            return new HttpAnswer(response, new AnswerContext(_store, key, watch, _slots));
        }
        catch (Exception error)
        {
            bool expired = watch.Expired;
            watch.Dispose();
            _slots.Release();
            if (TransportErrors.Translate(error, _store, key, expired, cancellationToken) is { } translated)
                throw translated;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _invoker.Dispose();
        if (_bounded is { IsValueCreated: true })
            _bounded.Value.Dispose();
        _slots.Dispose();
    }

    // A system does not widen again what was bounded once, so each kind of connection has a pool of its own; the idle one drains.
    private HttpMessageInvoker Invoker() => _bounded is not null && _options.ConnectionBuffer!() is not null ? _bounded.Value : _invoker;

    private static SocketsHttpHandler CreateHandler(bool isLoopback, int maxConnections) => new()
    {
        MaxConnectionsPerServer = maxConnections,
        UseProxy = !isLoopback,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = ConnectTimeout,
        // Long enough to be cheap, short enough to follow a change of DNS.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(45),
        // A body that was left early costs a new connection rather than a megabyte of the link.
        MaxResponseDrainSize = 64 * 1024,
        // No traceparent header, and no diagnostics objects on the hot path.
        ActivityHeadersPropagator = null,
    };
}
