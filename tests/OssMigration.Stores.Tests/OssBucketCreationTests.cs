using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using OssMigration.TestKit;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

/// <summary>Has a sandbox of its own: OSS lets an account make 100 buckets, and the other tests make as many in the one they share.</summary>
public sealed class OssBucketCreationTests(OssBucketCreationTests.OwnSandbox own) : IClassFixture<OssBucketCreationTests.OwnSandbox>
{
    public sealed class OwnSandbox : IAsyncLifetime
    {
        internal SandboxProcess Sandbox { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sandbox = await SandboxProcess.StartAsync();

        public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_bucket_is_asked_for_with_what_it_is_to_be()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200), new OssScriptedAnswer(200), new OssScriptedAnswer(200));
        await using OssStore store = Open(server);

        await store.CreateBucketAsync(new BucketCreation("IA", "ZRS", "public-read"), Cancellation);
        await store.CreateBucketAsync(new BucketCreation(null, "LRS", null), Cancellation);
        await store.CreateBucketAsync(new BucketCreation(null, null, "private"), Cancellation);

        Assert.All(server.Seen, seen => Assert.Equal("PUT /bucket/", $"{seen.Method} {seen.Target}"));
        Assert.Equal(
            [
                "<CreateBucketConfiguration><StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>",
                "<CreateBucketConfiguration><DataRedundancyType>LRS</DataRedundancyType></CreateBucketConfiguration>",
                "",
            ],
            server.Seen.Select(seen => Encoding.UTF8.GetString(seen.Body)));
        Assert.Equal(["public-read", null, null], server.Seen.Select(seen => seen.Header("x-oss-acl")));
        Assert.Equal("0", server.Seen[2].Header("Content-Length"));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told_so_with_the_way_out()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(409, Error("BucketAlreadyExists")), new OssScriptedAnswer(403, Error("AccessDenied")), new OssScriptedAnswer(404, Error("NoSuchBucket")));
        await using OssStore store = Open(server);

        StoreException taken = await ThrowsAsync(StoreErrorKind.AlreadyExists, () => store.CreateBucketAsync(new BucketCreation(null, null, null), Cancellation));
        StoreException foreign = await ThrowsAsync(StoreErrorKind.AlreadyExists, () => store.FindBucketAsync(Cancellation));

        Assert.Contains("Choose another name", taken.Message, StringComparison.Ordinal);
        Assert.Contains("oss:GetBucketInfo", foreign.Message, StringComparison.Ordinal);
        Assert.Equal(("BucketAlreadyExists", 409), (taken.Code, taken.HttpStatus));
        Assert.Null(await store.FindBucketAsync(Cancellation));
    }

    [Theory]
    [InlineData(null, null, "Standard", "LRS", "private")]
    [InlineData("IA", "ZRS", "IA", "ZRS", "public-read")]
    [InlineData("ColdArchive", null, "ColdArchive", "LRS", "public-read-write")]
    public async Task A_bucket_of_the_sandbox_is_found_as_it_was_made(string? storageClass, string? redundancy, string foundClass, string foundRedundancy, string acl)
    {
        SandboxProcess sandbox = own.Sandbox;
        StoreAddress address = sandbox.Address(SandboxSide.Oss, SandboxProcess.NewBucketName());
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) });
        BucketCreation wanted = new(storageClass, redundancy, acl);

        Assert.Null(await store.FindBucketAsync(Cancellation));
        await store.CreateBucketAsync(wanted, Cancellation);
        await store.CreateBucketAsync(wanted, Cancellation);

        Assert.Equal(new BucketCreation(foundClass, foundRedundancy, acl), await store.FindBucketAsync(Cancellation));
        StoreException other = await Assert.ThrowsAsync<StoreException>(
            () => store.CreateBucketAsync(wanted with { Redundancy = foundRedundancy == "LRS" ? "ZRS" : "LRS" }, Cancellation));
        Assert.Equal(StoreErrorKind.AlreadyExists, other.Kind);
    }
}
