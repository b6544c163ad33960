using System.Net;
using System.Net.Sockets;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>The contract by the older signature; by V4 it is among the tests of the sandbox.</summary>
public sealed class OssStoreContractByV1Tests(SandboxFixture fixture) : StoreContract
{
    private SandboxProcess? _sandbox;

    protected override StoreTraits Traits => new() { Secrets = _sandbox is null ? [] : [_sandbox.OssKeys.AccessKeySecret] };

    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        _sandbox = await fixture.StartedAsync();
        return Open(await _sandbox.CreateBucketAsync(SandboxSide.Oss));
    }

    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync() =>
        new(Open(_sandbox!.Address(SandboxSide.Oss, SandboxProcess.NewBucketName())));

    private OssStore Open(StoreAddress address) => OssStore.Open(
        address with { SignatureVersion = SignatureVersion.V1 },
        new StoreOpenOptions { Credential = _sandbox!.Credential(SandboxSide.Oss) });
}

/// <summary>What only OSS has, against a server side that was written separately.</summary>
public sealed class OssStoreOnlyTests(SandboxFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SignatureVersion.V4)]
    [InlineData(SignatureVersion.V1)]
    public async Task A_presigned_address_reads_the_object_without_keys(SignatureVersion signature)
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(SandboxSide.Oss) with { SignatureVersion = signature };
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) });
        using MemoryStream body = new([1, 2, 3]);
        await store.PutAsync(new PutRequest("a b+c/\U0001F600", body, ObjectMetadata.Empty), Token);

        Uri url = await store.PresignReadAsync("a b+c/\U0001F600", TimeSpan.FromMinutes(5), Token);

        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal([1, 2, 3], await client.GetByteArrayAsync(url, Token));
        using HttpResponseMessage changed = await client.GetAsync(new Uri(url.OriginalString.Replace("%20", "%21", StringComparison.Ordinal)), Token);
        Assert.Equal(HttpStatusCode.Forbidden, changed.StatusCode);
    }

    [Fact]
    public async Task An_archived_object_needs_a_restore_and_says_so_in_head_listing_and_read()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(SandboxSide.Oss);
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) });
        using MemoryStream body = new([1, 2, 3]);
        await store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token);
        foreach (bool restored in new[] { false, true })
        {
            await sandbox.SetStorageClassAsync(SandboxSide.Oss, address.Bucket, "key", "ColdArchive", restored);
            ObjectAvailability expected = restored ? ObjectAvailability.Readable : ObjectAvailability.NeedsRestore;
            Assert.Equal(expected, (await store.HeadAsync("key", Token))!.Entry.Availability);
            ListPage page = await store.ListPageAsync(new ListPageRequest("", null, null, 10), Token);
            Assert.Equal(expected, Assert.Single(page.Entries).Availability);
            Task<long> read = store.ReadAsync(new ReadRequest("key", null, null), static (content, _) => new ValueTask<long>(content.Length), Token);
            if (restored)
                Assert.Equal(3, await read);
            else
                Assert.Equal(StoreErrorKind.NeedsRestore, (await Assert.ThrowsAsync<StoreException>(() => read)).Kind);
        }
    }

    [Theory]
    [InlineData(null, BucketVersioning.Off)]
    [InlineData("Enabled", BucketVersioning.Enabled)]
    [InlineData("Suspended", BucketVersioning.Suspended)]
    public async Task A_bucket_tells_whether_it_keeps_versions(string? versioning, BucketVersioning expected)
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(SandboxSide.Oss, new SandboxBucket { Versioning = versioning });
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) });
        BucketFacts facts = await store.InspectBucketAsync(Token);
        Assert.Equal((sandbox.OssRegion, expected), (facts.Region, facts.Versioning));
    }

    [Fact]
    public async Task Wrong_keys_and_a_wrong_region_stop_the_job()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(SandboxSide.Oss);
        StoreCredential keys = sandbox.OssKeys;
        Assert.Equal(StoreErrorKind.Credential, await KindAsync(address, keys with { AccessKeySecret = "wrong" }));
        Assert.Equal(StoreErrorKind.Credential, await KindAsync(address, keys with { AccessKeyId = "nobody" }));
        Assert.Equal(StoreErrorKind.WrongRegion, await KindAsync(address with { Region = "cn-beijing" }, keys));
    }

    [Fact]
    public async Task A_bucket_is_addressed_by_virtual_host_at_the_vendors_own_endpoint()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(SandboxSide.Oss);
        using SocketsHttpHandler toSandbox = new() { UseProxy = false, ConnectCallback = ConnectAsync };
        await using OssStore store = OssStore.Open(
            address with { AddressingStyle = AddressingStyle.Auto, Endpoint = new Uri("http://oss-cn-hangzhou.aliyuncs.com"), AllowInsecureEndpoint = true },
            new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) },
            OssCredentialSources.ForThisProcess(TimeProvider.System),
            toSandbox);
        using MemoryStream body = new([1, 2, 3]);
        await store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token);
        Assert.Equal(3, (await store.HeadAsync("key", Token))!.Entry.Size);

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            Assert.Equal($"{address.Bucket}.oss-cn-hangzhou.aliyuncs.com", context.DnsEndPoint.Host);
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, sandbox.OssEndpoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private static async Task<StoreErrorKind> KindAsync(StoreAddress address, StoreCredential keys)
    {
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = new FixedCredentialProvider(keys) });
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 1), Token));
        Assert.True(error.StopsJob);
        Assert.DoesNotContain(keys.AccessKeySecret, $"{error} {error.Describe()}", StringComparison.Ordinal);
        return error.Kind;
    }
}
