using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Hosting;

/// <summary>The running sandbox: two sides and the admin API, each on an endpoint of its own on 127.0.0.1.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<SandboxEndpoint> _endpoints = [];

    private SandboxHost(SandboxOptions options, TimeProvider realTime)
    {
        S3 = new Side("s3", "us-east-1", options.AccessKeyId, options.AccessKeySecret, realTime);
        Oss = new Side("oss", "cn-hangzhou", options.AccessKeyId, options.AccessKeySecret, realTime);
        _services = new ServiceCollection().AddLogging().AddHttpContextAccessor().BuildServiceProvider();
    }

    /// <summary>The S3 side.</summary>
    public Side S3 { get; }

    /// <summary>The OSS side.</summary>
    public Side Oss { get; }

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
            var admin = new AdminApi(host.S3, host.Oss);
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.S3Port, host._services, context => s3.HandleAsync(context, host.S3)));
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.OssPort, host._services, context => oss.HandleAsync(context, host.Oss)));
            host._endpoints.Add(await SandboxEndpoint.StartAsync(options.AdminPort, host._services, admin.HandleAsync));
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (SandboxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static void Declare(Side side, BucketDeclaration bucket)
    {
        ObjectStore? store = ObjectStores.Create(bucket.Folder, bucket.Synthetic, ETagStyle.Md5);
        if (side.Buckets.Create(bucket.Name, store) is null)
            throw new ArgumentException($"The bucket {bucket.Name} is declared twice.");
    }
}
