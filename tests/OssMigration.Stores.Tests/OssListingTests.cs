using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class OssListingTests
{
    private const string Entry =
        "<Contents><Key>b%2Fc%20d%2Be%10</Key><LastModified>2020-05-18T05:45:54.000Z</LastModified><ETag>\"35A27C2B9EAEEB6F48FD7FB5861D\"</ETag>"
        + "<Type>Normal</Type><Size>25</Size><StorageClass>STANDARD</StorageClass><Owner><ID>1</ID><DisplayName>x</DisplayName></Owner></Contents>";

    [Fact]
    public async Task A_page_is_read_with_its_declared_count_and_decoded_names()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, Page(
            Entry
            + "<Contents><Key>z</Key><LastModified>2020-05-18T05:45:54.000Z</LastModified><ETag>\"A\"</ETag><Size>0</Size><StorageClass>Archive</StorageClass>"
            + "<RestoreInfo>ongoing-request=\"false\", expiry-date=\"Thu, 24 Sep 2020 12:40:33 GMT\"</RestoreInfo></Contents>"
            + "<Contents><Key>zz</Key><LastModified>2020-05-18T05:45:54.000Z</LastModified><ETag>\"A\"</ETag><Size>0</Size><StorageClass>ColdArchive</StorageClass></Contents>"
            + "<CommonPrefixes><Prefix>a%2F</Prefix></CommonPrefixes><KeyCount>9</KeyCount><IsTruncated>true</IsTruncated>"
            + "<NextContinuationToken>Cg%3D%3D</NextContinuationToken>")));
        await using OssStore store = Open(server);

        ListPage page = await store.ListPageAsync(new ListPageRequest("b/ c", "b/a", null, 1000), Cancellation);

        Assert.Equal(8, page.DeclaredCount);
        Assert.Equal("Cg==", page.ContinuationToken);
        Assert.Equal(
            new ObjectEntry(
                "b/c d+e\u0010", 25, new SourceVersion("35A27C2B9EAEEB6F48FD7FB5861D"), "35A27C2B9EAEEB6F48FD7FB5861D",
                new DateTimeOffset(2020, 5, 18, 5, 45, 54, TimeSpan.Zero), "STANDARD"),
            page.Entries[0]);
        Assert.Equal(
            [ObjectAvailability.Readable, ObjectAvailability.Readable, ObjectAvailability.NeedsRestore],
            page.Entries.Select(entry => entry.Availability));
        Assert.Equal(
            "/bucket/?encoding-type=url&list-type=2&max-keys=1000&prefix=b%2F%20c&start-after=b%2Fa", Assert.Single(server.Seen).Target);
    }

    [Fact]
    public async Task A_following_page_is_asked_for_by_its_token_alone()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, Page("<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>")));
        await using OssStore store = Open(server);
        ListPage page = await store.ListPageAsync(new ListPageRequest("", "a", "Cg==", 5), Cancellation);
        Assert.Empty(page.Entries);
        Assert.Null(page.ContinuationToken);
        Assert.Equal("/bucket/?continuation-token=Cg%3D%3D&encoding-type=url&list-type=2&max-keys=5", Assert.Single(server.Seen).Target);
    }

    [Fact]
    public async Task Names_are_left_alone_where_the_answer_does_not_say_that_it_encodes_them()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(
            200, $"<ListBucketResult>{Entry}<IsTruncated>false</IsTruncated></ListBucketResult>"));
        await using OssStore store = Open(server);
        ListPage page = await store.ListPageAsync(new ListPageRequest("", null, null, 5), Cancellation);
        Assert.Equal("b%2Fc%20d%2Be%10", Assert.Single(page.Entries).Key);
        Assert.Equal(1, page.DeclaredCount);
    }

    [Theory]
    [InlineData("<IsTruncated>true</IsTruncated>")]
    [InlineData("<IsTruncated>true</IsTruncated><NextContinuationToken></NextContinuationToken>")]
    [InlineData("")]
    [InlineData("<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>")]
    [InlineData("<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>many</Size></Contents>")]
    public async Task A_page_that_does_not_say_how_it_goes_on_is_no_last_page(string content)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, Page(content)));
        await using OssStore store = Open(server);
        await ThrowsAsync(StoreErrorKind.ServerError, () => store.ListPageAsync(new ListPageRequest("", null, null, 5), Cancellation));
    }

    [Theory]
    [InlineData("<ListBucketResult><IsTruncated>false</IsTruncated>")]
    [InlineData("<html><body>Welcome to the hotel</body></html>")]
    [InlineData("not even markup")]
    [InlineData("")]
    public async Task An_answer_that_is_no_listing_is_no_empty_listing(string body)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, body));
        await using OssStore store = Open(server);
        await ThrowsAsync(StoreErrorKind.ServerError, () => store.ListPageAsync(new ListPageRequest("", null, null, 5), Cancellation));
    }

    [Theory]
    [InlineData("", BucketVersioning.Off)]
    [InlineData("<Versioning>Enabled</Versioning>", BucketVersioning.Enabled)]
    [InlineData("<Versioning>Suspended</Versioning>", BucketVersioning.Suspended)]
    public async Task A_bucket_tells_region_class_and_versioning(string element, BucketVersioning expected)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(
            200, $"<BucketInfo><Bucket><Location>oss-cn-beijing</Location><StorageClass>IA</StorageClass>{element}</Bucket></BucketInfo>"));
        await using OssStore store = Open(server);
        Assert.Equal(new BucketFacts("cn-beijing", expected, "IA"), await store.InspectBucketAsync(Cancellation));
        Assert.Equal("/bucket/?bucketInfo", Assert.Single(server.Seen).Target);
    }

    [Fact]
    public async Task Facts_that_may_not_be_read_are_unknown_each_for_itself()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(403, Error("AccessDenied")),
            new OssScriptedAnswer(403, Error("AccessDenied")),
            new OssScriptedAnswer(200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
            new OssScriptedAnswer(403, Error("AccessDenied")),
            new OssScriptedAnswer(200, "<LocationConstraint>oss-cn-hangzhou</LocationConstraint>"),
            new OssScriptedAnswer(403, Error("AccessDenied")));
        await using OssStore store = Open(server);
        Assert.Equal(new BucketFacts(null, BucketVersioning.Enabled, null), await store.InspectBucketAsync(Cancellation));
        Assert.Equal(new BucketFacts("cn-hangzhou", BucketVersioning.Unknown, null), await store.InspectBucketAsync(Cancellation));
    }

    [Fact]
    public async Task A_missing_bucket_has_no_facts()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(404, Error("NoSuchBucket")));
        await using OssStore store = Open(server);
        await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => store.InspectBucketAsync(Cancellation));
    }

    private static string Page(string content) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\">\n  <Name>bucket</Name>{content}\n  <EncodingType>url</EncodingType></ListBucketResult>";
}
