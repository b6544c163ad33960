using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using OssMigration.Sandbox.Checksums;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssObjectTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    [Fact]
    public async Task An_object_comes_back_with_everything_that_was_put_and_what_oss_adds()
    {
        OssAnswer put = await sandbox.PutAsync(
            "whole", "hello world",
            ("Content-Type", "text/x-test; charset=utf-8"), ("Cache-Control", "no-cache"), ("Content-Disposition", "attachment"), ("Content-Encoding", "identity"),
            ("Content-Language", "en"), ("Expires", "Wed, 28 Dec 2032 10:27:41 GMT"), ("x-oss-meta-Author", "alice"), ("x-oss-storage-class", "IA"), ("x-oss-tagging", "a=1&b%20c"));
        OssAnswer get = await sandbox.GetAsync("whole");
        OssAnswer head = await sandbox.HeadAsync("whole");

        Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", put.Header("ETag"));
        Assert.Equal("XrY7u+Ae7tCTyyK7j1rNww==", put.Header("Content-MD5"));
        Assert.Equal("5981764153023615706", put.Header("x-oss-hash-crc64ecma"));
        Assert.Null(put.Header("x-oss-version-id"));
        Assert.Equal("hello world", get.Text);
        foreach (OssAnswer answer in (OssAnswer[])[get, head])
        {
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal("11", answer.Header("Content-Length"));
            Assert.Equal("text/x-test; charset=utf-8", answer.Header("Content-Type"));
            Assert.Equal("no-cache", answer.Header("Cache-Control"));
            Assert.Equal("attachment", answer.Header("Content-Disposition"));
            Assert.Equal("identity", answer.Header("Content-Encoding"));
            Assert.Equal("en", answer.Header("Content-Language"));
            Assert.Equal("Wed, 28 Dec 2032 10:27:41 GMT", answer.Header("Expires"));
            Assert.Equal("alice", answer.Header("x-oss-meta-author"));
            Assert.Equal("IA", answer.Header("x-oss-storage-class"));
            Assert.Equal("Normal", answer.Header("x-oss-object-type"));
            Assert.Equal("2", answer.Header("x-oss-tagging-count"));
            Assert.Equal("XrY7u+Ae7tCTyyK7j1rNww==", answer.Header("Content-MD5"));
            Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", answer.Header("ETag"));
            Assert.Equal("5981764153023615706", answer.Header("x-oss-hash-crc64ecma"));
            Assert.Matches("^[0-9A-F]{24}$", answer.Header("x-oss-request-id"));
            Assert.Equal("AliyunOSS", answer.Header("Server"));
            Assert.Matches("^[0-9]+$", answer.Header("x-oss-server-time"));
            Assert.NotNull(answer.Header("Last-Modified"));
        }
    }

    [Fact]
    public async Task An_empty_object_has_the_documented_values()
    {
        OssAnswer put = await sandbox.PutAsync("empty", "");
        OssAnswer head = await sandbox.HeadAsync("empty");

        Assert.Equal("\"D41D8CD98F00B204E9800998ECF8427E\"", put.Header("ETag"));
        Assert.Equal("1B2M2Y8AsgTpgAmY7PhCfg==", put.Header("Content-MD5"));
        Assert.Equal("0", put.Header("x-oss-hash-crc64ecma"));
        Assert.Equal("0", head.Header("Content-Length"));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/./b/../c")]
    [InlineData(" leading and trailing ")]
    [InlineData("a+b")]
    [InlineData("a%2Fb")]
    [InlineData("a\u0010b")]
    [InlineData("😀/\uFFFD")]
    [InlineData("e\u0301")]
    [InlineData("\u00e9")]
    [InlineData("a?b#c&d=e")]
    [InlineData("soap")]
    public async Task A_key_survives_byte_by_byte(string key)
    {
        await sandbox.PutAsync(key, key);
        OssAnswer get = await sandbox.GetAsync(key);
        OssAnswer list = await sandbox.SubResourceAsync("GET", null, "list-type=2&encoding-type=url&max-keys=1000");

        Assert.Equal(key, get.Text);
        Assert.Contains(Uri.EscapeDataString(key), list.All("Key"));
    }

    [Fact]
    public async Task A_key_of_1023_bytes_is_the_longest()
    {
        string longest = new string('a', 1020) + "数";

        Assert.Equal(HttpStatusCode.OK, (await sandbox.PutAsync(longest, "x")).Status);
        Assert.Equal("InvalidObjectName", (await sandbox.PutAsync(longest + "a", "x")).Code);
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("\\a")]
    public async Task A_leading_slash_or_backslash_is_no_object_name(string key)
    {
        OssAnswer answer = await sandbox.PutAsync(key, "x");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidObjectName", answer.Code);
    }

    [Fact]
    public async Task Digests_that_the_client_declares_are_verified_and_nothing_is_stored_when_they_are_wrong()
    {
        OssAnswer md5 = await sandbox.PutAsync("declared", "hello", ("Content-MD5", "XrY7u+Ae7tCTyyK7j1rNww=="));
        OssAnswer crc = await sandbox.PutAsync("declared", "hello", ("x-oss-hash-crc64ecma", "1"));
        OssAnswer head = await sandbox.HeadAsync("declared");
        OssAnswer right = await sandbox.PutAsync("declared", "hello world", ("x-oss-hash-crc64ecma", "5981764153023615706"));

        Assert.Equal("InvalidDigest", md5.Code);
        Assert.Equal("InvalidCRC64", crc.Code);
        Assert.Equal(HttpStatusCode.NotFound, head.Status);
        Assert.Equal(HttpStatusCode.OK, right.Status);
    }

    [Fact]
    public async Task Forbid_overwrite_protects_a_key_and_asks_only_whether_it_is_there()
    {
        OssAnswer first = await sandbox.PutAsync("forbidden", "one", ("x-oss-forbid-overwrite", "true"));
        OssAnswer second = await sandbox.PutAsync("forbidden", "two", ("x-oss-forbid-overwrite", "true"));
        OssAnswer third = await sandbox.PutAsync("forbidden", "three", ("x-oss-forbid-overwrite", "false"));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Equal("FileAlreadyExists", second.Code);
        Assert.Equal(HttpStatusCode.OK, third.Status);
    }

    [Fact]
    public async Task Of_many_writers_that_forbid_overwrite_exactly_one_wins()
    {
        OssAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            sandbox.PutAsync("contended", i.ToString(CultureInfo.InvariantCulture), ("x-oss-forbid-overwrite", "true"))));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(31, answers.Count(a => a.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_body_may_come_chunked_but_not_without_any_length()
    {
        OssAnswer chunked = await sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, "chunked") { Body = "hello world"u8.ToArray(), Chunked = true });
        using HttpRequestMessage bare = sandbox.Build(new OssCall("PUT", OssSandbox.Bucket, "bare"));
        string head = $"PUT /{OssSandbox.Bucket}/bare HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + string.Concat(bare.Headers.Select(h => $"{h.Key}: {string.Join(",", h.Value)}\r\n")) + "\r\n";
        string answer = await RawAsync(head);

        Assert.Equal("5981764153023615706", chunked.Header("x-oss-hash-crc64ecma"));
        Assert.StartsWith("HTTP/1.1 411", answer, StringComparison.Ordinal);
        Assert.Contains("<Code>MissingContentLength</Code>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_content_type_is_derived_from_the_key()
    {
        await sandbox.PutAsync("derived.html", "x");
        await sandbox.PutAsync("derived.unknown-extension", "x");

        Assert.Equal("text/html", (await sandbox.HeadAsync("derived.html")).Header("Content-Type"));
        Assert.Equal("application/octet-stream", (await sandbox.HeadAsync("derived.unknown-extension")).Header("Content-Type"));
    }

    [Fact]
    public async Task A_large_object_has_the_crc_of_its_bytes()
    {
        byte[] body = new byte[5_000_003];
        new Random(7).NextBytes(body);

        OssAnswer put = await sandbox.PutAsync("large", body);
        OssAnswer get = await sandbox.GetAsync("large");

        Assert.Equal(Crc64Xz.AppendByTables(0, body).ToString(CultureInfo.InvariantCulture), put.Header("x-oss-hash-crc64ecma"));
        Assert.Equal(body, get.Body);
    }

    [Theory]
    [InlineData("bytes=2-4", null, HttpStatusCode.PartialContent, "cde", "bytes 2-4/10")]
    [InlineData("bytes=7-", null, HttpStatusCode.PartialContent, "hij", "bytes 7-9/10")]
    [InlineData("bytes=-3", null, HttpStatusCode.PartialContent, "hij", "bytes 7-9/10")]
    [InlineData("bytes=5-15", null, HttpStatusCode.OK, "abcdefghij", null)]
    [InlineData("bytes=15-25", null, HttpStatusCode.OK, "abcdefghij", null)]
    [InlineData("bytes=-30", null, HttpStatusCode.OK, "abcdefghij", null)]
    [InlineData("bytes=5-15", "standard", HttpStatusCode.PartialContent, "fghij", "bytes 5-9/10")]
    [InlineData("bytes=15-25", "standard", HttpStatusCode.RequestedRangeNotSatisfiable, null, "bytes */10")]
    [InlineData("bytes=-30", "standard", HttpStatusCode.PartialContent, "abcdefghij", "bytes 0-9/10")]
    [InlineData("bytes=x-y", "standard", HttpStatusCode.OK, "abcdefghij", null)]
    public async Task A_range_is_answered_as_oss_does(string range, string? behaviour, HttpStatusCode status, string? body, string? contentRange)
    {
        await sandbox.PutAsync("ranged", "abcdefghij");
        OssAnswer get = behaviour is null
            ? await sandbox.GetAsync("ranged", ("Range", range))
            : await sandbox.GetAsync("ranged", ("Range", range), ("x-oss-range-behavior", behaviour));

        Assert.Equal(status, get.Status);
        Assert.Equal(contentRange, get.Header("Content-Range"));
        if (body is null)
        {
            Assert.Equal("InvalidRange", get.Code);
            return;
        }

        Assert.Equal(body, get.Text);
        Assert.Equal((await sandbox.HeadAsync("ranged")).Header("x-oss-hash-crc64ecma"), get.Header("x-oss-hash-crc64ecma"));
    }

    [Fact]
    public async Task Conditions_are_checked()
    {
        OssAnswer put = await sandbox.PutAsync("conditional", "x");
        string etag = put.Header("ETag")!;
        string modified = (await sandbox.HeadAsync("conditional")).Header("Last-Modified")!;
        string before = DateTimeOffset.Parse(modified, CultureInfo.InvariantCulture).AddSeconds(-1).ToString("r", CultureInfo.InvariantCulture);

        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync("conditional", ("If-Match", etag))).Status);
        Assert.Equal("PreconditionFailed", (await sandbox.GetAsync("conditional", ("If-Match", "\"0\""))).Code);
        Assert.Equal(HttpStatusCode.NotModified, (await sandbox.GetAsync("conditional", ("If-None-Match", etag))).Status);
        Assert.Equal(HttpStatusCode.NotModified, (await sandbox.HeadAsync("conditional", ("If-Modified-Since", modified))).Status);
        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync("conditional", ("If-Modified-Since", before))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await sandbox.HeadAsync("conditional", ("If-Unmodified-Since", before))).Status);
    }

    [Theory]
    [InlineData("If-Match")]
    [InlineData("If-None-Match")]
    public async Task A_conditional_put_is_not_implemented(string header)
    {
        OssAnswer answer = await sandbox.PutAsync("unconditional", "x", (header, "*"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("NotImplemented", answer.Code);
        Assert.Equal(header, answer.Element("Header"));
    }

    [Fact]
    public async Task Response_headers_are_overridden_by_the_query()
    {
        await sandbox.PutAsync("overridden", "x", ("Content-Type", "text/plain"));

        OssAnswer get = await sandbox.SubResourceAsync("GET", "overridden", "response-content-type=application/pdf&response-content-disposition=inline");

        Assert.Equal("application/pdf", get.Header("Content-Type"));
        Assert.Equal("inline", get.Header("Content-Disposition"));
    }

    [Fact]
    public async Task Text_is_compressed_on_the_fly_for_a_client_that_accepts_it_and_loses_its_etag()
    {
        string text = string.Concat(Enumerable.Repeat("compress me ", 200));
        await sandbox.PutAsync("text.txt", text, ("Content-Type", "text/plain"));

        OssAnswer gzipped = await sandbox.GetAsync("text.txt", ("Accept-Encoding", "gzip"));
        OssAnswer plain = await sandbox.GetAsync("text.txt", ("Accept-Encoding", "identity"));

        Assert.Equal("gzip", gzipped.Header("Content-Encoding"));
        Assert.Null(gzipped.Header("ETag"));
        Assert.Null(gzipped.Header("Content-Length"));
        using GZipStream unzipped = new(new MemoryStream(gzipped.Body), CompressionMode.Decompress);
        using StreamReader reader = new(unzipped, Encoding.UTF8);
        Assert.Equal(text, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(text, plain.Text);
        Assert.NotNull(plain.Header("ETag"));
    }

    [Fact]
    public async Task A_missing_key_is_told_in_the_body_of_get_and_in_a_header_of_head()
    {
        OssAnswer get = await sandbox.GetAsync("missing");
        OssAnswer head = await sandbox.HeadAsync("missing");

        Assert.Equal(HttpStatusCode.NotFound, get.Status);
        Assert.Equal("NoSuchKey", get.Code);
        Assert.Equal("missing", get.Element("Key"));
        Assert.Equal("0026-00000001", get.Header("x-oss-ec"));
        Assert.Equal(get.Header("x-oss-request-id"), get.Element("RequestId"));
        Assert.Equal(HttpStatusCode.NotFound, head.Status);
        Assert.Empty(head.Body);
        Assert.Equal("0026-00000001", head.Header("x-oss-ec"));
        Assert.Contains("<Code>NoSuchKey</Code>", Encoding.UTF8.GetString(Convert.FromBase64String(head.Header("x-oss-err")!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bucket_is_told()
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", "no-such-bucket", "k"));

        Assert.Equal("NoSuchBucket", answer.Code);
        Assert.Equal("no-such-bucket", answer.Element("BucketName"));
        Assert.Equal("0015-00000101", answer.Element("EC"));
    }

    [Fact]
    public async Task Object_meta_tells_only_the_brief()
    {
        await sandbox.PutAsync("meta", "hello world", ("x-oss-meta-a", "b"));

        OssAnswer meta = await sandbox.SubResourceAsync("HEAD", "meta", "objectMeta");

        Assert.Equal("11", meta.Header("Content-Length"));
        Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", meta.Header("ETag"));
        Assert.Equal("5981764153023615706", meta.Header("x-oss-hash-crc64ecma"));
        Assert.NotNull(meta.Header("Last-Modified"));
        Assert.Null(meta.Header("x-oss-meta-a"));
    }

    [Fact]
    public async Task An_object_grows_by_appending_at_its_end_only()
    {
        OssAnswer first = await AppendAsync(0, "123456789");
        OssAnswer wrong = await AppendAsync(3, "x");
        OssAnswer second = await AppendAsync(9, "This is a test of the emergency broadcast system.");
        OssAnswer head = await sandbox.HeadAsync("appended");
        await sandbox.PutAsync("not-appendable", "x");
        OssAnswer normal = await sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, "not-appendable") { Query = [("append", null), ("position", "1")], Body = [1] });

        Assert.Equal("9", first.Header("x-oss-next-append-position"));
        Assert.Equal("PositionNotEqualToLength", wrong.Code);
        Assert.Equal("9", wrong.Header("x-oss-next-append-position"));
        Assert.Equal("7672622622872733320", second.Header("x-oss-hash-crc64ecma"));
        Assert.Equal("Appendable", head.Header("x-oss-object-type"));
        Assert.Null(head.Header("Content-MD5"));
        Assert.Equal("58", head.Header("x-oss-next-append-position"));
        Assert.Equal("ObjectNotAppendable", normal.Code);
    }

    private Task<OssAnswer> AppendAsync(long position, string text) => sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket, "appended")
    {
        Query = [("append", null), ("position", position.ToString(CultureInfo.InvariantCulture))],
        Body = Encoding.UTF8.GetBytes(text),
    });

    private async Task<string> RawAsync(string request)
    {
        using System.Net.Sockets.TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", new Uri(sandbox.Host.OssEndpoint).Port, TestContext.Current.CancellationToken);
        await using System.Net.Sockets.NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
