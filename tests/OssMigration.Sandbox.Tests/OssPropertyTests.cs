using System.Net;
using OssMigration.Sandbox.Storage;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssPropertyTests : IAsyncLifetime
{
    private readonly OssSandbox _sandbox = new();

    public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Tags_are_put_read_and_deleted_without_touching_the_date()
    {
        await _sandbox.PutAsync("tagged", "x");
        string? modified = (await _sandbox.HeadAsync("tagged")).Header("Last-Modified");
        _sandbox.Side.Clock.Offset = TimeSpan.FromMinutes(5);

        OssAnswer refused = await _sandbox.SubResourceAsync("PUT", "tagged", "tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1 &amp; 2</Value></Tag></TagSet></Tagging>");
        OssAnswer put = await _sandbox.SubResourceAsync("PUT", "tagged", "tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1 + 2</Value></Tag></TagSet></Tagging>");
        OssAnswer get = await _sandbox.SubResourceAsync("GET", "tagged", "tagging");
        OssAnswer delete = await _sandbox.SubResourceAsync("DELETE", "tagged", "tagging");
        OssAnswer empty = await _sandbox.SubResourceAsync("GET", "tagged", "tagging");

        Assert.Equal("InvalidTag", refused.Code);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal("1 + 2", get.Element("Value"));
        Assert.Equal(HttpStatusCode.NoContent, delete.Status);
        Assert.Empty(empty.All("Tag"));
        Assert.Equal(modified, (await _sandbox.HeadAsync("tagged")).Header("Last-Modified"));
    }

    [Fact]
    public async Task An_object_acl_overrides_that_of_the_bucket()
    {
        await _sandbox.PutAsync("shared", "x");
        OssCall anonymous = new("GET", OssSandbox.Bucket, "shared") { Sign = SignAs.Nobody };
        OssAnswer before = await _sandbox.SendAsync(anonymous);
        await _sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, "shared") { Query = [("acl", null)], Headers = { ["x-oss-object-acl"] = "public-read" } });

        Assert.Equal("AccessDenied", before.Code);
        Assert.Equal("public-read", (await _sandbox.SubResourceAsync("GET", "shared", "acl")).Element("Grant"));
        Assert.Equal("x", (await _sandbox.SendAsync(anonymous)).Text);
        Assert.Equal("private", (await _sandbox.SubResourceAsync("GET", null, "acl")).Element("Grant"));
    }

    [Fact]
    public async Task An_archived_object_is_read_only_after_its_restore_and_until_that_runs_out()
    {
        await _sandbox.PutAsync("cold", "frozen", ("x-oss-storage-class", "ColdArchive"));
        const string Request = "<RestoreRequest><Days>2</Days><JobParameters><Tier>Expedited</Tier></JobParameters></RestoreRequest>";

        OssAnswer early = await _sandbox.GetAsync("cold");
        OssAnswer started = await _sandbox.SubResourceAsync("POST", "cold", "restore", Request);
        OssAnswer again = await _sandbox.SubResourceAsync("POST", "cold", "restore", Request);
        OssAnswer ongoing = await _sandbox.HeadAsync("cold");
        _sandbox.Side.Clock.Offset = TimeSpan.FromMinutes(61);
        OssAnswer ready = await _sandbox.GetAsync("cold");
        OssAnswer listed = await _sandbox.SubResourceAsync("GET", null, "list-type=2");
        OssAnswer prolonged = await _sandbox.SubResourceAsync("POST", "cold", "restore", Request);
        _sandbox.Side.Clock.Offset = TimeSpan.FromDays(3);
        OssAnswer late = await _sandbox.GetAsync("cold");

        Assert.Equal(HttpStatusCode.Forbidden, early.Status);
        Assert.Equal("InvalidObjectState", early.Code);
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        Assert.Equal("RestoreAlreadyInProgress", again.Code);
        Assert.Equal("ongoing-request=\"true\"", ongoing.Header("x-oss-restore"));
        Assert.Equal("frozen", ready.Text);
        Assert.StartsWith("ongoing-request=\"false\", expiry-date=\"", ready.Header("x-oss-restore"), StringComparison.Ordinal);
        Assert.StartsWith("ongoing-request=\"false\"", listed.Element("RestoreInfo"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, prolonged.Status);
        Assert.Equal("InvalidObjectState", late.Code);
    }

    [Fact]
    public async Task An_object_that_is_not_archived_cannot_be_restored()
    {
        await _sandbox.PutAsync("warm", "x");

        Assert.Equal("OperationNotSupported", (await _sandbox.SubResourceAsync("POST", "warm", "restore")).Code);
    }

    [Fact]
    public async Task A_bucket_keeps_its_redundancy_and_is_not_made_again_with_another()
    {
        OssCall zones = new("PUT", "zoned-bucket") { Body = "<CreateBucketConfiguration><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>"u8.ToArray() };
        OssAnswer created = await _sandbox.SendAsync(zones);
        OssAnswer again = await _sandbox.SendAsync(zones);
        OssAnswer other = await _sandbox.SendAsync(new OssCall("PUT", "zoned-bucket"));
        OssAnswer info = await _sandbox.SubResourceAsync("GET", null, "bucketInfo", bucket: "zoned-bucket");
        OssAnswer unknown = await _sandbox.SendAsync(new OssCall("PUT", "other-bucket")
        {
            Body = "<CreateBucketConfiguration><DataRedundancyType>XRS</DataRedundancyType></CreateBucketConfiguration>"u8.ToArray(),
        });

        Assert.Equal((200, 200, 409, 400), ((int)created.Status, (int)again.Status, (int)other.Status, (int)unknown.Status));
        Assert.Contains("<DataRedundancyType>ZRS</DataRedundancyType>", info.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_is_created_described_listed_and_deleted()
    {
        OssAnswer created = await _sandbox.SendAsync(new OssCall("PUT", "third-bucket")
        {
            Headers = { ["x-oss-acl"] = "public-read" },
            Body = "<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>"u8.ToArray(),
        });
        OssAnswer differing = await _sandbox.SendAsync(new OssCall("PUT", "third-bucket"));
        await _sandbox.SendAsync(new OssCall("PUT", "third-bucket", "k") { Body = [1, 2, 3] });
        OssAnswer info = await _sandbox.SubResourceAsync("GET", null, "bucketInfo", bucket: "third-bucket");
        OssAnswer location = await _sandbox.SubResourceAsync("GET", null, "location", bucket: "third-bucket");
        OssAnswer stat = await _sandbox.SubResourceAsync("GET", null, "stat", bucket: "third-bucket");
        OssAnswer list = await _sandbox.SendAsync(new OssCall("GET", null));
        OssAnswer full = await _sandbox.SendAsync(new OssCall("DELETE", "third-bucket"));
        OssAnswer inherited = await _sandbox.SendAsync(new OssCall("HEAD", "third-bucket", "k"));
        await _sandbox.SendAsync(new OssCall("DELETE", "third-bucket", "k"));
        OssAnswer deleted = await _sandbox.SendAsync(new OssCall("DELETE", "third-bucket"));

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal("BucketAlreadyExists", differing.Code);
        Assert.Equal("oss-cn-hangzhou", info.Element("Location"));
        Assert.Equal("IA", info.Element("StorageClass"));
        Assert.Equal("public-read", info.Element("Grant"));
        Assert.Empty(info.All("Versioning"));
        Assert.Equal("oss-cn-hangzhou", location.Xml.Value);
        Assert.Equal("3", stat.Element("Storage"));
        Assert.Equal("1", stat.Element("ObjectCount"));
        Assert.Equal([OssSandbox.Bucket, "second-bucket", "third-bucket"], list.All("Name"));
        Assert.Equal("BucketNotEmpty", full.Code);
        Assert.Equal("IA", inherited.Header("x-oss-storage-class"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal("NoSuchBucket", (await _sandbox.SubResourceAsync("GET", null, "location", bucket: "third-bucket")).Code);
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Upper")]
    [InlineData("-dash")]
    [InlineData("dot.ted")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_bucket_name_keeps_to_the_rules(string name)
    {
        OssAnswer answer = await _sandbox.SendAsync(new OssCall("PUT", name));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidBucketName", answer.Code);
    }

    [Fact]
    public async Task A_hundred_buckets_are_the_most()
    {
        for (int i = _sandbox.Side.Buckets.List().Count; i < 100; i++)
            Assert.NotNull(_sandbox.Side.Buckets.Create($"filler-{i}"));

        Assert.Equal("TooManyBuckets", (await _sandbox.SendAsync(new OssCall("PUT", "one-too-many"))).Code);
    }

    [Fact]
    public async Task Kms_like_etags_are_no_md5_while_content_md5_stays_true()
    {
        _sandbox.Side.Buckets.Create("kms-bucket", etagStyle: ETagStyle.Kms);

        OssAnswer put = await _sandbox.SendAsync(new OssCall("PUT", "kms-bucket", "k") { Body = "hello world"u8.ToArray() });

        Assert.Matches("^\"[0-9A-F]{32}\"$", put.Header("ETag"));
        Assert.NotEqual("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", put.Header("ETag"));
        Assert.Equal("XrY7u+Ae7tCTyyK7j1rNww==", put.Header("Content-MD5"));
    }
}
