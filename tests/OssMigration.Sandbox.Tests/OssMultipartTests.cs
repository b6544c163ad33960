using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Sandbox.Checksums;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssMultipartTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    private const int Smallest = 100 * 1024;

    [Fact]
    public async Task Parts_become_one_object_with_a_combined_crc_and_an_etag_that_is_no_md5()
    {
        byte[] one = Bytes(Smallest, 1);
        byte[] two = Bytes(70_001, 2);
        string id = await InitiateAsync("joined", ("Content-Type", "text/x-test"), ("x-oss-meta-a", "b"), ("x-oss-tagging", "t=1"), ("x-oss-storage-class", "IA"));
        OssAnswer second = await PartAsync("joined", id, 7, two);
        OssAnswer first = await PartAsync("joined", id, 2, one);
        OssAnswer before = await sandbox.HeadAsync("joined");
        OssAnswer complete = await CompleteAsync("joined", id, (2, first.Header("ETag")!), (7, second.Header("ETag")!));
        OssAnswer get = await sandbox.GetAsync("joined");

        Assert.Equal(HttpStatusCode.NotFound, before.Status);
        Assert.Equal($"\"{Convert.ToHexString(TestDigests.Md5(one))}\"", first.Header("ETag"));
        Assert.Equal(Convert.ToBase64String(TestDigests.Md5(one)), first.Header("Content-MD5"));
        Assert.Equal(Crc(one), first.Header("x-oss-hash-crc64ecma"));
        byte[] whole = [.. one, .. two];
        Assert.Equal(HttpStatusCode.OK, complete.Status);
        Assert.Equal(Crc(whole), complete.Header("x-oss-hash-crc64ecma"));
        Assert.Equal(complete.Header("ETag"), complete.Element("ETag"));
        Assert.Equal(OssSandbox.Bucket, complete.Element("Bucket"));
        Assert.NotEqual($"\"{Convert.ToHexString(TestDigests.Md5(whole))}\"", complete.Header("ETag"));
        Assert.NotEqual($"\"{Convert.ToHexString(TestDigests.Md5([.. TestDigests.Md5(one), .. TestDigests.Md5(two)]))}-2\"", complete.Header("ETag"));
        Assert.Equal(whole, get.Body);
        Assert.Equal("Multipart", get.Header("x-oss-object-type"));
        Assert.Null(get.Header("Content-MD5"));
        Assert.Equal("text/x-test", get.Header("Content-Type"));
        Assert.Equal("b", get.Header("x-oss-meta-a"));
        Assert.Equal("1", get.Header("x-oss-tagging-count"));
        Assert.Equal("IA", get.Header("x-oss-storage-class"));
    }

    [Fact]
    public async Task A_finished_upload_is_gone()
    {
        string id = await InitiateAsync("finished");
        string etag = (await PartAsync("finished", id, 1, [1])).Header("ETag")!;
        await CompleteAsync("finished", id, (1, etag));

        Assert.Equal("NoSuchUpload", (await CompleteAsync("finished", id, (1, etag))).Code);
        Assert.Equal("NoSuchUpload", (await PartAsync("finished", id, 1, [1])).Code);
        Assert.Equal("NoSuchUpload", (await sandbox.SubResourceAsync("GET", "finished", $"uploadId={id}")).Code);
        Assert.Equal("NoSuchUpload", (await sandbox.SubResourceAsync("DELETE", "finished", $"uploadId={id}")).Code);
    }

    [Fact]
    public async Task Abort_ends_an_upload_and_leaves_no_object()
    {
        string id = await InitiateAsync("aborted");
        await PartAsync("aborted", id, 1, [1]);
        OssAnswer abort = await sandbox.SubResourceAsync("DELETE", "aborted", $"uploadId={id}");

        Assert.Equal(HttpStatusCode.NoContent, abort.Status);
        Assert.Equal("NoSuchUpload", (await sandbox.SubResourceAsync("DELETE", "aborted", $"uploadId={id}")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await sandbox.HeadAsync("aborted")).Status);
    }

    [Fact]
    public async Task A_part_may_be_small_until_complete_and_only_as_the_last_one()
    {
        string id = await InitiateAsync("small");
        string one = (await PartAsync("small", id, 1, Bytes(Smallest - 1, 1))).Header("ETag")!;
        string two = (await PartAsync("small", id, 2, [2])).Header("ETag")!;
        OssAnswer refused = await CompleteAsync("small", id, (1, one), (2, two));
        OssAnswer alone = await CompleteAsync("small", id, (1, one));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("EntityTooSmall", refused.Code);
        Assert.Equal("1", refused.Element("PartNumber"));
        Assert.Equal(HttpStatusCode.OK, alone.Status);
    }

    [Fact]
    public async Task Parts_must_ascend_exist_and_have_their_etag()
    {
        string id = await InitiateAsync("strict");
        string one = (await PartAsync("strict", id, 1, Bytes(Smallest, 1))).Header("ETag")!;
        string two = (await PartAsync("strict", id, 2, Bytes(Smallest, 2))).Header("ETag")!;

        Assert.Equal("InvalidPartOrder", (await CompleteAsync("strict", id, (2, two), (1, one))).Code);
        Assert.Equal("InvalidPartOrder", (await CompleteAsync("strict", id, (1, one), (1, one))).Code);
        Assert.Equal("InvalidPart", (await CompleteAsync("strict", id, (1, two))).Code);
        Assert.Equal("InvalidPart", (await CompleteAsync("strict", id, (1, one), (3, two))).Code);
        Assert.Equal("MalformedXML", (await CompleteAsync("strict", id)).Code);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync("strict", id, (1, one.ToLowerInvariant().Trim('"')), (2, two))).Status);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("x")]
    public async Task A_part_number_lies_between_1_and_10000(string number)
    {
        string id = await InitiateAsync("numbered");
        OssAnswer answer = await sandbox.SubResourceAsync("PUT", "numbered", $"partNumber={number}&uploadId={id}", "x");

        Assert.Equal("InvalidArgument", answer.Code);
        Assert.Equal(HttpStatusCode.OK, (await PartAsync("numbered", id, 10000, [1])).Status);
    }

    [Fact]
    public async Task A_part_sent_again_replaces_the_first()
    {
        string id = await InitiateAsync("replaced");
        string old = (await PartAsync("replaced", id, 1, [1])).Header("ETag")!;
        string @new = (await PartAsync("replaced", id, 1, [2])).Header("ETag")!;

        Assert.Equal("InvalidPart", (await CompleteAsync("replaced", id, (1, old))).Code);
        await CompleteAsync("replaced", id, (1, @new));
        Assert.Equal([2], (await sandbox.GetAsync("replaced")).Body);
    }

    [Fact]
    public async Task Complete_all_takes_every_part_and_no_body()
    {
        string id = await InitiateAsync("all");
        await PartAsync("all", id, 3, Encoding.ASCII.GetBytes("tail"));
        await PartAsync("all", id, 1, Bytes(Smallest, 1));
        OssAnswer withBody = await SendCompleteAsync("all", id, "<CompleteMultipartUpload/>", ("x-oss-complete-all", "yes"));
        OssAnswer complete = await SendCompleteAsync("all", id, "", ("x-oss-complete-all", "yes"));

        Assert.Equal("InvalidArgument", withBody.Code);
        Assert.Equal(HttpStatusCode.OK, complete.Status);
        Assert.Equal((Smallest + 4).ToString(CultureInfo.InvariantCulture), (await sandbox.HeadAsync("all")).Header("Content-Length"));
    }

    [Fact]
    public async Task Forbid_overwrite_holds_at_initiate_and_at_complete_and_a_refused_upload_stays_open()
    {
        string early = await InitiateAsync("guarded", ("x-oss-forbid-overwrite", "true"));
        string plain = await InitiateAsync("guarded");
        string one = (await PartAsync("guarded", early, 1, [1])).Header("ETag")!;
        await PartAsync("guarded", plain, 1, [1]);
        await sandbox.PutAsync("guarded", "there now");

        OssAnswer initiate = await sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, "guarded") { Query = [("uploads", null)], Headers = { ["x-oss-forbid-overwrite"] = "true" } });
        OssAnswer byInitiate = await CompleteAsync("guarded", early, (1, one));
        OssAnswer byComplete = await SendCompleteAsync("guarded", plain, Parts((1, one)), ("x-oss-forbid-overwrite", "true"));

        Assert.Equal("FileAlreadyExists", initiate.Code);
        Assert.Equal("FileAlreadyExists", byInitiate.Code);
        Assert.Equal(HttpStatusCode.Conflict, byComplete.Status);
        Assert.Equal("there now", (await sandbox.GetAsync("guarded")).Text);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync("guarded", plain, (1, one))).Status);
    }

    [Fact]
    public async Task Of_many_completes_exactly_one_succeeds()
    {
        string id = await InitiateAsync("raced");
        string one = (await PartAsync("raced", id, 1, [1])).Header("ETag")!;

        OssAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CompleteAsync("raced", id, (1, one))));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(a => a.Status == HttpStatusCode.NotFound && a.Code == "NoSuchUpload"));
    }

    [Fact]
    public async Task Parts_are_listed_by_number_in_pages()
    {
        string id = await InitiateAsync("paged parts+");
        foreach (int number in (int[])[5, 1, 9])
            await PartAsync("paged parts+", id, number, [(byte)number]);

        OssAnswer first = await sandbox.SubResourceAsync("GET", "paged parts+", $"uploadId={id}&max-parts=2&encoding-type=url");
        OssAnswer second = await sandbox.SubResourceAsync("GET", "paged parts+", $"uploadId={id}&max-parts=2&part-number-marker={first.Element("NextPartNumberMarker")}");

        Assert.Equal(["1", "5"], first.All("PartNumber"));
        Assert.Equal("true", first.Element("IsTruncated"));
        Assert.Equal("paged%20parts%2B", first.Element("Key"));
        Assert.Equal(Crc([1]), first.Element("HashCrc64ecma"));
        Assert.Equal(["9"], second.All("PartNumber"));
        Assert.Equal("false", second.Element("IsTruncated"));
    }

    [Fact]
    public async Task Open_uploads_are_listed_by_key_and_id_in_pages_and_rolled_up()
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        OssSandbox own = scope.Sandbox;
        List<string> opened = [];
        foreach (string key in (string[])["u/b", "u/a", "u/a", "u/c/1", "u/c/2", "v"])
            opened.Add(key + " " + (await own.SubResourceAsync("POST", key, "uploads")).Element("UploadId"));

        List<string> listed = [];
        string markers = "";
        OssAnswer page;
        do
        {
            page = await own.SubResourceAsync("GET", null, "uploads&max-uploads=2" + markers);
            listed.AddRange(page.Xml.Elements("Upload").Select(u => $"{u.Element("Key")!.Value} {u.Element("UploadId")!.Value}"));
            markers = $"&key-marker={page.Element("NextKeyMarker")}&upload-id-marker={page.Element("NextUploadIdMarker")}";
        }
        while (page.Element("IsTruncated") == "true");
        OssAnswer rolled = await own.SubResourceAsync("GET", null, "uploads&prefix=u/&delimiter=/");

        Assert.Equal(opened.Order(StringComparer.Ordinal), listed);
        Assert.Equal(["u/a", "u/a", "u/b"], rolled.Xml.Elements("Upload").Select(u => u.Element("Key")!.Value));
        Assert.Equal(["u/c/"], rolled.Xml.Elements("CommonPrefixes").Select(p => p.Value));
    }

    [Fact]
    public async Task A_part_is_copied_from_a_range_of_an_object()
    {
        await sandbox.PutAsync("copy source+", "0123456789");
        string id = await InitiateAsync("part-copied");
        OssAnswer copied = await sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, "part-copied")
        {
            Query = [("partNumber", "1"), ("uploadId", id)],
            Headers = { ["x-oss-copy-source"] = $"/{OssSandbox.Bucket}/copy%20source%2B", ["x-oss-copy-source-range"] = "bytes=2-4" },
        });
        await CompleteAsync("part-copied", id, (1, copied.Element("ETag")));

        Assert.Equal("CopyPartResult", copied.Xml.Name.LocalName);
        Assert.Equal("234", (await sandbox.GetAsync("part-copied")).Text);
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Crc(byte[] bytes) => Crc64Xz.AppendByTables(0, bytes).ToString(CultureInfo.InvariantCulture);

    private static string Parts(params (int Number, string ETag)[] parts) =>
        $"<CompleteMultipartUpload>{string.Concat(parts.Select(p => $"<Part><PartNumber>{p.Number}</PartNumber><ETag>{p.ETag}</ETag></Part>"))}</CompleteMultipartUpload>";

    private async Task<string> InitiateAsync(string key, params (string Name, string Value)[] headers)
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, key)
        {
            Query = [("uploads", null)],
            Headers = headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase),
        });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Element("UploadId");
    }

    private Task<OssAnswer> PartAsync(string key, string id, int number, byte[] body) => sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, key)
    {
        Query = [("partNumber", number.ToString(CultureInfo.InvariantCulture)), ("uploadId", id)],
        Body = body,
    });

    private Task<OssAnswer> CompleteAsync(string key, string id, params (int Number, string ETag)[] parts) => SendCompleteAsync(key, id, Parts(parts));

    private Task<OssAnswer> SendCompleteAsync(string key, string id, string body, params (string Name, string Value)[] headers) =>
        sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, key)
        {
            Query = [("uploadId", id)],
            Body = Encoding.UTF8.GetBytes(body),
            Headers = headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase),
        });
}
