using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using OssMigration.Core.Stores;
using OssMigration.Stores.Azure;
using OssMigration.Stores.Http;
using OssMigration.Stores.HttpList;
using OssMigration.Stores.Oss;
using OssMigration.Stores.S3;
using OssMigration.Stores.S3.Providers;
using OssMigration.TestKit.Fuzzing;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>What servers and users write, nearly right: only errors that callers know come out of the readers.</summary>
public sealed class FuzzTests
{
    private const int Cases = 12_000;

    private static readonly string[] Documents =
    [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><EncodingType>url</EncodingType><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>a%20b</Key><LastModified>2026-11-26T21:30:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass></Contents><CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><LastModified>2026-11-26T21:30:00Z</LastModified><Size>0</Size><ETag>\"e\"</ETag><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus></Contents><IsTruncated>false</IsTruncated></ListBucketResult>",
        "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>No such key.</Message><Key>k</Key><RequestId>5C3D</RequestId><EC>0026-00000001</EC></Error>",
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>a/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://o.example/</MirrorURL></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>",
        "<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>a/</Prefix></Filter><Status>Enabled</Status><Expiration><Date>2026-12-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>",

        // .NET's reader leaves by an error of its own buffer where a declaration is not ASCII.
        "<?xml version=\"1.0\u0663\u0663\"?><",
    ];

    private static readonly int[] Refusals = [301, 400, 403, 404, 409, 412, 416, 429, 500, 503];

    [Fact]
    public void Listings() => Fuzzer.TryText("listings", Cases, Documents, text => WithBody(text, body => ListingXml.Read(body, Make) is not null), typeof(XmlException), typeof(FormatException), typeof(OverflowException));

    [Fact]
    public void Documents_and_errors() => Fuzzer.TryText("XML documents", Cases, Documents, text => WithBody(text, body => AnswerXml.TryLoad(body) is not null));

    [Fact]
    public void Errors_in_headers() => Fuzzer.TryText(
        "x-oss-err headers",
        Cases,
        [Convert.ToBase64String(Encoding.UTF8.GetBytes(Documents[2])), Convert.ToBase64String(Encoding.UTF8.GetBytes("\uFEFF<Error><Code>AccessDenied</Code><Endpoint>oss-cn-hangzhou.aliyuncs.com</Endpoint></Error>"))],
        text => OssErrors.FromHeader(text) is not null);

    [Fact]
    public void Dates_of_headers() => Fuzzer.TryText("HTTP dates", Cases, ["Thu, 26 Nov 2026 21:30:00 GMT", "2026-11-26T21:30:00Z"], text => HttpDate.TryParse(text, out _));

    [Fact]
    public void Dates_of_listings() => Fuzzer.Try("dates of listings", Cases, [Encoding.UTF8.GetBytes("2026-11-26T21:30:00.000Z"), Encoding.UTF8.GetBytes("2026-11-26T21:30:00Z")], bytes => ListingDates.Parse(bytes) > default(DateTimeOffset), typeof(FormatException));

    [Fact]
    public void Texts_of_headers() => Fuzzer.Try("texts of headers", Cases, [Encoding.UTF8.GetBytes("Grüße"), [0xE9]], bytes => HeaderText.Decode(Encoding.Latin1.GetString(bytes)).Length >= 0);

    [Fact]
    public void Encoded_keys() => Fuzzer.TryText("URL-encoded keys", Cases, ["a%20b%2F%E4%BD%A0", "plain/key", "%F0%9F%98%80"], text => PercentEncoding.Decode(text) is not null, typeof(FormatException));

    [Fact]
    public void Keys_come_back_as_they_were() => Fuzzer.TryText("keys", Cases, ["a b/c+d%2F", "你好/😀", "../x//y"], text => PercentEncoding.Decode(PercentEncoding.EncodeKey(text)) == text ? true : throw new InvalidOperationException("Another key came back."));

    [Fact]
    public void Addresses() => Fuzzer.TryText("addresses", Cases, ["s3://bucket/prefix/a", "oss://my-bucket/p", "file:///srv/data"], text => StoreAddressParser.Parse(text) is not null, typeof(ArgumentException));

    [Fact]
    public void Endpoints() => Fuzzer.TryText("hosts of OSS", Cases, ["bucket.oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou.oss.aliyuncs.com", "oss-accelerate.aliyuncs.com"], text => OssEndpoint.RegionOf(text) is not null);

    [Fact]
    public void Providers() => Fuzzer.TryText("names of providers", Cases, ["AWS", "googlecloudstorage", "Ceph", "Generic"], text => S3Providers.NameOf(new StoreAddress { Scheme = "s3", Bucket = "b", Provider = text }) is not null, typeof(ArgumentException));

    [Fact]
    public void Hosts_of_providers() => Fuzzer.TryText(
        "hosts of providers",
        Cases,
        ["https://storage.googleapis.com", "https://cos.ap-guangzhou.myqcloud.com:8443/", "https://s3.dualstack.eu-west-1.amazonaws.com", "http://[::1]:9000", "https://xn--bcher-kva.example"],
        text => Uri.TryCreate(text, UriKind.Absolute, out Uri? endpoint) && S3Providers.NameOf(new StoreAddress { Scheme = "s3", Bucket = "b", Endpoint = endpoint }) is not null,
        typeof(ArgumentException));

    [Fact]
    public void Url_lists() => Fuzzer.TryText(
        "lists of URLs",
        Cases,
        ["https://a.example/x/ key one\nhttps://b.example\tk2\r\n\n", "http://a.example/ k"],
        text => new UrlList(new StringReader(text), "https://l", allowsHttp: false).ReadAsync(100, default).GetAwaiter().GetResult().Count > 0,
        typeof(StoreException));

    [Fact]
    public void Answers_of_S3() => Answers("answers of S3", handler => new S3Store(new StoreAddress { Scheme = "s3", Bucket = "b", Region = "r" }, Keys, new HttpTransportOptions { Handler = handler }, _ => null), "x-amz-storage-class: GLACIER\nx-amz-restore: ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2029 00:00:00 GMT\"\nx-amz-meta-k: v\nx-amz-checksum-crc32: AAAAAA==\nx-amz-object-lock-retain-until-date: 2029-01-01T00:00:00Z\nx-amz-tagging-count: 2\nx-amz-bucket-region: eu-west-1");

    [Fact]
    public void Answers_of_OSS() => Answers(
        "answers of OSS",
        handler => OssStore.Open(new StoreAddress { Scheme = "oss", Bucket = "bucket", Region = "cn-hangzhou" }, new StoreOpenOptions { Credential = Keys }, new OssCredentialSources(_ => null, Path.GetTempPath(), TimeProvider.System), handler),
        "x-oss-hash-crc64ecma: 12345678901234567890\nx-oss-storage-class: Archive\nx-oss-restore: ongoing-request=\"true\"\nx-oss-meta-k: v\nx-oss-object-type: Normal\nx-oss-qos-delay-time: 100\nx-oss-err: PEVycm9yLz4=\nx-oss-ec: 0015-1\nx-oss-tagging-count: 1\nx-oss-next-append-position: 5\nx-oss-version-id: v");

    [Fact]
    public void Answers_of_web_servers() => Answers(
        "answers of web servers",
        handler => new HttpListStore(StoreAddressParser.Parse("https://lists.example/list.txt"), new HttpTransportOptions { Handler = handler }),
        "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\nAccept-Ranges: bytes\nETag: \"date x\"\nETag: \"date 99999999999999 size 1\"",
        "https://a.example/x/ k\nhttps://a.example/ k2\n");

    [Fact]
    public void Answers_of_Azure() => Answers(
        "answers of Azure",
        handler => new AzureStore(new StoreAddress { Scheme = "azblob", Bucket = "account/container" }, new FixedCredentialProvider(null), new HttpTransportOptions { Handler = handler }),
        "x-ms-blob-type: BlockBlob\nx-ms-access-tier: Archive\nx-ms-meta-k: v\nx-ms-creation-time: Thu, 26 Nov 2026 21:30:00 GMT\nx-ms-tag-count: 2\nx-ms-lease-state: available\nx-ms-error-code: BlobNotFound\nContent-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"container\"><Blobs><Blob><Name>k</Name><Properties><Last-Modified>Thu, 26 Nov 2026 21:30:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>5</Content-Length><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier></Properties></Blob></Blobs><NextMarker>n</NextMarker></EnumerationResults>",
        "<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>");

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY l \"lol\">]><Error><Code>&l;</Code></Error>")]
    [InlineData("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><Error><Code>x</Code></Error>")]
    public void A_document_type_is_refused_wherever_it_comes(string document)
    {
        Assert.Null(WithBody(document, body => AnswerXml.TryLoad(body)));
        Assert.Null(OssErrors.FromHeader(Convert.ToBase64String(Encoding.UTF8.GetBytes(document))));
        Assert.Throws<XmlException>(() => WithBody(document.Replace("Error", "ListBucketResult", StringComparison.Ordinal), body => ListingXml.Read(body, Make)));
    }

    // Copied and compared by functions that call themselves, such a tree ended the process.
    [Fact]
    public void A_document_of_a_million_levels_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 500_000)) + string.Concat(Enumerable.Repeat("</a>", 500_000));

        Assert.Null(WithBody($"<WebsiteConfiguration>{deep}</WebsiteConfiguration>", body => AnswerXml.TryLoad(body)));
    }

    // Each input is an answer: the status, headers, an empty line, the body. A listing, a head, a read, and the read of a version are answered by it.
    private static void Answers(string name, Func<HttpMessageHandler, IObjectReader> open, string headers, params string[] bodies)
    {
        const string Usual = "Content-Type: text/plain\nETag: \"d41d8cd98f00b204e9800998ecf8427e\"\nLast-Modified: Thu, 26 Nov 2026 21:30:00 GMT\nContent-Range: bytes 0-3/12\nRetry-After: 1\nDate: Thu, 26 Nov 2026 21:30:00 GMT\nContent-Encoding: gzip\nExpires: 0\n";
        string[] samples =
        [
            .. bodies.Concat(Documents).Select(body => $"200\n{Usual}{headers}\n\n{body}"), $"206\n{Usual}{headers}\n\nabcd",
            .. Refusals.Select(status => $"{status}\n{Usual}Retry-After: -Infinity\n{headers}\n\n{Documents[2]}"),
        ];
        using AnyAnswer answers = new();
        IObjectReader store = open(answers);
        Fuzzer.TryText(
            name,
            Cases / 3,
            samples,
            text =>
            {
                answers.Text = text;
                return Took(() => store.ListPageAsync(new ListPageRequest("", null, null, 100), default))
                    | Took(() => store.HeadAsync("key", default))
                    | Took(() => ReadAsync(null, null))
                    | Took(() => ReadAsync(new ByteRange(0, 4), null));
            });

        Task<bool> ReadAsync(ByteRange? range, SourceVersion? version) => store.ReadAsync(
            new ReadRequest("key", range, version),
            async (content, token) =>
            {
                await content.Body.CopyToAsync(Stream.Null, token);
                return version is not null || await ReadAsync(range, content.Head.Entry.Version);
            },
            default);
    }

    private static bool Took<T>(Func<Task<T>> call)
    {
        try
        {
            call().GetAwaiter().GetResult();
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static FixedCredentialProvider Keys { get; } = new(new StoreCredential("id", "secret"));

    private static ObjectEntry Make(in ListedObject listed) => new(listed.Key, listed.Size, new SourceVersion("v"), null, listed.LastModified);

    private static T WithBody<T>(string text, Func<PooledBody, T> read)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using PooledBody body = new(bytes.Length);
        bytes.CopyTo(body.Free());
        body.Advance(bytes.Length);
        return read(body);
    }

    /// <summary>Answers every request by what stands in a text.</summary>
    private sealed class AnyAnswer : HttpMessageHandler
    {
        public string Text { get; set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            int empty = Text.IndexOf("\n\n", StringComparison.Ordinal);
            string[] head = (empty < 0 ? Text : Text[..empty]).Split('\n');
            byte[] body = empty < 0 ? [] : Encoding.UTF8.GetBytes(Text[(empty + 2)..]);
            int status = int.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out int said) && said is >= 200 and < 600 ? said : 200;
            HttpResponseMessage answer = new((HttpStatusCode)status) { RequestMessage = request, Content = new ByteArrayContent(request.Method == HttpMethod.Head ? [] : body) };
            answer.Content.Headers.TryAddWithoutValidation("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
            foreach (string line in head.Skip(1))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && !line.AsSpan().ContainsAny('\r', '\0') && !answer.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim()))
                    answer.Content.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
            }

            return Task.FromResult(answer);
        }
    }
}
