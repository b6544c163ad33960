using System.IO.Compression;
using System.Text;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using OssMigration.Stores.S3.Providers;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>What presets know, and what the generic one finds out.</summary>
public sealed class S3ProviderTests(SandboxFixture fixture) : IDisposable
{
    private const string OldPage = "<ListBucketResult><Marker></Marker><Contents><Key>b</Key><Size>1</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents><IsTruncated>true</IsTruncated></ListBucketResult>";
    private const string LastPage = "<ListBucketResult><Marker>b</Marker><IsTruncated>false</IsTruncated></ListBucketResult>";

    private readonly ScriptedHandler _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(null, "AWS")]
    [InlineData("https://s3.eu-west-1.amazonaws.com", "AWS")]
    [InlineData("https://s3.cn-north-1.amazonaws.com.cn", "AWS")]
    [InlineData("https://storage.googleapis.com", "GoogleCloudStorage")]
    [InlineData("https://cos.ap-guangzhou.myqcloud.com", "TencentCOS")]
    [InlineData("https://storage.example.com", "Generic")]
    [InlineData("https://notmyqcloud.com", "Generic")]
    [InlineData("https://myqcloud.com.example.com", "Generic")]
    [InlineData("https://127.0.0.1:9000", "Generic")]
    public void A_provider_is_guessed_only_where_the_host_is_certainly_its_own(string? endpoint, string expected)
        => Assert.Equal(expected, S3Providers.NameOf(new StoreAddress { Scheme = "s3", Bucket = "photos", Endpoint = endpoint is null ? null : new Uri(endpoint) }));

    [Fact]
    public void The_provider_that_is_named_holds_whatever_the_host_says()
        => Assert.Equal("Ceph", S3Providers.NameOf(new StoreAddress { Scheme = "s3", Bucket = "photos", Endpoint = new Uri("https://storage.googleapis.com"), Provider = "ceph" }));

    [Theory]
    [InlineData("s3://photos", "Nobody", "AWS, Ceph, GoogleCloudStorage, TencentCOS, Generic")]
    [InlineData("oss://photos", "AWS", "only an address of s3")]
    public void A_provider_that_cannot_be_is_refused(string uri, string provider, string reason)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new StoreFactory().OpenSource(StoreAddressParser.Parse(uri) with { Provider = provider }, new StoreOpenOptions()));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TencentCOS", null, "ap-guangzhou", "https://photos-125.cos.ap-guangzhou.myqcloud.com/")]
    [InlineData("GoogleCloudStorage", null, null, "https://photos-125.storage.googleapis.com/")]
    [InlineData("Ceph", "https://storage.example.com", null, "https://storage.example.com/photos-125/")]
    [InlineData("AWS", null, "eu-west-1", "https://photos-125.s3.eu-west-1.amazonaws.com/")]
    [InlineData("Generic", "https://storage.example.com", null, "https://photos-125.storage.example.com/")]
    public async Task A_provider_has_its_endpoint_and_style(string provider, string? endpoint, string? region, string expected)
    {
        StoreAddress address = new() { Scheme = "s3", Bucket = "photos-125", Provider = provider, Endpoint = endpoint is null ? null : new Uri(endpoint), Region = region };
        await using S3Store store = Open(address);
        _server.Answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");

        await store.ListPageAsync(new ListPageRequest("", null, null, 5), Token);

        Assert.StartsWith(expected, _server.Requests[0].Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GoogleCloudStorage", null, "/auto/s3/")]
    [InlineData("TencentCOS", "https://cos.ap-guangzhou.myqcloud.com", "/ap-guangzhou/s3/")]
    public async Task A_region_that_need_not_be_named_is_signed_for(string provider, string? endpoint, string scope)
    {
        await using S3Store store = Open(new StoreAddress { Scheme = "s3", Bucket = "photos", Provider = provider, Endpoint = endpoint is null ? null : new Uri(endpoint) });
        _server.Answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");

        await store.ListPageAsync(new ListPageRequest("", null, null, 5), Token);

        Assert.Contains(scope, _server.Requests[0].Headers["authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TencentCOS", "-Region")]
    [InlineData("Ceph", "-Endpoint")]
    [InlineData("Generic", "-Endpoint")]
    public void A_provider_whose_endpoint_cannot_be_made_says_what_is_missing(string provider, string missing)
        => Assert.Contains(missing, Assert.Throws<ArgumentException>(() => Open(new StoreAddress { Scheme = "s3", Bucket = "photos", Provider = provider })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_answers_by_the_first_ListObjects_is_asked_by_it_from_then_on()
    {
        await using S3Store store = Open(Anywhere());
        _server.Answer(200, OldPage).Answer(200, LastPage).Answer(200, LastPage);

        ListPage first = await store.ListPageAsync(new ListPageRequest("", null, null, 5), Token);
        await store.ListPageAsync(new ListPageRequest("", null, first.ContinuationToken, 5), Token);
        await store.ListPageAsync(new ListPageRequest("", "x", null, 5), Token);

        Assert.Equal(["?encoding-type=url&list-type=2&max-keys=5", "?encoding-type=url&marker=b&max-keys=5", "?encoding-type=url&marker=x&max-keys=5"], Queries());
    }

    [Fact]
    public async Task A_start_that_an_old_server_took_for_nothing_is_asked_for_again()
    {
        await using S3Store store = Open(Anywhere());
        _server.Answer(200, OldPage).Answer(200, LastPage);

        ListPage page = await store.ListPageAsync(new ListPageRequest("", "x", null, 5), Token);

        Assert.Empty(page.Entries);
        Assert.Equal(["?encoding-type=url&list-type=2&max-keys=5&start-after=x", "?encoding-type=url&marker=x&max-keys=5"], Queries());
    }

    [Fact]
    public async Task What_every_form_is_refused_for_is_told_as_the_first_refusal()
    {
        await using S3Store store = Open(Anywhere());
        _server.Error(400, "InvalidArgument", "The first.").Error(400, "InvalidArgument", "Another.").Error(501, "NotImplemented", "Another.").Error(400, "InvalidArgument", "Another.");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 5), Token));

        Assert.Contains("The first", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public async Task A_provider_that_is_known_is_asked_once_only()
    {
        await using S3Store store = Open(Anywhere() with { Provider = "AWS" });
        _server.Error(400, "InvalidArgument", "No.");

        await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 5), Token));

        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("TencentCOS", 451, "UnavailableForLegalReasons", StoreErrorKind.AccessDenied)]
    [InlineData("GoogleCloudStorage", 400, "UserProjectMissing", StoreErrorKind.AccessDenied)]
    [InlineData("GoogleCloudStorage", 429, "RateLimitExceeded", StoreErrorKind.Throttled)]
    [InlineData("Ceph", 403, "UserSuspended", StoreErrorKind.Credential)]
    [InlineData("Generic", 403, "UserSuspended", StoreErrorKind.AccessDenied)]
    public async Task Error_codes_of_a_provider_mean_what_it_says(string provider, int status, string code, StoreErrorKind expected)
    {
        await using S3Store store = Open(Anywhere() with { Provider = provider, AddressingStyle = AddressingStyle.Path });
        _server.Error(status, code, "No.");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync(new ReadRequest("key", null, null), static (_, _) => new ValueTask<int>(0), Token));

        Assert.Equal((expected, code), (error.Kind, error.Code));
    }

    [Theory]
    [InlineData("TencentCOS", "x-cos-")]
    [InlineData("GoogleCloudStorage", "x-goog-")]
    public async Task Headers_in_the_providers_words_are_read_like_those_of_S3(string provider, string prefix)
    {
        await using S3Store store = Open(Anywhere() with { Provider = provider });
        _server.Answer(200, "", 9, "ETag", "\"e\"", $"{prefix}meta-author", "alice", $"{prefix}storage-class", "STANDARD_IA", $"{prefix}tagging-count", "2");

        ObjectHead head = (await store.HeadAsync("key", Token))!;

        Assert.Equal(("alice", "STANDARD_IA", 2), (head.Metadata.User["author"], head.Entry.StorageClass, head.Traits!.TagCount));
    }

    [Fact]
    public async Task An_encrypted_object_of_Tencent_COS_has_no_MD5_for_an_ETag()
    {
        await using S3Store store = Open(Anywhere() with { Provider = "TencentCOS" });
        _server.Answer(200, "", 9, "ETag", "\"e\"", "x-cos-server-side-encryption", "AES256");

        Assert.True((await store.HeadAsync("key", Token))!.IsETagOpaque);
    }

    [Theory]
    [InlineData("TencentCOS", "ARCHIVE", true)]
    [InlineData("TencentCOS", "DEEP_ARCHIVE", true)]
    [InlineData("GoogleCloudStorage", "ARCHIVE", false)]
    [InlineData("AWS", "DEEP_ARCHIVE", true)]
    public async Task An_archive_is_one_where_the_provider_has_it_so(string provider, string storageClass, bool needsRestore)
    {
        await using S3Store store = Open(Anywhere() with { Provider = provider });
        _server.Answer(200, "", 9, "ETag", "\"e\"", "x-amz-storage-class", storageClass);

        Assert.Equal(needsRestore, (await store.HeadAsync("key", Token))!.Entry.Availability == ObjectAvailability.NeedsRestore);
    }

    [Fact]
    public void Storage_classes_of_presets_are_possible_ones()
        => Assert.All(S3Providers.All.SelectMany(provider => provider.StorageClasses.Values), name => Assert.True(StorageClassMap.IsPossible(name), name));

    [Fact]
    public async Task Packed_objects_of_Google_come_as_they_are_stored_and_with_their_hashes()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress made = await sandbox.CreateBucketAsync(SandboxSide.S3, SandboxBucket.AsGoogleStorage with { Name = SandboxProcess.NewBucketName() });
        byte[] packed = Packed("the same line over and over; the same line over and over");
        await using S3Store google = S3Store.Open(made with { Provider = "GoogleCloudStorage" }, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) });
        using MemoryStream body = new(packed);
        await google.PutAsync(new PutRequest("page.html", body, ObjectMetadata.Empty with { ContentEncoding = "gzip" }), Token);

        ObjectHead head = (await google.HeadAsync("page.html", Token))!;
        byte[] read = await google.ReadAsync(new ReadRequest("page.html", null, head.Entry.Version), TakeAsync, Token);

        Assert.Equal(packed, read);
        Assert.Equal(("gzip", packed.Length), (head.Metadata.ContentEncoding, head.Entry.Size));
        Assert.Equal([ChecksumAlgorithm.Crc32C, ChecksumAlgorithm.Md5], head.Checksums.Select(checksum => checksum.Algorithm));

        // Any other client gets something else, and this is why.
        await using S3Store generic = S3Store.Open(made with { Provider = "Generic" }, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) });
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => generic.ReadAsync(new ReadRequest("page.html", null, null), TakeAsync, Token));
        Assert.Contains("without a length", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tencent_COS_declares_the_checksum_that_OSS_has_and_restores_in_words_of_its_own()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress made = await sandbox.CreateBucketAsync(SandboxSide.S3, SandboxBucket.AsTencentCos with { Name = SandboxProcess.NewBucketName() });
        await using S3Store store = S3Store.Open(made with { Provider = "TencentCOS" }, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) });
        using MemoryStream body = new(Encoding.ASCII.GetBytes("123456789"));
        await store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token);

        // The check value of CRC-64/XZ.
        Assert.Equal(0x995DC9BBDF1939FAUL, (await store.HeadAsync("key", Token))!.Crc64);

        await sandbox.SetStorageClassAsync(SandboxSide.S3, made.Bucket, "key", "ARCHIVE", restored: false);
        Assert.Equal(ObjectAvailability.NeedsRestore, Assert.Single((await store.ListPageAsync(new ListPageRequest("", null, null, 5), Token)).Entries).Availability);
        Assert.Equal(RestoreAnswer.Begun, await store.RestoreAsync("key", 3, RestoreTier.Standard, Token));
        Assert.Equal(RestoreAnswer.UnderWay, await store.RestoreAsync("key", 3, RestoreTier.Standard, Token));
    }

    [Fact]
    public async Task Google_has_no_lifecycle_rules_in_our_words_and_nothing_to_restore()
    {
        await using S3Store store = Open(Anywhere() with { Provider = "GoogleCloudStorage" });

        Assert.Equal(StoreErrorKind.NotSupported, (await Assert.ThrowsAsync<StoreException>(() => store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))).Kind);
        Assert.Equal(StoreErrorKind.NotSupported, (await Assert.ThrowsAsync<StoreException>(() => store.RestoreAsync("key", 3, RestoreTier.Standard, Token))).Kind);
        Assert.Empty(_server.Requests);
    }

    private static StoreAddress Anywhere() => new() { Scheme = "s3", Bucket = "photos", Endpoint = new Uri("https://s3.example.com"), Region = "eu-1", AddressingStyle = AddressingStyle.Path };

    private static byte[] Packed(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static async ValueTask<byte[]> TakeAsync(ObjectContent content, CancellationToken cancellationToken)
    {
        using MemoryStream copy = new();
        await content.Body.CopyToAsync(copy, cancellationToken);
        return copy.ToArray();
    }

    private IEnumerable<string> Queries() => _server.Requests.Select(request => request.Uri[request.Uri.IndexOf('?', StringComparison.Ordinal)..]);

    private S3Store Open(StoreAddress address) => S3Store.Open(address, new StoreOpenOptions { Credential = new FixedCredentialProvider(new StoreCredential("id", "secret")) }, _server);
}
