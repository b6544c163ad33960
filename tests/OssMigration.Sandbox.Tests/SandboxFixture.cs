using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.S3;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>A sandbox in this process, on real sockets, with a client of each endpoint. Every test makes buckets of its own.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    internal const string AccessKeyId = "AKIAIOSFODNN7EXAMPLE";
    internal const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private SandboxHost? _host;
    private int _buckets;

    internal SandboxHost Host => _host!;

    internal Side Side => Host.S3;

    internal S3Client S3 { get; private set; } = null!;

    internal HttpClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new SandboxOptions { AccessKeyId = AccessKeyId, AccessKeySecret = Secret };
        _host = await SandboxHost.StartAsync(options, new S3Handler(), new Oss.OssSide(), TimeProvider.System);
        S3 = new S3Client(new Uri(_host.S3Endpoint), AccessKeyId, Secret, () => _host.S3.Clock.GetUtcNow());
        Admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_host.AdminEndpoint) };
    }

    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        Admin.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>A new empty bucket of the S3 side.</summary>
    internal Bucket NewBucket(ObjectStore? store = null, string? region = null, ETagStyle etags = ETagStyle.Md5) =>
        Side.Buckets.Create($"bucket-{Interlocked.Increment(ref _buckets)}", store, region, etags)!;

    /// <summary>POST of JSON to the admin API.</summary>
    internal async Task<HttpResponseMessage> AdminAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Admin.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
    }
}
