using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Stores.Tests;

public sealed class StoreAddressParserTests
{
    [Theory]
    [InlineData("s3://bucket", "bucket", "")]
    [InlineData("s3://bucket/", "bucket", "")]
    [InlineData("S3://bucket/a/b", "bucket", "a/b")]
    [InlineData("s3://bucket/a/", "bucket", "a/")]
    [InlineData("s3://bucket//a", "bucket", "/a")]
    [InlineData("s3://Bucket_1.old/a", "Bucket_1.old", "a")]
    [InlineData("oss://my-bucket/a//b", "my-bucket", "a//b")]
    [InlineData("oss://my-bucket/../x/./", "my-bucket", "../x/./")]
    [InlineData("oss://my-bucket/%2F+ ?x=1#y", "my-bucket", "%2F+ ?x=1#y")]
    [InlineData("oss://my-bucket/é😀", "my-bucket", "é😀")]
    public void Bucket_and_prefix_are_taken_literally(string text, string bucket, string prefix)
    {
        StoreAddress address = StoreAddressParser.Parse(text);

        Assert.Equal(text[..text.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant(), address.Scheme);
        Assert.Equal(bucket, address.Bucket);
        Assert.Equal(prefix, address.Prefix);
        Assert.Equal(address, StoreAddressParser.Parse(address.Uri));
    }

    [Theory]
    [InlineData("file:///data/photos", "/data/photos")]
    [InlineData("file:///data/photos/", "/data/photos")]
    [InlineData("file://localhost/data", "/data")]
    [InlineData("file:///data/a%20b", "/data/a%20b")]
    [InlineData("file:///data/../data/x", "/data/x")]
    [InlineData("file:///", "/")]
    public void A_folder_is_a_bucket(string text, string folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths have drives there.");

        StoreAddress address = StoreAddressParser.Parse(text);

        Assert.Equal(folder, address.Bucket);
        Assert.Equal("", address.Prefix);
    }

    [Theory]
    [InlineData("", "s3, oss, azblob, https, file")]
    [InlineData("bucket/prefix", "s3, oss, azblob, https, file")]
    [InlineData("/data/photos", "file:///")]
    [InlineData("ftp://host/x", "'ftp' is not known. Known schemes: s3, oss, azblob, https, file")]
    [InlineData("s3://", "no bucket")]
    [InlineData("s3:///prefix", "no bucket")]
    [InlineData("s3://bucket?x", "U+003F")]
    [InlineData("s3://my bucket/x", "U+0020")]
    [InlineData("oss://bucket//a", "cannot")]
    [InlineData("oss://bucket/\\a", "cannot")]
    [InlineData("oss://Bucket/a", "3 to 63")]
    [InlineData("oss://ab/a", "3 to 63")]
    [InlineData("oss://-ab/a", "3 to 63")]
    [InlineData("oss://bucket.oss-cn-hangzhou.aliyuncs.com/a", "dot")]
    [InlineData("file://server/share", "three slashes")]
    [InlineData("file://", "three slashes")]
    public void What_is_no_address_is_refused_with_the_reason(string text, string reason)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => StoreAddressParser.Parse(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_an_address_is_refused_and_not_repeated()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => StoreAddressParser.Parse("s3://AKID:top-secret@bucket/x"));

        Assert.DoesNotContain("top-secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_factory_opens_the_store_of_the_scheme()
    {
        StoreFactory factory = new();
        StoreOpenOptions options = new() { Credential = new FixedCredentialProvider(null) };

        await using IObjectReader s3 = factory.OpenSource(StoreAddressParser.Parse("s3://bucket/x"), options);
        await using IObjectStore oss = factory.OpenDestination(StoreAddressParser.Parse("oss://bucket/x") with { Region = "cn-hangzhou" }, options);
        await using IObjectStore files = factory.OpenDestination(new StoreAddress { Scheme = "file", Bucket = Path.GetTempPath() }, options);

        Assert.Equal("s3://bucket", s3.DisplayName);
        Assert.Equal("oss://bucket", oss.DisplayName);
        Assert.StartsWith("file://", files.DisplayName, StringComparison.Ordinal);
    }

    [Fact]
    public void A_factory_refuses_what_cannot_be_opened()
    {
        StoreFactory factory = new();
        StoreOpenOptions options = new();

        Assert.Contains("'gopher'", Refusal(new StoreAddress { Scheme = "gopher", Bucket = "b" }), StringComparison.Ordinal);
        Assert.Contains("http", Refusal(new StoreAddress { Scheme = "s3", Bucket = "b", Endpoint = new Uri("http://s3.example.com") }), StringComparison.Ordinal);
        Assert.Contains("region", Refusal(new StoreAddress { Scheme = "s3", Bucket = "b", Region = "evil.example.com/" }), StringComparison.Ordinal);
        Assert.Contains("cannot", Refusal(new StoreAddress { Scheme = "oss", Bucket = "bucket", Prefix = "/a", Region = "cn-hangzhou" }), StringComparison.Ordinal);

        string Refusal(StoreAddress address) => Assert.Throws<ArgumentException>(() => factory.OpenDestination(address, options)).Message;
    }
}
