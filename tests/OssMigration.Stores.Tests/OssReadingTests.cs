using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class OssReadingTests
{
    private static readonly string[] ObjectHeaders =
    [
        "ETag: \"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", "Last-Modified: Fri, 24 Feb 2023 06:07:48 GMT", "Content-Type: text/plain",
        "x-oss-object-type: Normal", "x-oss-hash-crc64ecma: 5981764153023615706", "x-oss-request-id: 5C06A3B67B8B5A3DA422299D",
    ];

    [Theory]
    [InlineData("a//b", "/bucket/a//b")]
    [InlineData("a/", "/bucket/a/")]
    [InlineData(".", "/bucket/.")]
    [InlineData("..", "/bucket/..")]
    [InlineData("a/../b", "/bucket/a/../b")]
    [InlineData("a/./b", "/bucket/a/./b")]
    [InlineData("%2F", "/bucket/%252F")]
    [InlineData("\u0010", "/bucket/%10")]
    [InlineData("a+b c", "/bucket/a%2Bb%20c")]
    [InlineData("?#&=;", "/bucket/%3F%23%26%3D%3B")]
    [InlineData("\U0001F600", "/bucket/%F0%9F%98%80")]
    [InlineData("e\u0301/\u00e9", "/bucket/e%CC%81/%C3%A9")]
    [InlineData("a\\b", "/bucket/a%5Cb")]
    [InlineData("(*)'!~", "/bucket/%28%2A%29%27%21~")]
    public async Task Keys_arrive_byte_by_byte(string key, string target)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "hello world", ObjectHeaders));
        await using OssStore store = Open(server);
        byte[] content = await store.ReadAsync(new ReadRequest(key, null, null), TakeAllAsync, Cancellation);
        Assert.Equal("hello world", Encoding.UTF8.GetString(content));
        Assert.Equal(target, Assert.Single(server.Seen).Target);
    }

    [Fact]
    public async Task A_read_sends_what_OSS_needs_to_answer_exactly()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(206, "ello", [.. ObjectHeaders, "Content-Range: bytes 1-4/11"]));
        await using OssStore store = Open(server);
        ReadRequest request = new("key", new ByteRange(1, 4), new SourceVersion("5EB63BBBE01EEED093CB22BB8F5ACDC3"));
        string content = await store.ReadAsync(
            request,
            async (answer, token) =>
            {
                Assert.Equal(11, answer.Head.Entry.Size);
                Assert.Equal(4, answer.Length);
                Assert.Equal(5981764153023615706UL, answer.Head.Crc64);
                return Encoding.UTF8.GetString(await TakeAllAsync(answer, token));
            },
            Cancellation);

        Assert.Equal("ello", content);
        OssSeenRequest seen = Assert.Single(server.Seen);
        Assert.Equal("bytes=1-4", seen.Header("Range"));
        Assert.Equal("standard", seen.Header("x-oss-range-behavior"));
        Assert.Equal("identity", seen.Header("Accept-Encoding"));
        Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", seen.Header("If-Match"));
        Assert.Equal("UNSIGNED-PAYLOAD", seen.Header("x-oss-content-sha256"));
        Assert.Null(seen.Header("Expect"));
        Assert.Null(seen.Header("traceparent"));
        Assert.Null(seen.Header("Cookie"));
    }

    [Theory]
    [InlineData(200, "hello world", null)]
    [InlineData(206, "ello", "bytes 2-5/11")]
    [InlineData(206, "el", "bytes 1-2/11")]
    [InlineData(206, "ello", "bytes 1-4/*")]
    [InlineData(206, "ello", null)]
    [InlineData(206, "ell", "bytes 1-4/11")]
    public async Task An_answer_for_another_range_is_refused(int status, string body, string? range)
    {
        string[] headers = range is null ? ObjectHeaders : [.. ObjectHeaders, $"Content-Range: {range}"];
        await using OssLoopbackServer server = new(new OssScriptedAnswer(status, body, headers));
        await using OssStore store = Open(server);
        StoreException error = await ThrowsAsync(
            StoreErrorKind.ServerError,
            () => store.ReadAsync(new ReadRequest("key", new ByteRange(1, 4), null), TakeAllAsync, Cancellation));
        Assert.Equal("key", error.Key);
        Assert.Equal("5C06A3B67B8B5A3DA422299D", error.RequestId);
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused_though_OSS_clips_it()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(206, "el", [.. ObjectHeaders, "Content-Range: bytes 1-2/3"]), new OssScriptedAnswer(416, Error("InvalidRange")));
        await using OssStore store = Open(server);
        for (int i = 0; i < 2; i++)
        {
            await ThrowsAsync(
                StoreErrorKind.InvalidRequest,
                () => store.ReadAsync(new ReadRequest("key", new ByteRange(1, 4), null), TakeAllAsync, Cancellation));
        }
    }

    [Fact]
    public async Task A_whole_object_is_not_taken_from_a_part_of_it()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(206, "ello", [.. ObjectHeaders, "Content-Range: bytes 1-4/11"]));
        await using OssStore store = Open(server);
        await ThrowsAsync(StoreErrorKind.ServerError, () => store.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, Cancellation));
    }

    [Fact]
    public async Task Another_version_than_the_pinned_one_is_a_change_even_where_the_server_ignores_the_condition()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(412, Error("PreconditionFailed")),
            new OssScriptedAnswer(200, "hello world", ObjectHeaders));
        await using OssStore store = Open(server);
        for (int i = 0; i < 2; i++)
        {
            await ThrowsAsync(
                StoreErrorKind.Changed,
                () => store.ReadAsync(new ReadRequest("key", null, new SourceVersion("OTHER")), TakeAllAsync, Cancellation));
        }
    }

    [Theory]
    [InlineData(nameof(OssAnswerEnd.Close))]
    [InlineData(nameof(OssAnswerEnd.Reset))]
    public async Task A_body_that_ends_early_is_an_error_of_the_network(string end)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "hello", ObjectHeaders) { Length = 11, End = Enum.Parse<OssAnswerEnd>(end) });
        await using OssStore store = Open(server);
        StoreException error = await ThrowsAsync(
            StoreErrorKind.Network, () => store.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, Cancellation));
        Assert.Equal("key", error.Key);
        Assert.True(error.IsRetryable);
    }

    [Fact]
    public async Task A_connection_that_is_reset_without_an_answer_is_an_error_of_the_network()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(0) { End = OssAnswerEnd.Reset });
        await using OssStore store = Open(server);
        StoreException error = await ThrowsAsync(StoreErrorKind.Network, () => store.HeadAsync("key", Cancellation));
        Assert.Null(error.HttpStatus);
        Assert.Equal("key", error.Key);
    }

    [Fact]
    public async Task An_endpoint_that_nobody_listens_at_is_an_error_of_the_network()
    {
        OssLoopbackServer server = new();
        await using OssStore store = Open(server);
        await server.DisposeAsync();
        await ThrowsAsync(StoreErrorKind.Network, () => store.HeadAsync("key", Cancellation));
    }

    [Fact]
    public async Task A_server_that_falls_silent_in_a_body_is_an_error_of_the_network()
    {
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(54));
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "hello", ObjectHeaders) { Length = 11, End = OssAnswerEnd.Silence });
        await using OssStore store = Open(server, time: time);
        await ThrowsAsync(StoreErrorKind.Network, () => store.ReadAsync(
            new ReadRequest("key", null, null),
            async (content, token) =>
            {
                await content.Body.ReadExactlyAsync(new byte[5], token);
                // What the reader spends between two reads is not the server's silence.
                time.Advance(TimeSpan.FromMinutes(10));
                ValueTask<int> pending = content.Body.ReadAsync(new byte[6], token);
                time.Advance(TimeSpan.FromSeconds(59));
                Assert.False(pending.IsCompleted);
                time.Advance(TimeSpan.FromSeconds(2));
                return await pending;
            },
            Cancellation));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_an_error_of_the_network()
    {
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(54));
        await using OssLoopbackServer server = new(new OssScriptedAnswer(0) { End = OssAnswerEnd.Silence });
        await using OssStore store = Open(server, time: time);
        Task<ObjectHead?> pending = store.HeadAsync("key", Cancellation);
        while (server.Seen.Count == 0)
            await Task.Yield();
        Assert.False(pending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(61));
        StoreException error = await ThrowsAsync(StoreErrorKind.Network, () => pending);
        Assert.Contains("silent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_tells_everything_that_the_headers_say()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(
            200,
            "",
            [
                .. ObjectHeaders, "Cache-Control: no-cache, max-age=1", "Content-Disposition: attachment; filename=\"a b\"", "Content-Encoding: gzip",
                "Content-Language: de", "Expires: whatever was sent", "x-oss-meta-Author: alice", "x-oss-meta-empty:", "x-oss-storage-class: IA",
                "x-oss-tag: MIRROR",
            ])
        { Length = 11 });
        await using OssStore store = Open(server);
        ObjectHead? head = await store.HeadAsync("key", Cancellation);
        Assert.NotNull(head);
        Assert.Equal(11, head.Entry.Size);
        Assert.Equal("5EB63BBBE01EEED093CB22BB8F5ACDC3", head.Entry.ETag);
        Assert.Equal(new DateTimeOffset(2023, 2, 24, 6, 7, 48, TimeSpan.Zero), head.Entry.LastModified);
        Assert.Equal("IA", head.Entry.StorageClass);
        Assert.Equal(ObjectAvailability.Readable, head.Entry.Availability);
        Assert.Equal("text/plain", head.Metadata.ContentType);
        Assert.Equal("no-cache, max-age=1", head.Metadata.CacheControl);
        Assert.Equal("attachment; filename=\"a b\"", head.Metadata.ContentDisposition);
        Assert.Equal("gzip", head.Metadata.ContentEncoding);
        Assert.Equal("de", head.Metadata.ContentLanguage);
        Assert.Equal("whatever was sent", head.Metadata.Expires);
        Assert.Equal(new Dictionary<string, string> { ["author"] = "alice", ["empty"] = "" }, head.Metadata.User);
        Assert.True(head.IsMirrored);
    }

    [Theory]
    [InlineData("Archive", null, ObjectAvailability.NeedsRestore)]
    [InlineData("ColdArchive", "ongoing-request=\"true\"", ObjectAvailability.NeedsRestore)]
    [InlineData("DeepColdArchive", "ongoing-request=\"false\", expiry-date=\"Sun, 16 Apr 2017 08:12:33 GMT\"", ObjectAvailability.Readable)]
    [InlineData("Standard", null, ObjectAvailability.Readable)]
    public async Task Archived_objects_need_a_restore_until_one_is_in_force(string storageClass, string? restore, ObjectAvailability expected)
    {
        string[] headers = [.. ObjectHeaders, $"x-oss-storage-class: {storageClass}", .. restore is null ? Array.Empty<string>() : [$"x-oss-restore: {restore}"]];
        await using OssLoopbackServer server = new(new OssScriptedAnswer(200, "", headers));
        await using OssStore store = Open(server);
        Assert.Equal(expected, (await store.HeadAsync("key", Cancellation))!.Entry.Availability);
    }

    [Fact]
    public async Task A_head_of_a_missing_key_is_null_and_of_a_missing_bucket_an_error()
    {
        static string Encoded(string code) => "x-oss-err: " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Error(code)));
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(404),
            new OssScriptedAnswer(404, "", Encoded("NoSuchKey")),
            new OssScriptedAnswer(404, "", Encoded("NoSuchBucket"), "x-oss-ec: 0015-00000101"),
            new OssScriptedAnswer(403, "", Encoded("AccessDenied"), "x-oss-request-id: ABC"),
            new OssScriptedAnswer(403, "", "x-oss-err: no base64"));
        await using OssStore store = Open(server);
        Assert.Null(await store.HeadAsync("key", Cancellation));
        Assert.Null(await store.HeadAsync("key", Cancellation));
        StoreException error = await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => store.HeadAsync("key", Cancellation));
        Assert.Contains("0015-00000101", error.Message, StringComparison.Ordinal);
        Assert.Equal("NoSuchBucket", error.Code);
        error = await ThrowsAsync(StoreErrorKind.AccessDenied, () => store.HeadAsync("key", Cancellation));
        Assert.Equal(("ABC", 403, "key"), (error.RequestId, error.HttpStatus, error.Key));
        await ThrowsAsync(StoreErrorKind.AccessDenied, () => store.HeadAsync("key", Cancellation));
    }

    [Fact]
    public async Task Connections_are_used_again_after_errors_and_reads()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(404, Error("NoSuchKey")),
            new OssScriptedAnswer(200, "hello world", ObjectHeaders));
        await using OssStore store = OssStore.Open(
            new StoreAddress { Scheme = "oss", Bucket = "bucket", Endpoint = server.Endpoint, Region = "cn-hangzhou" },
            new StoreOpenOptions { Credential = new FixedCredentialProvider(Keys), MaxConnections = 1 });
        ReadRequest request = new("key", null, null);
        await ThrowsAsync(StoreErrorKind.NotFound, () => store.ReadAsync(request, TakeAllAsync, Cancellation));
        Assert.Equal(11, (await store.ReadAsync(request, TakeAllAsync, Cancellation)).Length);
    }
}
