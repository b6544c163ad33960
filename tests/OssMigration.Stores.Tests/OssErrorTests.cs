using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;
using static OssMigration.Stores.Tests.OssTestStore;

namespace OssMigration.Stores.Tests;

public sealed class OssErrorTests
{
    private const string Published = "2023-02-24T06:07:48Z";

    [Theory]
    [InlineData(400, "InvalidArgument", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "InvalidBucketName", StoreErrorKind.NoSuchBucket)]
    [InlineData(409, "BucketAlreadyExists", StoreErrorKind.AlreadyExists)]
    [InlineData(400, "InvalidObjectName", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "InvalidDigest", StoreErrorKind.DigestMismatch)]
    [InlineData(400, "InvalidCRC64", StoreErrorKind.Integrity)]
    [InlineData(400, "InvalidPart", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "InvalidPartOrder", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "EntityTooLarge", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "EntityTooSmall", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "MalformedXML", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "NotImplemented", StoreErrorKind.NotSupported)]
    [InlineData(400, "OperationNotSupported", StoreErrorKind.NotSupported)]
    [InlineData(400, "RequestTimeout", StoreErrorKind.Network)]
    [InlineData(400, "IncompleteBody", StoreErrorKind.Network)]
    [InlineData(400, "BadRequest", StoreErrorKind.ServerError)]
    [InlineData(400, "KmsServiceNotEnabled", StoreErrorKind.InvalidRequest)]
    [InlineData(401, "Whatever", StoreErrorKind.ServerError)]
    [InlineData(403, "AccessDenied", StoreErrorKind.AccessDenied)]
    [InlineData(403, "SignatureDoesNotMatch", StoreErrorKind.Credential)]
    [InlineData(403, "InvalidAccessKeyId", StoreErrorKind.Credential)]
    [InlineData(403, "InvalidSecurityToken", StoreErrorKind.Credential)]
    [InlineData(403, "AccessKeyIdAndSecurityTokenNotMatch", StoreErrorKind.Credential)]
    [InlineData(403, "SecurityTokenExpired", StoreErrorKind.Credential)]
    [InlineData(403, "InvalidObjectState", StoreErrorKind.NeedsRestore)]
    [InlineData(403, "UserDisable", StoreErrorKind.Credential)]
    [InlineData(403, "SecondLevelDomainForbidden", StoreErrorKind.AccessDenied)]
    [InlineData(400, "PublicEndpointForbidden", StoreErrorKind.AccessDenied)]
    [InlineData(404, "NoSuchBucket", StoreErrorKind.NoSuchBucket)]
    [InlineData(404, "NoSuchKey", StoreErrorKind.NotFound)]
    [InlineData(404, "NoSuchUpload", StoreErrorKind.NoSuchUpload)]
    [InlineData(404, "SymlinkTargetNotExist", StoreErrorKind.NotFound)]
    [InlineData(405, "MethodNotAllowed", StoreErrorKind.NotSupported)]
    [InlineData(408, "Whatever", StoreErrorKind.Network)]
    [InlineData(409, "FileAlreadyExists", StoreErrorKind.AlreadyExists)]
    [InlineData(409, "ObjectAlreadyExists", StoreErrorKind.AlreadyExists)]
    [InlineData(409, "FileImmutable", StoreErrorKind.AccessDenied)]
    [InlineData(411, "MissingContentLength", StoreErrorKind.InvalidRequest)]
    [InlineData(412, "PreconditionFailed", StoreErrorKind.Changed)]
    [InlineData(416, "InvalidRange", StoreErrorKind.InvalidRequest)]
    [InlineData(424, "MirrorFailed", StoreErrorKind.ServerError)]
    [InlineData(429, "Whatever", StoreErrorKind.Throttled)]
    [InlineData(500, "InternalError", StoreErrorKind.ServerError)]
    [InlineData(502, "Whatever", StoreErrorKind.ServerError)]
    [InlineData(503, "ServiceUnavailable", StoreErrorKind.Throttled)]
    [InlineData(503, "DownloadTrafficRateLimitExceeded", StoreErrorKind.Throttled)]
    [InlineData(503, "TotalQpsLimitExceeded", StoreErrorKind.Throttled)]
    [InlineData(503, "PartitionQpsLimitted", StoreErrorKind.Throttled)]
    [InlineData(503, "SlowDown", StoreErrorKind.Throttled)]
    [InlineData(403, "QpsLimitExceeded", StoreErrorKind.Throttled)]
    public async Task Every_documented_error_means_one_thing(int status, string code, StoreErrorKind kind)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(status, Error(code)));
        await using OssStore store = Open(server);
        using MemoryStream body = new([1]);
        StoreException error = await ThrowsAsync(kind, () => store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Cancellation));
        Assert.Equal((code, status, "5C3D9175B6FC201293AD0000", "key"), (error.Code, error.HttpStatus, error.RequestId, error.Key));
        Assert.Contains($"Text of {code}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After: 3", 3000)]
    [InlineData("Retry-After: Fri, 24 Feb 2023 06:08:18 GMT", 30_000)]
    [InlineData("Retry-After: Fri, 24 Feb 2023 06:00:00 GMT", 0)]
    [InlineData("x-oss-qos-delay-time: 150", 150)]
    [InlineData("x-oss-other: 150", null)]
    [InlineData("Retry-After: soon", null)]
    public async Task A_throttled_answer_says_how_long_to_wait(string header, int? milliseconds)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(503, Error("SlowDown"), header));
        await using OssStore store = Open(server, time: new FakeTimeProvider(DateTimeOffset.Parse(Published, null)));
        StoreException error = await ThrowsAsync(StoreErrorKind.Throttled, () => store.DeleteAsync("key", Cancellation));
        Assert.Equal(milliseconds is { } delay ? TimeSpan.FromMilliseconds(delay) : null, error.RetryAfter);
    }

    [Fact]
    public async Task An_error_that_is_no_document_is_told_by_its_status()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(502, "<html>Bad gateway"), new OssScriptedAnswer(403, "<html>Forbidden"));
        await using OssStore store = Open(server);
        StoreException error = await ThrowsAsync(StoreErrorKind.ServerError, () => store.DeleteAsync("key", Cancellation));
        Assert.Equal("OSS answered with status 502.", error.Message);
        await ThrowsAsync(StoreErrorKind.AccessDenied, () => store.DeleteAsync("key", Cancellation));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task An_error_of_many_meanings_whose_text_did_not_arrive_whole_is_worth_another_try(int status)
    {
        string text = Error("NoSuchUpload");
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(status, text[..60], "Content-Type: application/xml") { Length = text.Length, End = OssAnswerEnd.Close },
            new OssScriptedAnswer(status, text[..60], "Content-Type: application/xml"),
            new OssScriptedAnswer(status, text + text, "Content-Type: application/xml"));
        await using OssStore store = Open(server);

        Assert.True((await ThrowsAsync(StoreErrorKind.Network, () => store.AbortAsync("key", "id", Cancellation))).IsRetryable);
        for (int i = 0; i < 2; i++)
            Assert.True((await ThrowsAsync(StoreErrorKind.ServerError, () => store.AbortAsync("key", "id", Cancellation))).IsRetryable);
    }

    [Theory]
    [InlineData(307, "TemporaryRedirect", "", null)]
    [InlineData(403, "AccessDenied", "<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>", "cn-beijing")]
    [InlineData(301, "PermanentRedirect", "<Endpoint>oss-ap-southeast-1-internal.aliyuncs.com</Endpoint>", "ap-southeast-1")]
    [InlineData(403, "AccessDenied", "<Endpoint>files.example.com</Endpoint>", null)]
    public async Task A_bucket_of_another_endpoint_names_its_region(int status, string code, string endpoint, string? region)
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(status, Error(code, endpoint), "Location: http://127.0.0.1:1/"));
        await using OssStore store = Open(server);
        StoreException error = await ThrowsAsync(
            StoreErrorKind.WrongRegion, () => store.ListPageAsync(new ListPageRequest("", null, null, 1), Cancellation));
        Assert.Equal(region, error.Region);
        Assert.True(error.StopsJob);
    }

    [Fact]
    public async Task An_expired_token_is_replaced_once_and_the_request_sent_once_more()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(403, Error("SecurityTokenExpired")),
            new OssScriptedAnswer(204),
            new OssScriptedAnswer(403, Error("SecurityTokenExpired")),
            new OssScriptedAnswer(403, Error("SecurityTokenExpired")));
        TokenSource source = new();
        await using OssStore store = Open(server, source);
        await store.DeleteAsync("key", Cancellation);
        Assert.Equal([$"{Token}-0", $"{Token}-1"], server.Seen.Select(seen => seen.Header("x-oss-security-token")));
        Assert.NotEqual(server.Seen[0].Header("Authorization"), server.Seen[1].Header("Authorization"));
        await ThrowsAsync(StoreErrorKind.Credential, () => store.DeleteAsync("key", Cancellation));
        Assert.Equal(2, source.Refreshes);
    }

    [Fact]
    public async Task A_token_that_cannot_be_replaced_is_not_sent_again()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(403, Error("SecurityTokenExpired")));
        await using OssStore store = Open(server, new FixedCredentialProvider(Keys with { SecurityToken = Token }));
        await ThrowsAsync(StoreErrorKind.Credential, () => store.DeleteAsync("key", Cancellation));
    }

    [Theory]
    [InlineData(SignatureVersion.V4, "x-oss-date", "20230224T060748Z", "20230224T060749Z")]
    [InlineData(SignatureVersion.V1, "date", "Fri, 24 Feb 2023 06:07:48 GMT", "Fri, 24 Feb 2023 06:07:49 GMT")]
    public async Task A_wrong_clock_is_set_by_the_server_once_for_all_requests(SignatureVersion signature, string header, string first, string second)
    {
        FakeTimeProvider time = new(DateTimeOffset.Parse("2023-02-24T05:00:00Z", null));
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(403, Error("RequestTimeTooSkewed"), "Date: Fri, 24 Feb 2023 06:07:48 GMT"),
            new OssScriptedAnswer(204),
            new OssScriptedAnswer(204));
        await using OssStore store = Open(server, time: time, signature: signature);
        await store.DeleteAsync("key", Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        await store.DeleteAsync("key", Cancellation);
        Assert.Equal([first, second], server.Seen.Skip(1).Select(seen => seen.Header(header)));
    }

    [Fact]
    public async Task A_clock_that_cannot_be_set_stops_the_job()
    {
        await using OssLoopbackServer server = new(
            new OssScriptedAnswer(403, Error("RequestTimeTooSkewed")),
            new OssScriptedAnswer(403, Error("RequestTimeTooSkewed"), "Date: Fri, 24 Feb 2023 06:07:48 GMT"),
            new OssScriptedAnswer(403, Error("RequestTimeTooSkewed"), "Date: Fri, 24 Feb 2023 06:07:48 GMT"));
        await using OssStore store = Open(server);
        for (int i = 0; i < 2; i++)
        {
            StoreException error = await ThrowsAsync(StoreErrorKind.ClockSkew, () => store.DeleteAsync("key", Cancellation));
            Assert.True(error.StopsJob);
        }
    }

    [Fact]
    public async Task Public_buckets_are_asked_without_a_signature()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(204));
        await using OssStore store = Open(server, new FixedCredentialProvider(null));
        await store.DeleteAsync("key", Cancellation);
        Assert.Null(Assert.Single(server.Seen).Header("Authorization"));
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_error_of_the_store()
    {
        await using OssLoopbackServer server = new(new OssScriptedAnswer(0) { End = OssAnswerEnd.Silence });
        await using OssStore store = Open(server);
        using CancellationTokenSource source = new();
        Task pending = store.DeleteAsync("key", source.Token);
        while (server.Seen.Count == 0)
            await Task.Yield();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    private sealed class TokenSource : ICredentialProvider
    {
        public int Refreshes { get; private set; }

        public ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken)
        {
            Refreshes += refresh ? 1 : 0;
            return new(Keys with { SecurityToken = $"{Token}-{Refreshes}" });
        }
    }
}
