using System.Net;
using System.Net.Sockets;
using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

/// <summary>A bucket of the sandbox in the ways of a provider, reached through the provider's own host.</summary>
internal sealed class S3ProviderBucket(SandboxProcess sandbox, string? endpoint, string? provider)
{
    /// <summary>The address as a user writes it; null for the endpoint is the sandbox's own.</summary>
    public StoreAddress Address(string bucket) => new()
    {
        Scheme = "s3",
        Bucket = bucket,
        Endpoint = endpoint is null ? sandbox.S3Endpoint : new Uri(endpoint),
        Provider = provider,
        AllowInsecureEndpoint = true,
    };

    /// <summary>Opens a bucket.</summary>
    public S3Store Open(StoreAddress address) => S3Store.Open(
        address, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) }, new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync });

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, sandbox.S3Endpoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

/// <summary>The one contract for each preset, against the sandbox in that provider's ways.</summary>
public abstract class S3ProviderContract(SandboxFixture fixture, SandboxBucket bucket, string? endpoint, string? provider) : StoreContract
{
    private SandboxProcess? _sandbox;

    protected override StoreTraits Traits => new() { Secrets = _sandbox is null ? [] : [_sandbox.S3Keys.AccessKeySecret] };

    private S3ProviderBucket Provider => new(_sandbox!, endpoint, provider);

    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        _sandbox = await fixture.StartedAsync();
        StoreAddress made = await _sandbox.CreateBucketAsync(SandboxSide.S3, bucket with { Name = SandboxProcess.NewBucketName() });
        return Provider.Open(Provider.Address(made.Bucket));
    }

    // The sandbox takes any region only for a bucket that it has.
    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync()
        => new(Provider.Open(Provider.Address(SandboxProcess.NewBucketName()) with { Region = _sandbox!.S3Region }));
}

public sealed class AmazonS3ContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, SandboxBucket.AsAmazonS3, "http://s3.us-east-1.amazonaws.com", provider: null);

public sealed class CephContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, SandboxBucket.AsCeph, "http://gateway.example.com", "Ceph");

public sealed class GoogleStorageContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, SandboxBucket.AsGoogleStorage, "http://storage.googleapis.com", provider: null);

public sealed class TencentCosContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, SandboxBucket.AsTencentCos with { Habits = [.. SandboxBucket.AsTencentCos.Habits!, "virtualHostOnly"] }, "http://cos.ap-guangzhou.myqcloud.com", provider: null)
{
    // It is a source: nobody asks for the checksum of what is written there.
    protected override StoreTraits Traits => base.Traits with { TellsCrc64WhenWritten = false };
}

public sealed class OldServerContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, SandboxBucket.AsOldServer, endpoint: null, provider: null);

public sealed class ServerWithoutListV2ContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, new SandboxBucket { Habits = ["refusesListV2", "refusesEncoding"] }, endpoint: null, provider: null);

public sealed class ServerWithoutStartAfterContractTests(SandboxFixture fixture)
    : S3ProviderContract(fixture, new SandboxBucket { Habits = ["ignoresStartAfter"] }, endpoint: null, provider: null);

public sealed class OddServerContractTests(SandboxFixture fixture) : S3ProviderContract(fixture, SandboxBucket.AsOddServer, endpoint: null, provider: null)
{
    protected override StoreTraits Traits => base.Traits with { StartsInTheMiddle = false };
}
