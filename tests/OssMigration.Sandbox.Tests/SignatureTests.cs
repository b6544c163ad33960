using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.S3;

namespace OssMigration.Sandbox.Tests;

/// <summary>Signatures: the examples that AWS publishes, over a real socket, and every way in which one is refused.</summary>
public sealed class SignatureTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private const string Credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly DateTimeOffset Then = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string, string> Published => new()
    {
        {
            "GET /test.txt HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\nRange: bytes=0-9\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n" +
            $"x-amz-content-sha256: {Empty}\r\nx-amz-date: 20130524T000000Z\r\n\r\n",
            "HTTP/1.1 206", "Welcome to"
        },
        {
            "PUT /test%24file.text HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\nContent-Length: 21\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd\r\n" +
            "x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\r\nx-amz-date: 20130524T000000Z\r\nx-amz-storage-class: REDUCED_REDUNDANCY\r\n\r\nWelcome to Amazon S3.",
            "HTTP/1.1 200", "ETag: \""
        },
        {
            "GET /?max-keys=2&prefix=J HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7\r\n" +
            $"x-amz-content-sha256: {Empty}\r\nx-amz-date: 20130524T000000Z\r\n\r\n",
            "HTTP/1.1 200", "<MaxKeys>2</MaxKeys>"
        },
        {
            "GET /?lifecycle HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\r\n" +
            $"x-amz-content-sha256: {Empty}\r\nx-amz-date: 20130524T000000Z\r\n\r\n",
            "HTTP/1.1 404", "NoSuchLifecycleConfiguration"
        },
        {
            "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n\r\n",
            "HTTP/1.1 200", "Welcome to Amazon S3."
        },
    };

    [Theory]
    [MemberData(nameof(Published), DisableDiscoveryEnumeration = true)]
    public async Task The_examples_of_the_AWS_documentation_are_accepted(string request, string status, string part)
    {
        await using SandboxHost host = await ExampleHostAsync();

        string answer = await ExchangeAsync(host, Encoding.UTF8.GetBytes(request));

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains(part, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chunked_upload_of_the_AWS_documentation_is_accepted_and_a_changed_byte_of_it_is_not()
    {
        await using SandboxHost host = await ExampleHostAsync();

        string good = await ExchangeAsync(host, Chunked('a'));
        string bad = await ExchangeAsync(host, Chunked('b'));

        Assert.StartsWith("HTTP/1.1 200", good, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", bad, StringComparison.Ordinal);
        Assert.Contains("SignatureDoesNotMatch", bad, StringComparison.Ordinal);
        Assert.True(host.S3.Buckets.TryGet("examplebucket", out var bucket));
        Assert.Equal(66560, bucket.Find("chunkObject.txt")!.Size);
        Assert.Null(bucket.Find("chunkObject.txt")!.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("sOO8/Q==", "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435", "200")]
    [InlineData("sOO8/Q==", "081f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435", "403")]
    [InlineData("AAAAAA==", "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435", "403")]
    public async Task The_signed_trailer_of_the_AWS_documentation_is_accepted_only_as_it_stands(string crc32c, string signature, string status)
    {
        await using SandboxHost host = await ExampleHostAsync();
        string body =
            "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" + new string('a', 65536) + "\r\n" +
            "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" + new string('a', 1024) + "\r\n" +
            "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n" +
            $"x-amz-checksum-crc32c:{crc32c}\r\nx-amz-trailer-signature:{signature}\r\n\r\n";
        string head =
            "PUT /examplebucket/chunkObject.txt HTTP/1.1\r\nHost: s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\nx-amz-storage-class: REDUCED_REDUNDANCY\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e\r\n" +
            "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\r\nContent-Encoding: aws-chunked\r\nx-amz-decoded-content-length: 66560\r\n" +
            $"x-amz-trailer: x-amz-checksum-crc32c\r\nContent-Length: {body.Length}\r\n\r\n";

        string answer = await ExchangeAsync(host, Encoding.ASCII.GetBytes(head + body));

        Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
        Assert.True(host.S3.Buckets.TryGet("examplebucket", out var bucket));
        Assert.Equal(status == "200" ? "sOO8/Q==" : null, bucket.Find("chunkObject.txt")?.Checksum?.Value);
    }

    [Fact]
    public async Task A_wrong_secret_is_answered_with_what_the_server_signed()
    {
        using var client = new S3Client(sandbox.S3.Endpoint, SandboxFixture.AccessKeyId, "wrong", () => sandbox.Side.Clock.GetUtcNow());

        Answer answer = await client.GetAsync(sandbox.NewBucket().Name);

        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), (answer.Status, answer.Code));
        Assert.StartsWith("AWS4-HMAC-SHA256\n", answer.Value("StringToSign"), StringComparison.Ordinal);
        Assert.StartsWith("GET\n/bucket-", answer.Value("CanonicalRequest"), StringComparison.Ordinal);
        Assert.DoesNotContain(SandboxFixture.Secret, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_access_key_id_is_named()
    {
        using var client = new S3Client(sandbox.S3.Endpoint, "AKUNKNOWN", SandboxFixture.Secret, () => sandbox.Side.Clock.GetUtcNow());

        Answer answer = await client.GetAsync(sandbox.NewBucket().Name);

        Assert.Equal((HttpStatusCode.Forbidden, "InvalidAccessKeyId"), (answer.Status, answer.Code));
        Assert.Equal("AKUNKNOWN", answer.Value("AWSAccessKeyId"));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(-16)]
    public async Task A_clock_more_than_15_minutes_off_is_refused_with_the_servers_time(int minutes)
    {
        using var client = new S3Client(
            sandbox.S3.Endpoint, SandboxFixture.AccessKeyId, SandboxFixture.Secret, () => sandbox.Side.Clock.GetUtcNow().AddMinutes(minutes));

        Answer answer = await client.GetAsync(sandbox.NewBucket().Name);

        Assert.Equal((HttpStatusCode.Forbidden, "RequestTimeTooSkewed"), (answer.Status, answer.Code));
        Assert.Equal("900000", answer.Value("MaxAllowedSkewMilliseconds"));
        Assert.True(DateTimeOffset.TryParse(answer.Value("ServerTime"), CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public async Task A_wrong_region_is_answered_with_the_right_one()
    {
        using S3Client client = InRegion("eu-west-1");

        Answer answer = await client.GetAsync(sandbox.NewBucket().Name);

        Assert.Equal((HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed"), (answer.Status, answer.Code));
        Assert.Equal("us-east-1", answer.Value("Region"));
    }

    [Fact]
    public async Task A_bucket_of_another_region_is_redirected_until_the_request_is_signed_for_it()
    {
        string bucket = sandbox.NewBucket(region: "eu-west-1").Name;
        using S3Client there = InRegion("eu-west-1");

        Answer redirected = await sandbox.S3.GetAsync(bucket);
        Answer head = await sandbox.S3.SendAsync("HEAD", bucket);
        Answer right = await there.GetAsync(bucket);

        Assert.Equal((HttpStatusCode.MovedPermanently, "PermanentRedirect"), (redirected.Status, redirected.Code));
        Assert.Equal("eu-west-1", redirected.Header("x-amz-bucket-region"));
        Assert.Equal((HttpStatusCode.MovedPermanently, "eu-west-1"), (head.Status, head.Header("x-amz-bucket-region")));
        Assert.Equal(HttpStatusCode.OK, right.Status);
    }

    [Fact]
    public async Task A_header_of_amazon_that_is_not_signed_is_refused()
    {
        HttpRequestMessage request = sandbox.S3.Sign("GET", sandbox.NewBucket().Name, [], null);
        request.Headers.Add("x-amz-request-payer", "requester");

        Answer answer = await sandbox.S3.SendRawAsync(request);

        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), (answer.Status, answer.Code));
        Assert.Equal("x-amz-request-payer", answer.Value("HeadersNotSigned"));
    }

    [Fact]
    public async Task A_body_other_than_the_signed_one_is_refused_and_not_stored()
    {
        var bucket = sandbox.NewBucket();
        HttpRequestMessage request = sandbox.S3.Sign("PUT", bucket.Name + "/k", [], "signed"u8.ToArray());
        request.Content = new ByteArrayContent("forged"u8.ToArray());

        Answer answer = await sandbox.S3.SendRawAsync(request);

        Assert.Equal((HttpStatusCode.BadRequest, "XAmzContentSHA256Mismatch"), (answer.Status, answer.Code));
        Assert.Null(bucket.Find("k"));
    }

    [Fact]
    public async Task A_presigned_url_works_until_it_expires_and_for_its_verb_only()
    {
        string path = sandbox.NewBucket().Name + "/a//b c+d";
        await sandbox.S3.PutAsync(path, "hello");
        Uri url = sandbox.S3.Presign("GET", path, TimeSpan.FromMinutes(5));
        Uri expired = sandbox.S3.Presign("GET", path, TimeSpan.FromMinutes(5), sandbox.Side.Clock.GetUtcNow().AddMinutes(-6));

        Answer good = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, url));
        Answer late = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, expired));
        Answer otherVerb = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Delete, url));

        Assert.Equal((HttpStatusCode.OK, "hello"), (good.Status, good.Text));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), (late.Status, late.Code));
        Assert.Equal("Request has expired", late.Value("Message"));
        Assert.Equal("SignatureDoesNotMatch", otherVerb.Code);
    }

    [Fact]
    public async Task An_anonymous_request_reads_public_objects_only()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync(bucket + "/public", "p", ("x-amz-acl", "public-read"));
        await sandbox.S3.PutAsync(bucket + "/private", "p");

        Answer open = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.S3.Endpoint, bucket + "/public")));
        Answer closed = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.S3.Endpoint, bucket + "/private")));

        Assert.Equal((HttpStatusCode.OK, "p"), (open.Status, open.Text));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), (closed.Status, closed.Code));
    }

    private S3Client InRegion(string region) =>
        new(sandbox.S3.Endpoint, SandboxFixture.AccessKeyId, SandboxFixture.Secret, () => sandbox.Side.Clock.GetUtcNow()) { Region = region };

    private static byte[] Chunked(char filler)
    {
        string head =
            "PUT /examplebucket/chunkObject.txt HTTP/1.1\r\nHost: s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\nx-amz-storage-class: REDUCED_REDUNDANCY\r\n" +
            $"Authorization: AWS4-HMAC-SHA256 Credential={Credential},SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\r\n" +
            "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\nContent-Encoding: aws-chunked\r\nx-amz-decoded-content-length: 66560\r\nContent-Length: 66824\r\n\r\n";
        string body =
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + new string(filler, 65536) + "\r\n" +
            "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + new string('a', 1024) + "\r\n" +
            "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
        return Encoding.ASCII.GetBytes(head + body);
    }

    private static async Task<SandboxHost> ExampleHostAsync()
    {
        var options = new SandboxOptions
        {
            AccessKeyId = SandboxFixture.AccessKeyId,
            AccessKeySecret = SandboxFixture.Secret,
            S3Buckets = [new BucketDeclaration("examplebucket", null, null)],
        };
        SandboxHost host = await SandboxHost.StartAsync(options, new S3Handler(), new Oss.OssSide(), TimeProvider.System);
        host.S3.Clock.Set(Then);
        using var client = new S3Client(new Uri(host.S3Endpoint), SandboxFixture.AccessKeyId, SandboxFixture.Secret, () => host.S3.Clock.GetUtcNow());
        await client.PutAsync("examplebucket/test.txt", "Welcome to Amazon S3.");
        return host;
    }

    private static async Task<string> ExchangeAsync(SandboxHost host, byte[] request)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(host.S3Endpoint).Port, cancellation);
        NetworkStream stream = client.GetStream();
        int lineEnd = request.AsSpan().IndexOf("\r\n"u8) + 2;
        await stream.WriteAsync((byte[])[.. request[..lineEnd], .. "Connection: close\r\n"u8, .. request[lineEnd..]], cancellation);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellation);
    }
}
