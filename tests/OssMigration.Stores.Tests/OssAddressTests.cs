using System.Net;
using CsCheck;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.Oss;
using Xunit;

namespace OssMigration.Stores.Tests;

public sealed class OssAddressTests
{
    private static readonly StoreAddress Plain = new() { Scheme = "oss", Bucket = "my-bucket", Region = "cn-hangzhou" };

    [Theory]
    [InlineData("cn-hangzhou", null, AddressingStyle.Auto, "https://my-bucket.oss-cn-hangzhou.aliyuncs.com/a%20b")]
    [InlineData("oss-cn-hangzhou", null, AddressingStyle.Auto, "https://my-bucket.oss-cn-hangzhou.aliyuncs.com/a%20b")]
    [InlineData(null, "https://oss-cn-beijing-internal.aliyuncs.com", AddressingStyle.Auto, "https://my-bucket.oss-cn-beijing-internal.aliyuncs.com/a%20b")]
    [InlineData("cn-hangzhou", "https://files.example.com", AddressingStyle.Cname, "https://files.example.com/a%20b")]
    [InlineData("cn-hangzhou", "https://files.example.com:8443", AddressingStyle.Auto, "https://my-bucket.files.example.com:8443/a%20b")]
    [InlineData("cn-hangzhou", "https://files.example.com/base/", AddressingStyle.Path, "https://files.example.com/base/my-bucket/a%20b")]
    [InlineData("cn-hangzhou", "http://127.0.0.1:9000", AddressingStyle.Auto, "http://127.0.0.1:9000/my-bucket/a%20b")]
    [InlineData("cn-hangzhou", "http://[::1]:9000", AddressingStyle.Auto, "http://[::1]:9000/my-bucket/a%20b")]
    [InlineData("cn-hangzhou", "http://localhost", AddressingStyle.Auto, "http://localhost/my-bucket/a%20b")]
    public async Task Bucket_and_endpoint_make_the_address_of_a_request(string? region, string? endpoint, AddressingStyle style, string expected)
    {
        using Recorder recorder = new();
        StoreAddress address = Plain with { Region = region, Endpoint = endpoint is null ? null : new Uri(endpoint), AddressingStyle = style };
        await using OssStore store = Open(address, recorder);
        await store.DeleteAsync("a b", TestContext.Current.CancellationToken);
        Assert.Equal(expected, Assert.Single(recorder.Seen));
    }

    [Fact]
    public async Task The_signed_path_holds_the_bucket_whatever_the_style()
    {
        List<string> signatures = [];
        foreach (AddressingStyle style in new[] { AddressingStyle.Path, AddressingStyle.VirtualHost, AddressingStyle.Cname })
        {
            using Recorder recorder = new();
            await using OssStore store = Open(Plain with { Endpoint = new Uri("https://files.example.com"), AddressingStyle = style }, recorder);
            await store.DeleteAsync("key", TestContext.Current.CancellationToken);
            signatures.Add(Assert.Single(recorder.Signatures));
        }

        Assert.Single(signatures.Distinct());
    }

    [Fact]
    public async Task A_presigned_address_needs_keys_and_holds_no_secret()
    {
        using Recorder recorder = new();
        await using OssStore store = Open(Plain, recorder);
        Uri address = await store.PresignReadAsync("a b", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.StartsWith("https://my-bucket.oss-cn-hangzhou.aliyuncs.com/a%20b?x-oss-credential=key-id%2F20240101", address.OriginalString, StringComparison.Ordinal);
        Assert.Contains("&x-oss-expires=300&", address.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain(OssTestStore.Secret, address.OriginalString, StringComparison.Ordinal);
        Assert.Empty(recorder.Seen);
    }

    [Theory]
    [InlineData("http://oss-cn-hangzhou.aliyuncs.com", AddressingStyle.Auto, "AllowInsecureEndpoint")]
    [InlineData("https://192.0.2.1", AddressingStyle.VirtualHost, "IP address")]
    [InlineData("ftp://example.com", AddressingStyle.Auto, "http")]
    [InlineData("https://user:word@example.com", AddressingStyle.Auto, "user")]
    public void An_endpoint_that_cannot_be_opened_says_why(string endpoint, AddressingStyle style, string word)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Open(Plain with { Endpoint = new Uri(endpoint), AddressingStyle = style }, new Recorder()));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_is_possible_where_it_is_allowed()
    {
        using Recorder recorder = new();
        await using OssStore store = Open(Plain with { Endpoint = new Uri("http://oss.example.com"), AllowInsecureEndpoint = true }, recorder);
        await store.DeleteAsync("key", TestContext.Current.CancellationToken);
        Assert.Equal("http://my-bucket.oss.example.com/key", Assert.Single(recorder.Seen));
    }

    [Fact]
    public void A_missing_region_or_bucket_is_named()
    {
        Assert.Contains("region", Assert.Throws<ArgumentException>(() => Open(Plain with { Region = null }, new Recorder())).Message, StringComparison.Ordinal);
        Assert.Contains("bucket", Assert.Throws<ArgumentException>(() => Open(Plain with { Bucket = "" }, new Recorder())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Open(Plain with { Region = "cn hangzhou" }, new Recorder()));
    }

    [Fact]
    public async Task The_region_may_come_from_the_environment_and_V1_needs_none()
    {
        using Recorder recorder = new();
        await using OssStore byEnvironment = Open(Plain with { Region = null }, recorder, name => name == "OSS_REGION" ? "oss-eu-central-1" : null);
        await byEnvironment.DeleteAsync("key", TestContext.Current.CancellationToken);
        Assert.Equal("https://my-bucket.oss-eu-central-1.aliyuncs.com/key", Assert.Single(recorder.Seen));
        await using OssStore v1 = Open(
            Plain with { Region = null, Endpoint = new Uri("https://files.example.com"), SignatureVersion = SignatureVersion.V1 }, recorder);
        await v1.DeleteAsync("key", TestContext.Current.CancellationToken);
        Assert.StartsWith("OSS key-id:", recorder.Signatures[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou")]
    [InlineData("bucket.oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou")]
    [InlineData("s3.oss-us-west-1.aliyuncs.com", "us-west-1")]
    [InlineData("cn-hangzhou.oss.aliyuncs.com", "cn-hangzhou")]
    [InlineData("oss-accelerate.aliyuncs.com", null)]
    [InlineData("oss-accelerate-overseas.aliyuncs.com", null)]
    [InlineData("files.example.com", null)]
    public void A_host_of_the_service_names_its_region(string host, string? region) => Assert.Equal(region, OssEndpoint.RegionOf(host));

    [Fact]
    public void Limits_are_those_of_OSS()
    {
        StoreLimits limits = OssStore.OssLimits;
        Assert.Null(limits.WhyUnsupported(new string('k', 1023), 0));
        Assert.NotNull(limits.WhyUnsupported(new string('k', 1024), 0));
        Assert.NotNull(limits.WhyUnsupported("/a", 0));
        Assert.NotNull(limits.WhyUnsupported("\\a", 0));
        Assert.Null(limits.WhyUnsupported("a", 48L << 40));
        Assert.NotNull(limits.WhyUnsupported("a", 49L << 40));
    }

    [Fact]
    public void Every_text_survives_encoding_and_decoding() => Gen.String.Sample(text =>
    {
        // Half pairs have no form in UTF-8.
        string valid = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(valid, PercentEncoding.Decode(PercentEncoding.EncodeKey(valid)));
        Assert.Equal(valid, PercentEncoding.Decode(PercentEncoding.EncodeValue(valid)));
        Assert.Equal(Uri.EscapeDataString(valid), PercentEncoding.EncodeValue(valid));
    });

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("a+b%2Bc%2bd", "a b+c+d")]
    public void What_is_no_escape_stays(string text, string expected) => Assert.Equal(expected, PercentEncoding.Decode(text));

    private static OssStore Open(StoreAddress address, Recorder recorder, Func<string, string?>? environment = null) => OssStore.Open(
        address,
        new StoreOpenOptions { Credential = new FixedCredentialProvider(OssTestStore.Keys), Time = new FixedTime() },
        new OssCredentialSources(environment ?? (_ => null), "/nowhere", TimeProvider.System),
        recorder);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(54);
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public List<string> Seen { get; } = [];

        public List<string> Signatures { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add(request.RequestUri!.OriginalString);
            Signatures.Add(request.Headers.NonValidated["authorization"].ToString());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
