using OssMigration.Sandbox.Business;
using OssMigration.Sandbox.Link;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// The running sandbox: two sides and the admin API, each on an endpoint of its own on 127.0.0.1. With a link the sides have
/// further endpoints whose connections go through it: two for everybody, two for the live business.
/// </summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<SandboxEndpoint> _endpoints = [];
    private readonly List<SandboxEndpoint> _linked = [];
    private readonly BusinessApi _business;

    private SandboxHost(SandboxOptions options, TimeProvider realTime)
    {
        S3 = new Side("s3", "us-east-1", options.AccessKeyId, options.AccessKeySecret, realTime);
        Oss = new Side("oss", "cn-hangzhou", options.AccessKeyId, options.AccessKeySecret, realTime);
        Link = options.Link is { } link ? new ShapedLink(link, realTime == TimeProvider.System ? new LinkTime() : realTime) : null;
        _business = new BusinessApi(Connect, Link);
        _services = new ServiceCollection().AddLogging().AddHttpContextAccessor().BuildServiceProvider();
    }

    /// <summary>The S3 side.</summary>
    public Side S3 { get; }

    /// <summary>The OSS side.</summary>
    public Side Oss { get; }

    /// <summary>The line that the linked endpoints share; null for none.</summary>
    public ShapedLink? Link { get; }

    /// <summary>The addresses of both sides through the link; null without one.</summary>
    public LinkedEndpoints? Linked => _linked.Count == 0 ? null : new LinkedEndpoints(_linked[0].Address, _linked[1].Address);

    /// <summary>The address of the S3 side.</summary>
    public string S3Endpoint => _endpoints[0].Address;

    /// <summary>The address of the OSS side.</summary>
    public string OssEndpoint => _endpoints[1].Address;

    /// <summary>The address of the admin API.</summary>
    public string AdminEndpoint => _endpoints[2].Address;

    /// <summary>Creates the declared buckets and starts all endpoints.</summary>
    /// <param name="options">Ports, buckets and keys.</param>
    /// <param name="s3">The protocol of the S3 side.</param>
    /// <param name="oss">The protocol of the OSS side.</param>
    /// <param name="realTime">Real time; the sides' clocks are offsets to it.</param>
    /// <exception cref="ArgumentException">A declared bucket is impossible.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, ISideHandler s3, ISideHandler oss, TimeProvider realTime)
    {
        var host = new SandboxHost(options, realTime);
        try
        {
            foreach (BucketDeclaration bucket in options.S3Buckets)
                Declare(host.S3, bucket);
            foreach (BucketDeclaration bucket in options.OssBuckets)
                Declare(host.Oss, bucket);
            var admin = new AdminApi(host.S3, host.Oss, host.Link, host._business);
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.S3Port, host._services, AnswerS3));
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.OssPort, host._services, AnswerOss));
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.AdminPort, host._services, admin.HandleAsync));
            foreach (LinkClass @class in host.Link is null ? (LinkClass[])[] : [LinkClass.Other, LinkClass.Business])
            {
                host._linked.Add(await SandboxEndpoint.StartAsync(0, host._services, AnswerS3, host.Link, @class));
                host._linked.Add(await SandboxEndpoint.StartAsync(0, host._services, AnswerOss, host.Link, @class));
            }
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        Task AnswerS3(HttpContext context) => s3.HandleAsync(context, host.S3);
        Task AnswerOss(HttpContext context) => oss.HandleAsync(context, host.Oss);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _business.Dispose();
        foreach (SandboxEndpoint endpoint in _linked.Concat(_endpoints))
            await endpoint.DisposeAsync();
        Link?.Dispose();
        await _services.DisposeAsync();
    }

    // The live business has listeners of its own on the link, which are told to nobody else.
    private BusinessClients Connect(BusinessPlan plan)
    {
        (string s3, string oss) = Link is null ? (S3Endpoint, OssEndpoint) : (_linked[2].Address, _linked[3].Address);
        return new BusinessClients(
            new BusinessClient(S3, s3, plan.Source, plan.MostInFlight),
            new BusinessClient(Oss, oss, plan.Destination, plan.MostInFlight),
            new BusinessClient(S3, S3Endpoint, plan.Source, plan.MostInFlight),
            new BusinessClient(Oss, OssEndpoint, plan.Destination, plan.MostInFlight));
    }

    private static void Declare(Side side, BucketDeclaration bucket)
    {
        ObjectStore? store = ObjectStores.Create(bucket.Folder, bucket.Synthetic, ETagStyle.Md5);
        if (side.Buckets.Create(bucket.Name, store) is null)
            throw new ArgumentException($"The bucket {bucket.Name} is declared twice.");
    }
}

/// <summary>The addresses of both sides through the link.</summary>
internal sealed record LinkedEndpoints(string S3, string Oss);
