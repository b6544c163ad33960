using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Tests;

/// <summary>Objects of the S3 side: writing, reading, ranges, conditions, metadata, copies, deletion.</summary>
public sealed class ObjectTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> OddKeys => new(
        "a//b", "a/", "/a", "//", ".", "..", "./a", "../a", "a/../b", "a/./b", "a/..", " ", " lead and trail ", "+", "a+b c", "%2F", "%", "a?b=c&d#e", "\\a",
        "\u0010", "a\tb", "\u00e9", "e\u0301", "A", "a", "😀/😀", "\uE000", new string('k', 1024), "<&>\"'", ":;,=@!$*()[]{}|^~`");

    [Theory]
    [MemberData(nameof(OddKeys), DisableDiscoveryEnumeration = true)]
    public async Task A_key_survives_byte_by_byte(string key)
    {
        string bucket = sandbox.NewBucket().Name;

        Answer put = await sandbox.S3.PutAsync($"{bucket}/{key}", key);
        Answer get = await sandbox.S3.GetAsync($"{bucket}/{key}");
        Answer list = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("encoding-type", "url")]);
        Answer delete = await sandbox.S3.SendAsync("DELETE", $"{bucket}/{key}");
        Answer gone = await sandbox.S3.GetAsync($"{bucket}/{key}");

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(key, get.Text);
        Assert.Equal([key], list.Keys.Select(name => WebUtility.UrlDecode(name)));
        Assert.Equal(HttpStatusCode.NoContent, delete.Status);
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task A_key_of_1025_bytes_is_too_long()
    {
        Answer answer = await sandbox.S3.PutAsync($"{sandbox.NewBucket().Name}/{new string('é', 512)}x", "");

        Assert.Equal((HttpStatusCode.BadRequest, "KeyTooLongError"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Headers_metadata_and_a_quoted_lower_case_MD5_come_back()
    {
        string path = sandbox.NewBucket().Name + "/k";
        (string, string)[] headers =
        [
            ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "max-age=5"), ("Content-Disposition", "attachment; filename=\"a b.txt\""),
            ("Content-Encoding", "gzip"), ("Content-Language", "de"), ("Expires", "Thu, 01 Dec 2033 16:00:00 GMT"), ("x-amz-meta-Mixed-Case", "v 1"),
        ];

        Answer put = await sandbox.S3.PutAsync(path, "hello", headers);
        Answer head = await sandbox.S3.SendAsync("HEAD", path);

        string etag = $"\"{Convert.ToHexStringLower(MD5.HashData("hello"u8))}\"";
        Assert.Equal((etag, etag), (put.Header("ETag"), head.Header("ETag")));
        Assert.Equal("text/plain; charset=utf-8", head.Header("Content-Type"));
        Assert.Equal("max-age=5", head.Header("Cache-Control"));
        Assert.Equal("attachment; filename=\"a b.txt\"", head.Header("Content-Disposition"));
        Assert.Equal("gzip", head.Header("Content-Encoding"));
        Assert.Equal("de", head.Header("Content-Language"));
        Assert.Equal("Thu, 01 Dec 2033 16:00:00 GMT", head.Header("Expires"));
        Assert.Equal("v 1", head.Header("x-amz-meta-mixed-case"));
        Assert.Equal("5", head.Header("Content-Length"));
        Assert.Empty(head.Body);
    }

    [Fact]
    public async Task An_empty_object_arrives()
    {
        string path = sandbox.NewBucket().Name + "/empty";

        await sandbox.S3.PutAsync(path, "");
        Answer get = await sandbox.S3.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, 0, "\"d41d8cd98f00b204e9800998ecf8427e\""), (get.Status, get.Body.Length, get.Header("ETag")));
    }

    [Theory]
    [InlineData("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [InlineData("bytes=3-5", 206, "345", "bytes 3-5/10")]
    [InlineData("bytes=7-", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-2", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=-99", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=8-99", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=5-3", 200, "0123456789", "")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", "")]
    [InlineData("chars=0-1", 200, "0123456789", "")]
    public async Task A_range_gives_these_bytes(string range, int status, string bytes, string contentRange)
    {
        string path = sandbox.NewBucket().Name + "/k";
        await sandbox.S3.PutAsync(path, "0123456789");

        Answer answer = await sandbox.S3.GetAsync(path, ("Range", range));

        Assert.Equal((status, bytes, contentRange), ((int)answer.Status, answer.Text, answer.Header("Content-Range")));
    }

    [Fact]
    public async Task A_range_behind_the_end_is_not_satisfiable()
    {
        string path = sandbox.NewBucket().Name + "/k";
        await sandbox.S3.PutAsync(path, "0123456789");

        Answer answer = await sandbox.S3.GetAsync(path, ("Range", "bytes=10-"));

        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange", "bytes */10"), (answer.Status, answer.Code, answer.Header("Content-Range")));
    }

    [Fact]
    public async Task Conditions_of_a_read_decide_in_the_order_of_HTTP()
    {
        string path = sandbox.NewBucket().Name + "/k";
        string etag = (await sandbox.S3.PutAsync(path, "x")).Header("ETag");
        string before = sandbox.Side.Clock.GetUtcNow().AddHours(-1).ToString("R");
        string after = sandbox.Side.Clock.GetUtcNow().AddHours(1).ToString("R");

        Assert.Equal(200, await StatusAsync(("If-Match", etag)));
        Assert.Equal(412, await StatusAsync(("If-Match", "\"0\"")));
        Assert.Equal(304, await StatusAsync(("If-None-Match", etag)));
        Assert.Equal(200, await StatusAsync(("If-None-Match", "\"0\"")));
        Assert.Equal(412, await StatusAsync(("If-Unmodified-Since", before)));
        Assert.Equal(200, await StatusAsync(("If-Match", etag), ("If-Unmodified-Since", before)));
        Assert.Equal(304, await StatusAsync(("If-Modified-Since", after)));
        Assert.Equal(200, await StatusAsync(("If-None-Match", "\"0\""), ("If-Modified-Since", after)));

        async Task<int> StatusAsync(params (string, string)[] headers) => (int)(await sandbox.S3.GetAsync(path, headers)).Status;
    }

    [Fact]
    public async Task A_conditional_write_never_replaces_what_it_must_not()
    {
        string path = sandbox.NewBucket().Name + "/k";

        Answer first = await sandbox.S3.PutAsync(path, "1", ("If-None-Match", "*"));
        Answer second = await sandbox.S3.PutAsync(path, "2", ("If-None-Match", "*"));
        Answer stale = await sandbox.S3.PutAsync(path, "3", ("If-Match", "\"0\""));
        Answer right = await sandbox.S3.PutAsync(path, "4", ("If-Match", first.Header("ETag")));

        Assert.Equal([200, 412, 412, 200], new[] { first, second, stale, right }.Select(answer => (int)answer.Status));
        Assert.Equal("4", (await sandbox.S3.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_wrong_Content_MD5_stores_nothing()
    {
        var bucket = sandbox.NewBucket();

        Answer wrong = await sandbox.S3.PutAsync(bucket.Name + "/k", "x", ("Content-MD5", Convert.ToBase64String(MD5.HashData("y"u8))));
        Answer invalid = await sandbox.S3.PutAsync(bucket.Name + "/k", "x", ("Content-MD5", "no"));

        Assert.Equal(("BadDigest", "InvalidDigest"), (wrong.Code, invalid.Code));
        Assert.Null(bucket.Find("k"));
    }

    [Theory]
    [InlineData("crc32", "y/Q5Jg==")]
    [InlineData("crc32c", "4waSgw==")]
    [InlineData("crc64nvme", "rosUhgp5mIg=")]
    [InlineData("sha1", "98O8HYCOBHMqHMWj5hzZ2aAR3yM=")]
    [InlineData("sha256", "FeKw09M8dIgLzcSNSCw9B9HhhkWqwWuFMAjpzDRmqGI=")]
    public async Task A_declared_checksum_is_verified_and_returned_when_asked_for(string algorithm, string ofDigits)
    {
        string path = sandbox.NewBucket().Name + "/k";
        string header = "x-amz-checksum-" + algorithm;
        if (algorithm == "sha256")
            ofDigits = Convert.ToBase64String(SHA256.HashData("123456789"u8));
        if (algorithm == "sha1")
            ofDigits = Convert.ToBase64String(SHA1.HashData("123456789"u8));

        Answer wrong = await sandbox.S3.PutAsync(path, "123456780", (header, ofDigits));
        Answer put = await sandbox.S3.PutAsync(path, "123456789", (header, ofDigits));
        Answer asked = await sandbox.S3.SendAsync("HEAD", path, null, null, ("x-amz-checksum-mode", "ENABLED"));
        Answer unasked = await sandbox.S3.SendAsync("HEAD", path);

        Assert.Equal((HttpStatusCode.BadRequest, "BadDigest"), (wrong.Status, wrong.Code));
        Assert.Equal((ofDigits, ofDigits, ""), (put.Header(header), asked.Header(header), unasked.Header(header)));
        Assert.Equal("FULL_OBJECT", asked.Header("x-amz-checksum-type"));
    }

    [Fact]
    public async Task An_unsigned_chunked_body_with_a_trailing_checksum_is_taken_apart()
    {
        string path = sandbox.NewBucket().Name + "/k";
        (string, string)[] headers =
        [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "9"),
            ("Content-Encoding", "aws-chunked"), ("x-amz-trailer", "x-amz-checksum-crc32"),
        ];

        Answer good = await sandbox.S3.SendAsync("PUT", path, null, Encoding.ASCII.GetBytes("4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"), headers);
        Answer wrong = await sandbox.S3.SendAsync("PUT", path, null, Encoding.ASCII.GetBytes("9\r\n123456780\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"), headers);
        Answer cut = await sandbox.S3.SendAsync("PUT", path, null, Encoding.ASCII.GetBytes("4\r\n1234\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"), headers);
        Answer get = await sandbox.S3.GetAsync(path);

        Assert.Equal((200, "BadDigest", "IncompleteBody"), ((int)good.Status, wrong.Code, cut.Code));
        Assert.Equal(("123456789", ""), (get.Text, get.Header("Content-Encoding")));
    }

    [Fact]
    public async Task A_copy_takes_content_and_metadata_or_replaces_the_latter()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync($"{bucket}/a b", "content", ("x-amz-meta-m", "1"), ("Content-Type", "text/a"));

        Answer copied = await sandbox.S3.SendAsync("PUT", $"{bucket}/c", null, [], ("x-amz-copy-source", $"/{bucket}/a%20b"));
        Answer replaced = await sandbox.S3.SendAsync("PUT", $"{bucket}/d", null, [], ("x-amz-copy-source", $"{bucket}/a%20b"), ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-m", "2"));
        Answer itself = await sandbox.S3.SendAsync("PUT", $"{bucket}/c", null, [], ("x-amz-copy-source", $"{bucket}/c"));
        Answer stale = await sandbox.S3.SendAsync("PUT", $"{bucket}/e", null, [], ("x-amz-copy-source", $"{bucket}/c"), ("x-amz-copy-source-if-match", "\"0\""));
        Answer c = await sandbox.S3.GetAsync($"{bucket}/c");
        Answer d = await sandbox.S3.GetAsync($"{bucket}/d");

        Assert.Equal(c.Header("ETag"), copied.Value("ETag"));
        Assert.Equal(("content", "1", "text/a"), (c.Text, c.Header("x-amz-meta-m"), c.Header("Content-Type")));
        Assert.Equal((200, "content", "2"), ((int)replaced.Status, d.Text, d.Header("x-amz-meta-m")));
        Assert.Equal(("InvalidRequest", "PreconditionFailed"), (itself.Code, stale.Code));
    }

    [Fact]
    public async Task Many_keys_are_deleted_at_once_and_only_with_a_checksum()
    {
        var bucket = sandbox.NewBucket();
        foreach (string key in (string[])["a", "b/c", "d&e"])
            await sandbox.S3.PutAsync($"{bucket.Name}/{key}", key);
        byte[] body = "<Delete><Object><Key>a</Key></Object><Object><Key>d&amp;e</Key></Object><Object><Key>missing</Key></Object></Delete>"u8.ToArray();

        Answer bare = await sandbox.S3.SendAsync("POST", bucket.Name, [("delete", "")], body);
        Answer deleted = await sandbox.S3.SendAsync("POST", bucket.Name, [("delete", "")], body, ("Content-MD5", Convert.ToBase64String(MD5.HashData(body))));

        Assert.Equal("InvalidRequest", bare.Code);
        Assert.Equal(["a", "d&e", "missing"], deleted.Values("Key"));
        Assert.Null(bucket.Find("a"));
        Assert.NotNull(bucket.Find("b/c"));
    }

    [Fact]
    public async Task Tags_are_set_by_header_and_by_document_and_counted()
    {
        string path = sandbox.NewBucket().Name + "/k";
        await sandbox.S3.PutAsync(path, "x", ("x-amz-tagging", "a=1&b%20c=2%2B"));

        Answer first = await sandbox.S3.SendAsync("GET", path, [("tagging", "")]);
        Answer put = await sandbox.S3.SendAsync("PUT", path, [("tagging", "")], "<Tagging><TagSet><Tag><Key>z</Key><Value></Value></Tag></TagSet></Tagging>"u8.ToArray());
        Answer head = await sandbox.S3.SendAsync("HEAD", path);
        Answer twice = await sandbox.S3.SendAsync("PUT", path, [("tagging", "")], "<Tagging><TagSet><Tag><Key>z</Key><Value/></Tag><Tag><Key>z</Key><Value/></Tag></TagSet></Tagging>"u8.ToArray());

        Assert.Equal(["a", "b c"], first.Values("Key"));
        Assert.Equal(["1", "2+"], first.Values("Value"));
        Assert.Equal((200, "1", "InvalidTag"), ((int)put.Status, head.Header("x-amz-tagging-count"), twice.Code));
    }

    [Fact]
    public async Task An_archived_object_cannot_be_read_until_its_restore_is_over_by_the_sides_clock()
    {
        string path = sandbox.NewBucket().Name + "/k";
        await sandbox.S3.PutAsync(path, "cold", ("x-amz-storage-class", "GLACIER"));
        byte[] body = "<RestoreRequest><Days>1</Days><GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters></RestoreRequest>"u8.ToArray();
        try
        {
            Answer cold = await sandbox.S3.GetAsync(path);
            Answer asked = await sandbox.S3.SendAsync("POST", path, [("restore", "")], body);
            Answer again = await sandbox.S3.SendAsync("POST", path, [("restore", "")], body);
            Answer ongoing = await sandbox.S3.SendAsync("HEAD", path);
            sandbox.Side.Clock.Offset += TimeSpan.FromHours(4);
            Answer restored = await sandbox.S3.GetAsync(path);
            sandbox.Side.Clock.Offset += TimeSpan.FromDays(1);
            Answer expired = await sandbox.S3.GetAsync(path);

            Assert.Equal((HttpStatusCode.Forbidden, "InvalidObjectState", "GLACIER"), (cold.Status, cold.Code, cold.Value("StorageClass")));
            Assert.Equal((202, "RestoreAlreadyInProgress"), ((int)asked.Status, again.Code));
            Assert.Equal("ongoing-request=\"true\"", ongoing.Header("x-amz-restore"));
            Assert.Equal("cold", restored.Text);
            Assert.StartsWith("ongoing-request=\"false\", expiry-date=\"", restored.Header("x-amz-restore"), StringComparison.Ordinal);
            Assert.Equal("InvalidObjectState", expired.Code);
        }
        finally
        {
            sandbox.Side.Clock.Offset = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_missing_bucket_a_missing_key_and_a_HEAD_of_either_have_S3s_errors()
    {
        string bucket = sandbox.NewBucket().Name;

        Answer noBucket = await sandbox.S3.GetAsync("no-such-bucket/k");
        Answer noKey = await sandbox.S3.GetAsync(bucket + "/none");
        Answer head = await sandbox.S3.SendAsync("HEAD", bucket + "/none");

        Assert.Equal((404, "NoSuchBucket", "no-such-bucket"), ((int)noBucket.Status, noBucket.Code, noBucket.Value("BucketName")));
        Assert.Equal((404, "NoSuchKey", "none"), ((int)noKey.Status, noKey.Code, noKey.Value("Key")));
        Assert.Equal((404, 0), ((int)head.Status, head.Body.Length));
        Assert.NotEmpty(head.Header("x-amz-request-id"));
    }

    [Fact]
    public async Task A_bucket_with_KMS_style_ETags_gives_32_hex_digits_that_are_no_MD5()
    {
        string path = sandbox.NewBucket(etags: Storage.ETagStyle.Kms).Name + "/k";

        await sandbox.S3.PutAsync(path, "hello");
        string etag = (await sandbox.S3.GetAsync(path)).Header("ETag").Trim('"');

        Assert.Matches("^[0-9a-f]{32}$", etag);
        Assert.NotEqual(Convert.ToHexStringLower(MD5.HashData("hello"u8)), etag);
    }
}
