using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>What the S3 store makes of answers that a well-behaved server rarely gives.</summary>
public sealed class S3StoreAnswersTests : IAsyncDisposable
{
    private const string Secret = "a-very-secret-key";

    private static readonly StoreCredential Keys = new("AKID", Secret);

    private readonly ScriptedHandler _server = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<S3Store> _opened = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (S3Store store in _opened)
            await store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task The_region_of_a_bucket_is_learnt_where_the_address_names_none()
    {
        S3Store store = Open(new StoreAddress { Scheme = "s3", Bucket = "photos", Endpoint = new Uri("https://s3.example.com") });
        _server.Error(400, "AuthorizationHeaderMalformed", "The region 'us-east-1' is wrong", "x-amz-bucket-region", "eu-west-3");
        _server.Answer(200, "content", null, "ETag", "\"e\"");
        _server.Answer(200, "content", null, "ETag", "\"e\"");

        Assert.Equal("content", await ReadAsync(store, "key"));
        Assert.Equal("content", await ReadAsync(store, "key"));

        Assert.Equal(["us-east-1", "eu-west-3", "eu-west-3"], _server.Requests.Select(request => request.Headers["authorization"].Split('/')[2]));
    }

    [Fact]
    public async Task A_permanent_redirect_leads_to_the_endpoint_of_the_right_region_of_the_vendor()
    {
        S3Store store = Open(new StoreAddress { Scheme = "s3", Bucket = "photos" }, environment: name => name == "AWS_REGION" ? "us-west-2" : null);
        _server.Error(301, "PermanentRedirect", "Elsewhere", "x-amz-bucket-region", "cn-north-1");
        _server.Answer(200, "content", null, "ETag", "\"e\"");

        Assert.Equal("content", await ReadAsync(store, "a b"));

        Assert.Equal(
            ["https://photos.s3.us-west-2.amazonaws.com/a%20b", "https://photos.s3.cn-north-1.amazonaws.com.cn/a%20b"],
            _server.Requests.Select(request => request.Uri));
    }

    [Fact]
    public async Task An_error_in_answer_to_a_head_has_no_text_whatever_length_it_names()
    {
        S3Store store = Open(Address());
        _server.Answer(404, "", 266, "Content-Type", "application/xml");

        Assert.Null(await store.HeadAsync("key", Token));
    }

    [Fact]
    public async Task A_wrong_region_in_the_address_is_an_error_that_names_the_right_one()
    {
        S3Store store = Open(Address() with { Region = "us-east-1" });
        _server.Answer(301, "", 0, "x-amz-bucket-region", "eu-west-3");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.HeadAsync("key", Token));

        Assert.Equal(StoreErrorKind.WrongRegion, error.Kind);
        Assert.Equal("eu-west-3", error.Region);
        Assert.Contains("eu-west-3", error.Message, StringComparison.Ordinal);
        Assert.True(error.StopsJob);
    }

    [Fact]
    public async Task A_redirect_that_names_no_region_is_not_followed()
    {
        S3Store store = Open(Address() with { Region = null });
        _server.Answer(307, "", null, "Location", "https://elsewhere.example.com/");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key"));

        Assert.Equal(StoreErrorKind.WrongRegion, error.Kind);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_learnt_from_the_server_once()
    {
        S3Store store = Open(Address());
        _server.Error(403, "RequestTimeTooSkewed", "Too far", "Date", "Sun, 01 Mar 2026 13:00:00 GMT");
        _server.Answer(200, "content", null, "ETag", "\"e\"");
        _server.Answer(200, "content", null, "ETag", "\"e\"");

        await ReadAsync(store, "key");
        _time.Advance(TimeSpan.FromMinutes(1));
        await ReadAsync(store, "key");

        Assert.Equal(["20260301T120000Z", "20260301T130000Z", "20260301T130100Z"], _server.Requests.Select(request => request.Headers["x-amz-date"]));
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_learnt_from_a_head_that_can_say_nothing()
    {
        S3Store store = Open(Address());
        _server.Answer(403, "", 0, "Date", "Sun, 01 Mar 2026 11:00:00 GMT");
        _server.Answer(200, "", 7, "ETag", "\"e\"");

        Assert.Equal(7, (await store.HeadAsync("key", Token))!.Entry.Size);
        Assert.Equal("20260301T110000Z", _server.Requests[1].Headers["x-amz-date"]);
    }

    [Fact]
    public async Task A_head_that_was_signed_by_the_wrong_clock_is_sent_again_though_another_has_learnt_the_time_meanwhile()
    {
        S3Store store = Open(Address());
        _server.Answer(403, "", 0, "Date", "Sun, 01 Mar 2026 11:00:00 GMT");
        _server.Answer(200, "", 5, "ETag", "\"e\"");
        _server.Answer(403, "", 0, "Date", "Sun, 01 Mar 2026 11:00:00 GMT");
        _server.Answer(200, "", 7, "ETag", "\"e\"");
        ObjectHead? other = null;
        _server.Meanwhile = async () => other = await store.HeadAsync("other", Token);

        ObjectHead? head = await store.HeadAsync("key", Token);

        Assert.Equal((5L, 7L), (other!.Entry.Size, head!.Entry.Size));
        Assert.Equal("20260301T120000Z", _server.Requests[0].Headers["x-amz-date"]);
        Assert.Equal("20260301T110000Z", _server.Requests[3].Headers["x-amz-date"]);
    }

    [Fact]
    public async Task A_clock_that_stays_wrong_is_an_error()
    {
        S3Store store = Open(Address());
        _server.Error(403, "RequestTimeTooSkewed", "Too far", "Date", "Sun, 01 Mar 2026 13:00:00 GMT");
        _server.Error(403, "RequestTimeTooSkewed", "Too far", "Date", "Sun, 01 Mar 2026 14:00:00 GMT");

        Assert.Equal(StoreErrorKind.ClockSkew, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key"))).Kind);
        Assert.Equal(0, _server.Left);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once()
    {
        Renewable keys = new();
        S3Store store = Open(Address(), keys);
        _server.Error(400, "ExpiredToken", "The provided token has expired.");
        _server.Answer(200, "content", null, "ETag", "\"e\"");

        Assert.Equal("content", await ReadAsync(store, "key"));
        Assert.Equal(["token-0", "token-1"], _server.Requests.Select(request => request.Headers["x-amz-security-token"]));
        Assert.Equal(1, keys.Renewals);

        _server.Error(400, "ExpiredToken").Error(400, "ExpiredToken");
        Assert.Equal(StoreErrorKind.Credential, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key"))).Kind);
    }

    [Theory]
    [InlineData(503, "SlowDown", StoreErrorKind.Throttled)]
    [InlineData(503, "ServiceUnavailable", StoreErrorKind.Throttled)]
    [InlineData(429, "Unheard", StoreErrorKind.Throttled)]
    [InlineData(500, "InternalError", StoreErrorKind.ServerError)]
    [InlineData(502, "", StoreErrorKind.ServerError)]
    [InlineData(400, "RequestTimeout", StoreErrorKind.Network)]
    [InlineData(400, "BadDigest", StoreErrorKind.DigestMismatch)]
    [InlineData(400, "InvalidArgument", StoreErrorKind.InvalidRequest)]
    [InlineData(400, "KeyTooLongError", StoreErrorKind.InvalidRequest)]
    [InlineData(401, "", StoreErrorKind.Credential)]
    [InlineData(403, "AccessDenied", StoreErrorKind.AccessDenied)]
    [InlineData(403, "InvalidAccessKeyId", StoreErrorKind.Credential)]
    [InlineData(403, "SignatureDoesNotMatch", StoreErrorKind.Credential)]
    [InlineData(400, "InvalidToken", StoreErrorKind.Credential)]
    [InlineData(403, "InvalidObjectState", StoreErrorKind.NeedsRestore)]
    [InlineData(404, "NoSuchBucket", StoreErrorKind.NoSuchBucket)]
    [InlineData(404, "NoSuchKey", StoreErrorKind.NotFound)]
    [InlineData(404, "", StoreErrorKind.NotFound)]
    [InlineData(412, "PreconditionFailed", StoreErrorKind.Changed)]
    [InlineData(416, "InvalidRange", StoreErrorKind.InvalidRequest)]
    [InlineData(501, "NotImplemented", StoreErrorKind.NotSupported)]
    public async Task An_error_answer_gets_the_kind_that_decides(int status, string code, StoreErrorKind kind)
    {
        S3Store store = Open(Address());
        _server.Error(status, code, "Some words");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "folder/key"));

        Assert.Equal(kind, error.Kind);
        Assert.Equal("folder/key", error.Key);
        Assert.Equal("s3://photos", error.Store);
        Assert.Equal(status, error.HttpStatus);
        Assert.Equal("request-1", error.RequestId);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_throttled_answer_passes_on_how_long_to_wait()
    {
        S3Store store = Open(Address());
        _server.Error(503, "SlowDown", "Reduce your request rate.", "Retry-After", "7");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 10), Token));

        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
        Assert.True(error.IsRetryable);
    }

    [Fact]
    public async Task A_range_that_is_answered_with_the_whole_object_is_refused()
    {
        S3Store store = Open(Address());
        _server.Answer(200, "0123456789", null, "ETag", "\"e\"");

        Assert.Equal(StoreErrorKind.ServerError, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key", new ByteRange(2, 3)))).Kind);
        Assert.Equal("bytes=2-4", _server.Requests[0].Headers["range"]);
    }

    [Fact]
    public async Task A_range_that_is_answered_with_another_range_is_refused()
    {
        S3Store store = Open(Address());
        _server.Answer(206, "012", null, "ETag", "\"e\"", "Content-Range", "bytes 0-2/10");

        Assert.Equal(StoreErrorKind.ServerError, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key", new ByteRange(2, 3)))).Kind);
    }

    [Fact]
    public async Task A_server_that_ignores_the_condition_is_found_out()
    {
        S3Store store = Open(Address());
        _server.Answer(200, "new", null, "ETag", "\"new\"");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "key", null, new SourceVersion("old")));

        Assert.Equal(StoreErrorKind.Changed, error.Kind);
        Assert.Equal("\"old\"", _server.Requests[0].Headers["if-match"]);
    }

    [Fact]
    public async Task Declared_checksums_of_the_whole_object_are_passed_on_and_others_are_not()
    {
        S3Store store = Open(Address());
        _server.Answer(200, "", 9, "ETag", "\"e\"", "x-amz-checksum-crc32c", "4waSgw==", "x-amz-checksum-type", "FULL_OBJECT");
        _server.Answer(200, "", 9, "ETag", "\"e-2\"", "x-amz-checksum-crc32", "25ItdA==-2", "x-amz-checksum-type", "COMPOSITE");
        _server.Answer(206, "4", null, "ETag", "\"e\"", "Content-Range", "bytes 3-3/9", "x-amz-checksum-crc32c", "AAAAAA==");

        Assert.Equal(new DeclaredChecksum(ChecksumAlgorithm.Crc32C, "4waSgw=="), Assert.Single((await store.HeadAsync("key", Token))!.Checksums));
        Assert.Empty((await store.HeadAsync("key", Token))!.Checksums);
        ObjectHead part = await store.ReadAsync(
            new ReadRequest("key", new ByteRange(3, 1), null), (content, _) => new ValueTask<ObjectHead>(content.Head), Token);
        Assert.Empty(part.Checksums);
        Assert.Equal("ENABLED", _server.Requests[0].Headers["x-amz-checksum-mode"]);
    }

    [Theory]
    [InlineData("GLACIER", null, ObjectAvailability.NeedsRestore)]
    [InlineData("DEEP_ARCHIVE", "ongoing-request=\"true\"", ObjectAvailability.NeedsRestore)]
    [InlineData("GLACIER", "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2029 00:00:00 GMT\"", ObjectAvailability.Readable)]
    [InlineData("GLACIER_IR", null, ObjectAvailability.Readable)]
    [InlineData("STANDARD_IA", null, ObjectAvailability.Readable)]
    public async Task A_head_says_whether_an_archived_object_was_restored(string storageClass, string? restore, ObjectAvailability expected)
    {
        S3Store store = Open(Address());
        _server.Answer(200, "", 9, ["ETag", "\"e\"", "x-amz-storage-class", storageClass, .. restore is null ? [] : new[] { "x-amz-restore", restore }]);

        Assert.Equal(expected, (await store.HeadAsync("key", Token))!.Entry.Availability);
    }

    [Fact]
    public async Task A_listing_marks_archived_objects_and_counts_what_the_server_counted()
    {
        S3Store store = Open(Address());
        _server.Answer(200, """
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><KeyCount>3</KeyCount>
            <Contents><Key>a%2Fb+c%2B</Key><Size>1</Size><ETag>&quot;1&quot;</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified><StorageClass>DEEP_ARCHIVE</StorageClass></Contents>
            <Contents><Key>d</Key><Size>2</Size><ETag>"2"</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified><StorageClass>GLACIER</StorageClass>
            <RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2030-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus></Contents>
            <IsTruncated>true</IsTruncated><NextContinuationToken>1/+=</NextContinuationToken></ListBucketResult>
            """);
        _server.Answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");

        ListPage page = await store.ListPageAsync(new ListPageRequest("p q", "A+", null, 5), Token);
        await store.ListPageAsync(new ListPageRequest("p q", "A+", page.ContinuationToken, 5), Token);

        Assert.Equal(3, page.DeclaredCount);
        Assert.Equal(["a/b c+", "d"], page.Entries.Select(entry => entry.Key));
        Assert.Equal([ObjectAvailability.NeedsRestore, ObjectAvailability.Readable], page.Entries.Select(entry => entry.Availability));
        Assert.Equal(
            ["https://s3.example.com/photos/?encoding-type=url&list-type=2&max-keys=5&prefix=p%20q&start-after=A%2B",
             "https://s3.example.com/photos/?continuation-token=1%2F%2B%3D&encoding-type=url&list-type=2&max-keys=5&prefix=p%20q"],
            _server.Requests.Select(request => request.Uri));
    }

    [Theory]
    [InlineData("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")]
    [InlineData("<ListBucketResult></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>a</Key>")]
    [InlineData("<html>Sign in</html>")]
    [InlineData("<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%FFb</Key></Contents><IsTruncated>false</IsTruncated></ListBucketResult>")]
    [InlineData("")]
    public async Task A_listing_that_cannot_be_understood_is_not_taken_for_the_end(string body)
    {
        S3Store store = Open(Address());
        _server.Answer(200, body);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 5), Token));

        Assert.Equal(StoreErrorKind.ServerError, error.Kind);
    }

    [Fact]
    public async Task The_vendor_itself_is_asked_for_the_state_of_restored_objects()
    {
        S3Store store = Open(new StoreAddress { Scheme = "s3", Bucket = "photos", Region = "eu-west-1" });
        _server.Answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");

        await store.ListPageAsync(new ListPageRequest("", null, null, 5), Token);

        Assert.Equal("RestoreStatus", _server.Requests[0].Headers["x-amz-optional-object-attributes"]);
        Assert.Contains("x-amz-optional-object-attributes", _server.Requests[0].Headers["authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_the_chunked_transport_is_no_encoding_of_the_object()
    {
        S3Store store = Open(Address());
        _server.Answer(200, "", 1, "ETag", "\"e\"", "Content-Encoding", "aws-chunked");
        _server.Answer(200, "", 1, "ETag", "\"e\"", "Content-Encoding", "gzip,aws-chunked");

        Assert.Null((await store.HeadAsync("key", Token))!.Metadata.ContentEncoding);
        Assert.Equal("gzip", (await store.HeadAsync("key", Token))!.Metadata.ContentEncoding);
    }

    [Fact]
    public async Task A_complete_that_fails_after_its_status_fails()
    {
        S3Store store = Open(Address());
        _server.Error(200, "InternalError", "We encountered an internal error.");

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => store.CompleteAsync(new CompleteRequest("key", "id", [new UploadedPart(1, "e", null, 1)]), Token));

        Assert.Equal(StoreErrorKind.ServerError, error.Kind);
        Assert.Equal("key", error.Key);
    }

    [Fact]
    public async Task A_write_is_plain_signed_and_conditional()
    {
        S3Store store = Open(Address());
        _server.Error(412, "PreconditionFailed");
        using MemoryStream body = new(Encoding.UTF8.GetBytes("content"));

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync(new PutRequest("/a/../b", body, ObjectMetadata.Empty, ForbidOverwrite: true), Token));

        Assert.Equal(StoreErrorKind.AlreadyExists, error.Kind);
        Assert.Equal("/a/../b", error.Key);
        (string method, string uri, Dictionary<string, string> headers) = Assert.Single(_server.Requests);
        Assert.Equal("PUT https://s3.example.com/photos//a/../b", $"{method} {uri}");
        Assert.Equal("*", headers["if-none-match"]);
        Assert.Equal("content", headers["(body)"]);
        Assert.Equal("UNSIGNED-PAYLOAD", headers["x-amz-content-sha256"]);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-central-1/s3/aws4_request,", headers["authorization"], StringComparison.Ordinal);
        Assert.DoesNotContain(headers.Keys, name => name.StartsWith("x-amz-checksum", StringComparison.Ordinal) || name == "expect");
    }

    [Fact]
    public async Task A_write_whose_answer_is_no_answer_is_a_failure_of_the_network()
    {
        S3Store store = Open(Address());
        _server.Fail(new HttpRequestException("boom", new IOException("reset", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset))));
        using MemoryStream body = new([1]);

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token));

        Assert.Equal(StoreErrorKind.Network, error.Kind);
    }

    [Fact]
    public async Task Anonymous_requests_are_not_signed()
    {
        S3Store store = Open(Address(), new FixedCredentialProvider(null));
        _server.Answer(200, "content", null, "ETag", "\"e\"");

        await ReadAsync(store, "key");

        Assert.DoesNotContain(_server.Requests[0].Headers.Keys, name => name is "authorization" or "x-amz-date");
    }

    [Fact]
    public async Task An_empty_key_never_becomes_a_request_on_the_bucket()
    {
        S3Store store = Open(Address());

        foreach (Func<Task> call in (Func<Task>[])[() => store.DeleteAsync("", Token), () => store.HeadAsync("", Token), () => ReadAsync(store, "")])
            Assert.Equal(StoreErrorKind.InvalidRequest, (await Assert.ThrowsAsync<StoreException>(call)).Kind);

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_page_of_versions_tells_how_it_goes_on_or_is_refused()
    {
        S3Store store = Open(Address());
        _server.Answer(200, "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2Bc</NextKeyMarker><NextVersionIdMarker>v/1</NextVersionIdMarker>"
            + "<Version><Key>a+b%2Bc</Key><VersionId>v/1</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>7</Size></Version></ListVersionsResult>");
        _server.Answer(200, "<ListVersionsResult><IsTruncated>false</IsTruncated><DeleteMarker><Key>c%2B</Key><IsLatest>false</IsLatest><LastModified>2026-01-01T00:00:00Z</LastModified></DeleteMarker></ListVersionsResult>");
        _server.Answer(200, "<ListVersionsResult><IsTruncated>true</IsTruncated></ListVersionsResult>");
        _server.Answer(200, "<ListVersionsResult/>");
        _server.Answer(200, "<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>k</Key></Version></ListVersionsResult>");

        VersionPage first = await store.ListVersionPageAsync("a b", null, Token);
        VersionPage second = await store.ListVersionPageAsync("a b", first.Next, Token);

        Assert.Equal(new VersionMarker("a b+c", "v/1"), first.Next);
        ObjectVersion only = Assert.Single(first.Versions);
        Assert.Equal(new ObjectVersion("a b+c", "v/1", true, false, 7, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), only with { Entry = null });
        Assert.Equal(("a b+c", 7, ObjectAvailability.Readable), (only.Entry!.Key, only.Entry.Size, only.Entry.Availability));
        Assert.Equal(("c%2B", "null", true, null, null), (second.Versions[0].Key, second.Versions[0].VersionId, second.Versions[0].IsDeleteMarker, second.Versions[0].Entry, second.Next));
        Assert.EndsWith("?encoding-type=url&key-marker=a%20b%2Bc&max-keys=1000&prefix=a%20b&version-id-marker=v%2F1&versions=", _server.Requests[1].Uri, StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
            Assert.Equal(StoreErrorKind.ServerError, (await Assert.ThrowsAsync<StoreException>(() => store.ListVersionPageAsync("", null, Token))).Kind);
    }

    [Fact]
    public async Task A_lifecycle_configuration_goes_back_with_its_digest_its_header_and_what_nobody_knows()
    {
        S3Store store = Open(Address());
        const string Xml = "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule a=\"1\"><Future><Deep /></Future><Prefix>a&#xD;&#xA;&#x1;b</Prefix></Rule></LifecycleConfiguration>";
        _server.Answer(200, Xml, null, "x-amz-transition-default-minimum-object-size", "varies_by_storage_class");
        _server.Answer(200);
        _server.Error(404, "NoSuchLifecycleConfiguration");
        _server.Error(403, "AccessDenied");
        _server.Answer(200, "<Other/>");

        BucketDocument document = (await store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!;
        await store.WriteDocumentAsync(BucketDocumentKind.Lifecycle, document, Token);

        Dictionary<string, string> sent = _server.Requests[1].Headers;
        Assert.Equal(("PUT", "https://s3.example.com/photos/?lifecycle="), (_server.Requests[1].Method, _server.Requests[1].Uri));
        Assert.EndsWith(Xml, sent["(body)"].Replace("a&#xD;\n", "a&#xD;&#xA;", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("varies_by_storage_class", sent["x-amz-transition-default-minimum-object-size"]);
#pragma warning disable CA5351 // What S3 wants.
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(sent["(body)"]))), sent["content-md5"]);
#pragma warning restore CA5351
        Assert.Contains("content-md5", sent["authorization"], StringComparison.Ordinal);
        Assert.Null(await store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token));
        Assert.Equal(StoreErrorKind.AccessDenied, (await Assert.ThrowsAsync<StoreException>(() => store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))).Kind);
        Assert.Equal(StoreErrorKind.ServerError, (await Assert.ThrowsAsync<StoreException>(() => store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))).Kind);
    }

    private static StoreAddress Address() => new()
    {
        Scheme = "s3",
        Bucket = "photos",
        Endpoint = new Uri("https://s3.example.com"),
        Region = "eu-central-1",
        AddressingStyle = AddressingStyle.Path,
    };

    private static Task<string> ReadAsync(S3Store store, string key, ByteRange? range = null, SourceVersion? version = null) => store.ReadAsync(
        new ReadRequest(key, range, version),
        async (content, token) =>
        {
            using StreamReader reader = new(content.Body);
            return await reader.ReadToEndAsync(token);
        },
        Token);

    private S3Store Open(StoreAddress address, ICredentialProvider? keys = null, Func<string, string?>? environment = null)
    {
        S3Store store = new(
            address, keys ?? new FixedCredentialProvider(Keys), new Http.HttpTransportOptions { Time = _time, Handler = _server }, environment ?? (_ => null));
        _opened.Add(store);
        return store;
    }

    private sealed class Renewable : ICredentialProvider
    {
        public int Renewals { get; private set; }

        public ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken)
        {
            if (refresh)
                Renewals++;
            return new(Keys with { SecurityToken = $"token-{Renewals}" });
        }
    }
}
