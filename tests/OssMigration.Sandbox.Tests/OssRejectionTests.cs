using System.Net;
using System.Text;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssRejectionTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    [Theory]
    [InlineData("x-oss-meta-under_score", "v", "0011-00000004")]
    [InlineData("x-oss-meta-dot.ted", "v", "0011-00000004")]
    [InlineData("x-oss-meta-", "v", "0011-00000004")]
    public async Task A_metadata_name_holds_letters_digits_and_hyphens_only(string name, string value, string errorCode)
    {
        OssAnswer answer = await sandbox.PutAsync("refused", "x", (name, value));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidArgument", answer.Code);
        Assert.Equal(errorCode, answer.Header("x-oss-ec"));
    }

    [Fact]
    public async Task Metadata_of_eight_kilobytes_is_the_most()
    {
        OssAnswer most = await sandbox.PutAsync("eight", "x", ("x-oss-meta-a", new string('v', 8192 - 12)));
        OssAnswer more = await sandbox.PutAsync("eight", "x", ("x-oss-meta-a", new string('v', 8192 - 11)));

        Assert.Equal(HttpStatusCode.OK, most.Status);
        Assert.Equal("0011-00000002", more.Header("x-oss-ec"));
    }

    [Theory]
    [InlineData("a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11")]
    [InlineData("a=1&a=2")]
    [InlineData("a%40b=1")]
    [InlineData("a=%FF")]
    [InlineData("=1")]
    public async Task Tags_outside_the_rules_are_refused(string tagging)
    {
        OssAnswer answer = await sandbox.PutAsync("tagged", "x", ("x-oss-tagging", tagging));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidTag", answer.Code);
    }

    [Fact]
    public async Task Tags_count_bytes()
    {
        string key = string.Concat(Enumerable.Repeat("数", 42)) + "ab";
        string value = new('v', 256);

        Assert.Equal(HttpStatusCode.OK, (await sandbox.PutAsync("bytes", "x", ("x-oss-tagging", $"{Uri.EscapeDataString(key)}={value}"))).Status);
        Assert.Equal("InvalidTag", (await sandbox.PutAsync("bytes", "x", ("x-oss-tagging", $"{Uri.EscapeDataString(key)}c=v"))).Code);
        Assert.Equal("InvalidTag", (await sandbox.PutAsync("bytes", "x", ("x-oss-tagging", $"k={value}v"))).Code);
    }

    [Theory]
    [InlineData("x-oss-storage-class", "GLACIER", "InvalidArgument")]
    [InlineData("x-oss-object-acl", "everybody", "InvalidArgument")]
    [InlineData("x-oss-server-side-encryption", "aws:kms", "InvalidEncryptionAlgorithmError")]
    [InlineData("x-oss-traffic-limit", "1000", "InvalidArgument")]
    [InlineData("x-oss-forbid-overwrite", "maybe", "InvalidArgument")]
    [InlineData("Content-MD5", "not base64", "InvalidDigest")]
    public async Task A_header_with_an_impossible_value_is_refused(string name, string value, string code)
    {
        OssAnswer answer = await sandbox.PutAsync("refused", "x", (name, value));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(code, answer.Code);
        Assert.Equal(HttpStatusCode.NotFound, (await sandbox.HeadAsync("refused")).Status);
    }

    [Fact]
    public async Task A_put_of_more_than_five_gigabytes_is_refused_before_its_body()
    {
        using HttpRequestMessage request = sandbox.Build(new OssCall("PUT", OssSandbox.Bucket, "huge"));
        request.Headers.ExpectContinue = true;
        request.Content = new Endless((5L << 30) + 1);

        using HttpResponseMessage answer = await sandbox.NewClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("<Code>EntityTooLarge</Code>", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_multi_delete_needs_its_md5_and_at_most_a_thousand_keys()
    {
        OssAnswer without = await sandbox.SubResourceAsync("POST", null, "delete", Body(1));
        OssAnswer wrong = await DeleteAsync(Body(1), Body(2));
        OssAnswer most = await DeleteAsync(Body(1000), Body(1000));
        OssAnswer more = await DeleteAsync(Body(1001), Body(1001));
        OssAnswer none = await DeleteAsync("<Delete></Delete>", "<Delete></Delete>");

        Assert.Equal(HttpStatusCode.BadRequest, without.Status);
        Assert.Equal("InvalidDigest", wrong.Code);
        Assert.Equal(HttpStatusCode.OK, most.Status);
        Assert.Equal("MalformedXML", more.Code);
        Assert.Equal("MalformedXML", none.Code);
    }

    [Theory]
    [InlineData("list-type=2&max-keys=1001")]
    [InlineData("list-type=2&max-keys=-1")]
    [InlineData("list-type=2&max-keys=x")]
    [InlineData("list-type=2&encoding-type=base64")]
    [InlineData("list-type=2&continuation-token=made-up")]
    [InlineData("uploads&max-uploads=1001")]
    public async Task A_listing_with_an_impossible_parameter_is_refused(string query)
    {
        OssAnswer answer = await sandbox.SubResourceAsync("GET", null, query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidArgument", answer.Code);
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("start-after")]
    [InlineData("delimiter")]
    public async Task A_listing_takes_texts_of_fewer_than_1024_bytes(string name)
    {
        OssAnswer most = await sandbox.SubResourceAsync("GET", null, $"list-type=2&{name}={new string('a', 1023)}");
        OssAnswer more = await sandbox.SubResourceAsync("GET", null, $"list-type=2&{name}={new string('a', 1024)}");

        Assert.Equal(HttpStatusCode.OK, most.Status);
        Assert.Equal("InvalidArgument", more.Code);
    }

    [Theory]
    [InlineData("GET", "policy")]
    [InlineData("GET", "x-oss-process=image/info")]
    public async Task A_sub_resource_that_the_sandbox_lacks_is_refused_rather_than_ignored(string method, string query)
    {
        OssAnswer answer = await sandbox.SubResourceAsync(method, null, query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("OperationNotSupported", answer.Code);
    }

    [Fact]
    public async Task A_method_that_means_nothing_is_not_allowed()
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, "k"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal("POST", answer.Element("Method"));
        Assert.Equal("Object", answer.Element("ResourceType"));
    }

    private static string Body(int keys) => $"<Delete>{string.Concat(Enumerable.Range(0, keys).Select(i => $"<Object><Key>k{i}</Key></Object>"))}</Delete>";

    private Task<OssAnswer> DeleteAsync(string body, string signedBody) => sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket)
    {
        Query = [("delete", null)],
        Body = Encoding.UTF8.GetBytes(body),
        Headers = { ["Content-MD5"] = TestDigests.Md5(signedBody) },
    });

    private sealed class Endless(long length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new InvalidOperationException("The body must not be asked for.");

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
