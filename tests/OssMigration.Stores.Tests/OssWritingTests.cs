using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class OssWritingTests
{
    private static readonly OssScriptedAnswer Stored = new(
        200, "", "ETag: \"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", "x-oss-hash-crc64ecma: 5981764153023615706");

    [Fact]
    public async Task A_put_sends_the_whole_stream_and_all_metadata_and_leaves_the_stream_open()
    {
        await using OssLoopbackServer server = new(Stored);
        await using OssStore store = Open(server);
        using MemoryStream body = new(Encoding.UTF8.GetBytes("hello world"));
        body.Position = 7;
        ObjectMetadata metadata = new()
        {
            ContentType = "text/plain; charset=utf-8",
            CacheControl = "no-cache",
            ContentDisposition = "attachment; filename=\"a b\"",
            ContentEncoding = "gzip",
            ContentLanguage = "de",
            Expires = "whatever was sent",
            User = new Dictionary<string, string> { ["author"] = "alice", ["Mixed-Case"] = "B" },
        };

        PutResult result = await store.PutAsync(new PutRequest("key", body, metadata, ForbidOverwrite: true), Cancellation);

        Assert.Equal(new PutResult("5EB63BBBE01EEED093CB22BB8F5ACDC3", 5981764153023615706), result);
        Assert.True(body.CanRead);
        OssSeenRequest seen = Assert.Single(server.Seen);
        Assert.Equal("PUT /bucket/key", $"{seen.Method} {seen.Target}");
        Assert.Equal("hello world", Encoding.UTF8.GetString(seen.Body));
        Assert.Equal("11", seen.Header("Content-Length"));
        Assert.Equal("text/plain; charset=utf-8", seen.Header("Content-Type"));
        Assert.Equal("no-cache", seen.Header("Cache-Control"));
        Assert.Equal("attachment; filename=\"a b\"", seen.Header("Content-Disposition"));
        Assert.Equal("gzip", seen.Header("Content-Encoding"));
        Assert.Equal("de", seen.Header("Content-Language"));
        Assert.Equal("whatever was sent", seen.Header("Expires"));
        Assert.Equal("alice", seen.Header("x-oss-meta-author"));
        Assert.Equal("B", seen.Header("x-oss-meta-mixed-case"));
        Assert.Equal("true", seen.Header("x-oss-forbid-overwrite"));
        Assert.Null(seen.Header("Transfer-Encoding"));
        Assert.Null(seen.Header("Expect"));
    }

    [Fact]
    public async Task Metadata_are_replaced_by_a_copy_onto_itself_while_the_ETag_is_the_given_one()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "<CopyObjectResult><ETag>\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"</ETag></CopyObjectResult>"));
        await using OssStore store = Open(server);
        ObjectMetadata metadata = new() { ContentType = "text/html", User = new Dictionary<string, string> { ["owner"] = "finance" } };

        PutResult result = await store.ReplaceMetadataAsync("a b/\u00e4?.html", "5eb6", metadata, Cancellation);

        Assert.Equal(new PutResult("5EB63BBBE01EEED093CB22BB8F5ACDC3", null), result);
        OssSeenRequest seen = Assert.Single(server.Seen);
        Assert.Equal("PUT /bucket/a%20b/%C3%A4%3F.html", $"{seen.Method} {seen.Target}");
        Assert.Equal("/bucket/a%20b/%C3%A4%3F.html", seen.Header("x-oss-copy-source"));
        Assert.Equal("\"5eb6\"", seen.Header("x-oss-copy-source-if-match"));
        Assert.Equal("REPLACE", seen.Header("x-oss-metadata-directive"));
        Assert.Equal(("text/html", "finance"), (seen.Header("Content-Type"), seen.Header("x-oss-meta-owner")));
        Assert.Empty(seen.Body);
    }

    [Fact]
    public async Task An_object_without_content_type_is_sent_one_so_that_none_is_guessed()
    {
        await using OssLoopbackServer server = new(Stored, new OssScriptedAnswer(200, "<R><UploadId>id</UploadId></R>"));
        await using OssStore store = Open(server);
        using MemoryStream empty = new();
        await store.PutAsync(new PutRequest("page.html", empty, ObjectMetadata.Empty), Cancellation);
        Assert.Equal("id", await store.InitiateAsync(new InitiateRequest("page.html", ObjectMetadata.Empty), Cancellation));
        Assert.All(server.Seen, seen => Assert.Equal("application/octet-stream", seen.Header("Content-Type")));
        Assert.All(server.Seen, seen => Assert.Equal("0", seen.Header("Content-Length")));
        Assert.All(server.Seen, seen => Assert.Null(seen.Header("x-oss-forbid-overwrite")));
    }

    [Theory]
    [InlineData("under_score", "value")]
    [InlineData("dot.ted", "value")]
    [InlineData("", "value")]
    [InlineData("name", "line\r\nbreak")]
    [InlineData("name", "d\u00e9j\u00e0 vu")]
    [InlineData("name", "tab\tbed")]
    public async Task Metadata_that_OSS_refuses_is_named_before_anything_is_sent(string name, string value)
    {
        await using OssLoopbackServer server = new();
        await using OssStore store = Open(server);
        ObjectMetadata metadata = new() { User = new Dictionary<string, string> { [name] = value } };
        using MemoryStream body = new([1]);
        StoreException error = await ThrowsAsync(StoreErrorKind.InvalidRequest, () => store.PutAsync(new PutRequest("key", body, metadata), Cancellation));
        Assert.Contains($"{name}'", error.Message, StringComparison.Ordinal);
        Assert.Equal("key", error.Key);
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => store.InitiateAsync(new InitiateRequest("key", metadata), Cancellation));
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task Metadata_beyond_eight_kilobytes_is_refused_before_anything_is_sent()
    {
        await using OssLoopbackServer server = new(Stored);
        await using OssStore store = Open(server);
        using MemoryStream body = new([1]);
        static ObjectMetadata Of(int bytes) => new() { User = new Dictionary<string, string> { ["name"] = new('v', bytes - 4) } };
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => store.PutAsync(new PutRequest("key", body, Of(8193)), Cancellation));
        Assert.Empty(server.Seen);
        await store.PutAsync(new PutRequest("key", body, Of(8192)), Cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("\\a")]
    [InlineData("half a pair")]
    public async Task Keys_that_OSS_cannot_hold_are_refused_before_anything_is_sent(string key)
    {
        if (key == "half a pair")
            key += '\ud83d';
        await using OssLoopbackServer server = new();
        await using OssStore store = Open(server);
        using MemoryStream body = new([1]);
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => store.PutAsync(new PutRequest(key, body, ObjectMetadata.Empty), Cancellation));
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => store.DeleteAsync(key, Cancellation));
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task A_connection_that_closes_while_a_body_is_sent_is_an_error_of_the_network()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(0) { ReadOnly = 1000, End = OssAnswerEnd.Reset });
        await using OssStore store = Open(server);
        using MemoryStream body = new(new byte[8 << 20]);
        StoreException error = await ThrowsAsync(
            StoreErrorKind.Network, () => store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Cancellation));
        Assert.Equal("key", error.Key);
        Assert.True(body.CanRead);
    }

    [Fact]
    public async Task An_answer_that_is_lost_is_an_error_of_the_network_and_nothing_is_sent_twice()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(0) { End = OssAnswerEnd.Close });
        await using OssStore store = Open(server);
        using MemoryStream body = new([1, 2, 3]);
        await ThrowsAsync(StoreErrorKind.Network, () => store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Cancellation));
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task What_the_callers_stream_throws_comes_through()
    {
        await using OssLoopbackServer server = new(Stored with { ReadOnly = 0, Status = 0, End = OssAnswerEnd.Silence });
        await using OssStore store = Open(server);
        StoreException fromSource = new(StoreErrorKind.Changed, "s3://source", "The source changed.");
        using FailingStream body = new(fromSource, until: () => server.Seen.Count > 0);
        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Cancellation));
        Assert.Same(fromSource, error);
    }

    [Fact]
    public async Task An_upload_in_parts_sends_numbers_ids_and_etags()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(200, "<InitiateMultipartUploadResult xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\"><UploadId>ID+/=</UploadId></InitiateMultipartUploadResult>"),
            Stored,
            new OssScriptedAnswer(
                200,
                "<CompleteMultipartUploadResult><Key>k</Key><ETag>\"WHOLE\"</ETag></CompleteMultipartUploadResult>",
                "x-oss-hash-crc64ecma: 7"));
        await using OssStore store = Open(server);
        string id = await store.InitiateAsync(new InitiateRequest("key", ObjectMetadata.Empty, ForbidOverwrite: true), Cancellation);
        using MemoryStream body = new(Encoding.UTF8.GetBytes("hello world"));
        UploadedPart part = await store.UploadPartAsync(new UploadPartRequest("key", id, 3, body), Cancellation);
        PutResult result = await store.CompleteAsync(new CompleteRequest("key", id, [part], ForbidOverwrite: true), Cancellation);

        Assert.Equal(new UploadedPart(3, "5EB63BBBE01EEED093CB22BB8F5ACDC3", 5981764153023615706, 11), part);
        Assert.Equal(new PutResult("WHOLE", 7), result);
        Assert.Equal(
            ["POST /bucket/key?encoding-type=url&uploads", "PUT /bucket/key?partNumber=3&uploadId=ID%2B%2F%3D", "POST /bucket/key?encoding-type=url&uploadId=ID%2B%2F%3D"],
            server.Seen.Select(seen => $"{seen.Method} {seen.Target}"));
        Assert.Equal(["true", null, "true"], server.Seen.Select(seen => seen.Header("x-oss-forbid-overwrite")));
        Assert.Equal(
            "<CompleteMultipartUpload><Part><PartNumber>3</PartNumber><ETag>\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"</ETag></Part></CompleteMultipartUpload>",
            Encoding.UTF8.GetString(server.Seen[2].Body));
    }

    [Fact]
    public async Task An_error_inside_a_success_is_an_error()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, Error("InternalError")));
        await using OssStore store = Open(server);
        await ThrowsAsync(StoreErrorKind.ServerError, () => store.CompleteAsync(new CompleteRequest("key", "id", []), Cancellation));
    }

    [Fact]
    public async Task Aborting_an_unknown_upload_and_deleting_a_missing_key_are_no_errors()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(404, Error("NoSuchUpload")), new OssScriptedAnswer(204), new OssScriptedAnswer(204), new OssScriptedAnswer(404, Error("NoSuchKey")));
        await using OssStore store = Open(server);
        await store.AbortAsync("key", "id", Cancellation);
        await store.AbortAsync("key", "id", Cancellation);
        await store.DeleteAsync("key", Cancellation);
        await store.DeleteAsync("key", Cancellation);
        Assert.Equal(4, server.Seen.Count);
    }

    [Fact]
    public async Task Open_uploads_are_listed_over_all_pages()
    {
        static string Page(string key, string id, string more) =>
            $"<ListMultipartUploadsResult><EncodingType>url</EncodingType>{more}<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>2012-02-23T04:18:23.000Z</Initiated></Upload></ListMultipartUploadsResult>";
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(200, Page("a%20b", "1", "<IsTruncated>true</IsTruncated><NextKeyMarker>a%20b</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>")),
            new OssScriptedAnswer(200, Page("a%2Bc", "2", "<IsTruncated>false</IsTruncated>")));
        await using OssStore store = Open(server);
        IReadOnlyList<OpenUpload> uploads = await store.ListUploadsAsync("a", Cancellation);
        DateTimeOffset initiated = new(2012, 2, 23, 4, 18, 23, TimeSpan.Zero);
        Assert.Equal([new OpenUpload("a b", "1", initiated), new OpenUpload("a+c", "2", initiated)], uploads);
        Assert.Equal(
            ["/bucket/?encoding-type=url&max-uploads=1000&prefix=a&uploads", "/bucket/?encoding-type=url&key-marker=a%20b&max-uploads=1000&prefix=a&upload-id-marker=1&uploads"],
            server.Seen.Select(seen => seen.Target));
    }

    private sealed class FailingStream(Exception error, Func<bool> until) : MemoryStream(new byte[100_000])
    {
        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(new byte[50_000], cancellationToken);
            while (!until())
                await Task.Yield();
            throw error;
        }
    }
}
