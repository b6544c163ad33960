using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>The S3 store over real sockets that fail.</summary>
public sealed class S3StoreFaultsTests(SandboxFixture fixture) : IAsyncLifetime
{
    private readonly string _key = $"key-{Guid.NewGuid():n}";
    private readonly byte[] _content = new byte[300_000];
    private SandboxProcess? _sandbox;
    private IObjectStore? _store;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => _store!;

    private SandboxProcess Sandbox => _sandbox!;

    public async ValueTask InitializeAsync()
    {
        Array.Fill(_content, (byte)'a');
        _sandbox = await fixture.StartedAsync();
        _store = new StoreFactory().OpenDestination(
            await _sandbox.CreateBucketAsync(SandboxSide.S3), new StoreOpenOptions { Credential = _sandbox.Credential(SandboxSide.S3) });
        await PutAsync();
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    [Theory]
    [InlineData("resetBefore", 0)]
    [InlineData("resetInBody", 100_000)]
    [InlineData("truncate", 100_000)]
    public async Task A_read_that_breaks_off_is_a_failure_of_the_network_and_the_next_one_works(string kind, int afterBytes)
    {
        SandboxFault fault = new() { Side = "s3", Operation = "GetObject", Key = _key, Kind = kind, AfterBytes = afterBytes };
        await Sandbox.AddFaultsAsync(fault);

        StoreException error = await Assert.ThrowsAsync<StoreException>(ReadAsync);

        Assert.Equal(StoreErrorKind.Network, error.Kind);
        Assert.Equal(_key, error.Key);
        Assert.Equal(_content, await ReadAsync());
        await Sandbox.VerifyFaultsFiredAsync(fault);
    }

    [Theory]
    [InlineData("resetBefore")]
    [InlineData("resetInBody")]
    [InlineData("resetAfter")]
    public async Task A_write_whose_answer_does_not_come_is_a_failure_of_the_network(string kind)
    {
        SandboxFault fault = new() { Side = "s3", Operation = "PutObject", Key = _key, Kind = kind, AfterBytes = 1000 };
        await Sandbox.AddFaultsAsync(fault);

        StoreException error = await Assert.ThrowsAsync<StoreException>(PutAsync);

        Assert.Equal(StoreErrorKind.Network, error.Kind);
        await Sandbox.VerifyFaultsFiredAsync(fault);
        await PutAsync();
        Assert.Equal(_content, await ReadAsync());
    }

    [Fact]
    public async Task A_throttled_request_says_how_long_to_wait()
    {
        SandboxFault fault = new()
        {
            Side = "s3",
            Operation = "GetObject",
            Key = _key,
            Kind = "status",
            Status = 503,
            Code = "SlowDown",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "2" },
        };
        await Sandbox.AddFaultsAsync(fault);

        StoreException error = await Assert.ThrowsAsync<StoreException>(ReadAsync);

        Assert.Equal(StoreErrorKind.Throttled, error.Kind);
        Assert.Equal(TimeSpan.FromSeconds(2), error.RetryAfter);
        Assert.NotNull(error.RequestId);
        await Sandbox.VerifyFaultsFiredAsync(fault);
    }

    [Fact]
    public async Task Wrong_keys_stop_the_job_with_one_clear_error()
    {
        StoreAddress address = Sandbox.Address(SandboxSide.S3, "any");
        foreach (StoreCredential keys in (StoreCredential[])[Sandbox.S3Keys with { AccessKeySecret = "wrong-secret" }, new("UNKNOWN", "wrong-secret")])
        {
            await using IObjectReader store = new StoreFactory().OpenSource(address, new StoreOpenOptions { Credential = new FixedCredentialProvider(keys) });
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 1), Token));
            Assert.Equal(StoreErrorKind.Credential, error.Kind);
            Assert.True(error.StopsJob);
            Assert.DoesNotContain("wrong-secret", $"{error} {error.Describe()}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_archived_object_is_listed_as_such_and_not_read()
    {
        string bucket = Store.DisplayName["s3://".Length..];
        await Sandbox.SetStorageClassAsync(SandboxSide.S3, bucket, _key, "GLACIER", restored: false);

        ListPage page = await Store.ListPageAsync(new ListPageRequest("", null, null, 10), Token);
        Assert.Equal(ObjectAvailability.NeedsRestore, Assert.Single(page.Entries).Availability);
        Assert.Equal(ObjectAvailability.NeedsRestore, (await Store.HeadAsync(_key, Token))!.Entry.Availability);
        Assert.Equal(StoreErrorKind.NeedsRestore, (await Assert.ThrowsAsync<StoreException>(ReadAsync)).Kind);

        await Sandbox.SetStorageClassAsync(SandboxSide.S3, bucket, _key, "GLACIER", restored: true);
        Assert.Equal(ObjectAvailability.Readable, (await Store.HeadAsync(_key, Token))!.Entry.Availability);
        Assert.Equal(_content, await ReadAsync());
    }

    [Fact]
    public async Task A_wrong_region_is_learnt_or_named()
    {
        StoreAddress address = Sandbox.Address(SandboxSide.S3, Store.DisplayName["s3://".Length..]);
        StoreOpenOptions options = new() { Credential = Sandbox.Credential(SandboxSide.S3) };
        await using IObjectReader wrong = new StoreFactory().OpenSource(address with { Region = "mars-north-1" }, options);
        await using IObjectReader open = new StoreFactory().OpenSource(address with { Region = null }, options);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => wrong.ListPageAsync(new ListPageRequest("", null, null, 1), Token));
        Assert.Equal(StoreErrorKind.WrongRegion, error.Kind);
        Assert.Equal(Sandbox.S3Region, error.Region);
        Assert.Single((await open.ListPageAsync(new ListPageRequest("", null, null, 10), Token)).Entries);
    }

    private async Task PutAsync()
    {
        using MemoryStream body = new(_content);
        await Store.PutAsync(new PutRequest(_key, body, ObjectMetadata.Empty), Token);
    }

    private Task<byte[]> ReadAsync() => Store.ReadAsync(
        new ReadRequest(_key, null, null),
        async (content, token) =>
        {
            byte[] read = new byte[content.Length];
            await content.Body.ReadExactlyAsync(read, token);
            return read;
        },
        Token);
}
