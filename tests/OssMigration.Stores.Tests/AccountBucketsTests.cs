using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class AccountBucketsTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData(SandboxSide.S3)]
    [InlineData(SandboxSide.Oss)]
    public async Task The_buckets_of_an_account_are_named_whatever_bucket_the_address_has(SandboxSide side)
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress made = await sandbox.CreateBucketAsync(side);

        IReadOnlyList<string> names = await AccountBuckets.ListAsync(made with { Bucket = "any", Prefix = "p/" }, new StoreOpenOptions { Credential = sandbox.Credential(side) }, Cancellation);

        Assert.Contains(made.Bucket, names);
        Assert.DoesNotContain("any", names);
    }

    [Theory]
    [InlineData(SandboxSide.S3)]
    [InlineData(SandboxSide.Oss)]
    public async Task Keys_that_are_not_known_are_refused(SandboxSide side)
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreOpenOptions options = new() { Credential = new FixedCredentialProvider(Keys) };

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => AccountBuckets.ListAsync(sandbox.Address(side, "any"), options, Cancellation));

        Assert.Equal(StoreErrorKind.Credential, error.Kind);
    }

    [Fact]
    public async Task OSS_names_a_page_at_a_time()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(200, Page("<IsTruncated>true</IsTruncated><NextMarker>b</NextMarker>", "a", "b")), new OssScriptedAnswer(200, Page("<IsTruncated>false</IsTruncated>", "c")));
        StoreAddress service = new() { Scheme = "oss", Bucket = "", Endpoint = server.Endpoint };

        IReadOnlyList<string> names = await AccountBuckets.ListAsync(service, new StoreOpenOptions { Credential = new FixedCredentialProvider(Keys) }, Cancellation);

        Assert.Equal(["a", "b", "c"], names);
        Assert.Equal(["/?max-keys=1000", "/?marker=b&max-keys=1000"], server.Seen.Select(request => request.Target));
    }

    [Fact]
    public async Task A_folder_has_no_buckets()
        => await Assert.ThrowsAsync<ArgumentException>(() => AccountBuckets.ListAsync(new StoreAddress { Scheme = "file", Bucket = "/" }, new StoreOpenOptions(), Cancellation));

    private static string Page(string end, params string[] names)
        => $"<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets>{string.Concat(names.Select(name => $"<Bucket><Name>{name}</Name></Bucket>"))}</Buckets>{end}</ListAllMyBucketsResult>";
}
