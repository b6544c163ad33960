using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using OssMigration.TestKit;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class OssDocumentTests(SandboxFixture fixture)
{
    private const string Website = "<WebsiteConfiguration xmlns=\"http://doc.oss.example\"><IndexDocument><Suffix>ä &amp; b.html</Suffix></IndexDocument><Future a=\"1\"><Deep/></Future></WebsiteConfiguration>";
    private const string Lifecycle = "<LifecycleConfiguration><Rule><ID>r</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>";

    [Theory]
    [InlineData(BucketDocumentKind.Website, "website", Website)]
    [InlineData(BucketDocumentKind.Lifecycle, "lifecycle", Lifecycle)]
    public async Task A_document_is_sent_whole_with_its_MD5_and_type(BucketDocumentKind kind, string name, string xml)
    {
        foreach (SignatureVersion signature in Enum.GetValues<SignatureVersion>())
        {
            await using OssLoopbackServer server = new(new OssScriptedAnswer(200, ""));
            await using OssStore store = Open(server, signature: signature);

            await store.WriteDocumentAsync(kind, Document(xml), Cancellation);

            OssSeenRequest seen = Assert.Single(server.Seen);
            Assert.Equal($"PUT /bucket/?{name}", $"{seen.Method} {seen.Target}");
            Assert.Equal("application/xml", seen.Header("Content-Type"));
#pragma warning disable CA5351 // MD5 is what the Content-MD5 header is defined by.
            Assert.Equal(Convert.ToBase64String(MD5.HashData(seen.Body)), seen.Header("Content-MD5"));
#pragma warning restore CA5351
            Assert.True(XNode.DeepEquals(XElement.Parse(xml), XElement.Parse(Encoding.UTF8.GetString(seen.Body))));
        }
    }

    [Theory]
    [InlineData(BucketDocumentKind.Website, Website)]
    [InlineData(BucketDocumentKind.Lifecycle, Lifecycle)]
    public async Task A_document_comes_back_with_what_nobody_knows(BucketDocumentKind kind, string xml)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml));
        await using OssStore store = Open(server);

        BucketDocument? document = await store.ReadDocumentAsync(kind, Cancellation);

        Assert.True(XNode.DeepEquals(XElement.Parse(xml), document!.Root));
        Assert.Empty(document.Headers);
    }

    [Theory]
    [InlineData(BucketDocumentKind.Website, "NoSuchWebsiteConfiguration")]
    [InlineData(BucketDocumentKind.Lifecycle, "NoSuchLifecycle")]
    public async Task No_document_is_null_and_no_bucket_is_an_error(BucketDocumentKind kind, string code)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(404, Error(code)), new OssScriptedAnswer(404, Error("NoSuchBucket")), new OssScriptedAnswer(403, Error("AccessDenied")));
        await using OssStore store = Open(server);

        Assert.Null(await store.ReadDocumentAsync(kind, Cancellation));
        await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => store.ReadDocumentAsync(kind, Cancellation));
        await ThrowsAsync(StoreErrorKind.AccessDenied, () => store.ReadDocumentAsync(kind, Cancellation));
    }

    [Theory]
    [InlineData(BucketDocumentKind.Website, "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument><Future><Deep>x</Deep></Future></WebsiteConfiguration>")]
    [InlineData(BucketDocumentKind.Lifecycle, Lifecycle)]
    public async Task The_sandbox_keeps_a_document_until_it_is_deleted_which_may_be_done_twice(BucketDocumentKind kind, string xml)
    {
        SandboxProcess process = await fixture.StartedAsync();
        StoreAddress address = await process.CreateBucketAsync(SandboxSide.Oss);
        await using OssStore store = OssStore.Open(address, new StoreOpenOptions { Credential = process.Credential(SandboxSide.Oss) });

        Assert.Null(await store.ReadDocumentAsync(kind, Cancellation));
        await store.WriteDocumentAsync(kind, Document(xml), Cancellation);
        BucketDocument? standing = await store.ReadDocumentAsync(kind, Cancellation);
        await store.DeleteDocumentAsync(kind, Cancellation);
        await store.DeleteDocumentAsync(kind, Cancellation);

        Assert.Equal(Leaves(XElement.Parse(xml)), Leaves(standing!.Root));
        Assert.Null(await store.ReadDocumentAsync(kind, Cancellation));
    }

    [Fact]
    public async Task An_origin_is_the_buckets_URL_by_path_or_by_host()
    {
        StoreAddress path = new() { Scheme = "oss", Bucket = "b", Endpoint = new Uri("http://127.0.0.1:9"), Region = "cn-hangzhou" };
        await using OssStore byPath = OssStore.Open(path, new StoreOpenOptions());
        await using OssStore byHost = OssStore.Open(path with { Endpoint = new Uri("https://oss-cn-hangzhou.aliyuncs.com") }, new StoreOpenOptions());
        await using S3.S3Store s3 = S3.S3Store.Open(path with { Scheme = "s3", Endpoint = null, Region = "eu-central-1" }, new StoreOpenOptions());

        Assert.Equal("http://127.0.0.1:9/b/", (await byPath.FindOriginAsync(Cancellation)).BaseUrl.AbsoluteUri);
        Assert.Equal("https://b.oss-cn-hangzhou.aliyuncs.com/", (await byHost.FindOriginAsync(Cancellation)).BaseUrl.AbsoluteUri);
        Assert.Equal(new HttpOrigin(new Uri("https://b.s3.eu-central-1.amazonaws.com/"), "eu-central-1"), await s3.FindOriginAsync(Cancellation));
    }

    private static BucketDocument Document(string xml) => new(XElement.Parse(xml), new Dictionary<string, string>());

    private static IEnumerable<string> Leaves(XElement root) =>
        root.Descendants().Where(element => !element.HasElements).Select(element => $"{element.Name.LocalName}={element.Value}").Order(StringComparer.Ordinal);
}
