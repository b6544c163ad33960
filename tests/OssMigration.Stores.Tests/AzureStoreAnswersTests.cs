using System.Globalization;
using Azure.Core;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Azure;
using OssMigration.Stores.Http;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>What the Azure store asks and makes of answers that no emulator gives.</summary>
public sealed class AzureStoreAnswersTests : IAsyncDisposable
{
    private static readonly StoreAddress Photos = new() { Scheme = "azblob", Bucket = "account/photos" };

    private readonly ScriptedHandler _server = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<AzureStore> _opened = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (AzureStore store in _opened)
            await store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task A_listing_begins_in_the_middle_and_leaves_out_the_key_itself()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(200, Page("", "b", "c"), null, "Content-Type", "application/xml");

        ListPage page = await store.ListPageAsync(new ListPageRequest("", "b", null, 100), Token);

        Assert.Equal(("c", 1, null), (Assert.Single(page.Entries).Key, page.DeclaredCount, page.ContinuationToken));
        string asked = Assert.Single(_server.Requests).Uri;
        Assert.StartsWith("https://account.blob.core.windows.net/photos?", asked, StringComparison.Ordinal);
        Assert.Contains("startFrom=b", asked, StringComparison.Ordinal);
        Assert.Equal("2026-02-06", _server.Requests[0].Headers["x-ms-version"]);
    }

    [Fact]
    public async Task A_page_of_nothing_but_the_key_itself_is_followed_by_the_next()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(200, Page("more", "b"), null, "Content-Type", "application/xml").Answer(200, Page("", "c"), null, "Content-Type", "application/xml");

        ListPage page = await store.ListPageAsync(new ListPageRequest("", "b", null, 1), Token);

        Assert.Equal(["c"], page.Entries.Select(entry => entry.Key));
        Assert.Contains("marker=more", _server.Requests[1].Uri, StringComparison.Ordinal);
        Assert.DoesNotContain("startFrom", _server.Requests[1].Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_another_XML_than_a_listing_is_said_not_to_be_understood()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(200, "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>", null, "Content-Type", "application/xml");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 1), Token));

        Assert.Equal(StoreErrorKind.ServerError, error.Kind);
    }

    [Theory]
    [InlineData("Last-Modified", "yesterday")]
    [InlineData("x-ms-creation-time", "long ago")]
    [InlineData("x-ms-tag-count", "many")]
    [InlineData("x-ms-is-current-version", "perhaps")]
    [InlineData("Content-MD5", "not Base64")]
    [InlineData("x-ms-blob-content-md5", "not Base64")]
    [InlineData("x-ms-or-code", "no rule of replication")]
    public async Task An_answer_that_cannot_be_read_gives_its_connection_back(string header, string value)
    {
        AzureStore store = Open(new FixedCredentialProvider(null), maxConnections: 1);
        using CancellationTokenSource hang = CancellationTokenSource.CreateLinkedTokenSource(Token);
        hang.CancelAfter(TimeSpan.FromSeconds(10));
        for (int i = 0; i < 3; i++)
        {
            string[] headers = ["ETag", "\"1\"", "Content-Type", "text/plain", header, value];
            _server.Answer(200, "content", null, headers).Answer(200, Page("", "a"));

            try
            {
                await store.ReadAsync(new ReadRequest("k", null, null), (_, _) => ValueTask.FromResult(true), hang.Token);
            }
            catch (StoreException error)
            {
                Assert.Equal(StoreErrorKind.ServerError, error.Kind);
            }

            Assert.Single((await store.ListPageAsync(new ListPageRequest("", null, null, 1), hang.Token)).Entries);
        }
    }

    [Fact]
    public async Task A_read_tells_of_index_tags_and_another_request_reads_them()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(200, "content", null, "ETag", "\"1\"", "x-ms-tag-count", "2")
            .Answer(200, "<?xml version=\"1.0\"?><Tags><TagSet><Tag><Key>a b</Key><Value>1</Value></Tag><Tag><Key>c</Key><Value /></Tag></TagSet></Tags>", null, "Content-Type", "application/xml");

        ObjectTraits? traits = await store.ReadAsync(new ReadRequest("k", null, null), (content, _) => ValueTask.FromResult(content.Head.Traits), Token);
        IReadOnlyList<KeyValuePair<string, string>> tags = await store.ReadTagsAsync("k", Token);

        Assert.Equal(2, traits?.TagCount);
        Assert.Equal([new("a b", "1"), new("c", "")], tags);
        Assert.EndsWith("/photos/k?comp=tags", _server.Requests[1].Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_XML_cannot_hold_come_encoded()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(200, Page("", "plain").Replace("<Name>plain</Name>", "<Name Encoded=\"true\">a%01b%EF%BF%BE</Name>", StringComparison.Ordinal), null, "Content-Type", "application/xml");

        ListPage page = await store.ListPageAsync(new ListPageRequest("", null, null, 1), Token);

        Assert.Equal("a\u0001b\ufffe", Assert.Single(page.Entries).Key);
    }

    [Fact]
    public async Task A_service_that_does_not_know_our_version_is_asked_by_an_older_one_from_then_on()
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        const string Unknown = "<?xml version=\"1.0\"?><Error><Code>InvalidHeaderValue</Code><Message>The value for one of the HTTP headers is not in the correct format.</Message><HeaderName>x-ms-version</HeaderName></Error>";
        _server.Answer(400, Unknown, null, "x-ms-error-code", "InvalidHeaderValue").Answer(200, Page("", "a")).Answer(200, Page("", "a"));

        await store.ListPageAsync(new ListPageRequest("", null, null, 1), Token);
        await store.ListPageAsync(new ListPageRequest("", null, null, 1), Token);

        Assert.Equal(["2026-02-06", "2021-12-02", "2021-12-02"], _server.Requests.Select(request => request.Headers["x-ms-version"]));
    }

    [Theory]
    [InlineData(403, "AuthenticationFailed", StoreErrorKind.Credential)]
    [InlineData(403, "AuthorizationFailure", StoreErrorKind.AccessDenied)]
    [InlineData(403, "AuthorizationPermissionMismatch", StoreErrorKind.AccessDenied)]
    [InlineData(404, "ContainerNotFound", StoreErrorKind.NoSuchBucket)]
    [InlineData(404, "BlobNotFound", StoreErrorKind.NotFound)]
    [InlineData(409, "BlobArchived", StoreErrorKind.NeedsRestore)]
    [InlineData(409, "BlobBeingRehydrated", StoreErrorKind.NeedsRestore)]
    [InlineData(412, "ConditionNotMet", StoreErrorKind.Changed)]
    [InlineData(416, "InvalidRange", StoreErrorKind.InvalidRequest)]
    [InlineData(500, "OperationTimedOut", StoreErrorKind.ServerError)]
    [InlineData(503, "ServerBusy", StoreErrorKind.Throttled)]
    public async Task Errors_are_told_by_their_code(int status, string code, StoreErrorKind kind)
    {
        AzureStore store = Open(new FixedCredentialProvider(null));
        _server.Answer(status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Says what.\nRequestId:1\nTime:2</Message></Error>", null, "x-ms-error-code", code, "x-ms-request-id", "request-1", "Retry-After", "7");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync(new ReadRequest("key", null, null), (_, _) => new ValueTask<int>(0), Token));

        Assert.Equal((kind, code, "request-1", "Azure refused: Says what.", "key", TimeSpan.FromSeconds(7)), (error.Kind, error.Code, error.RequestId, error.Message, error.Key, error.RetryAfter!.Value));
    }

    [Fact]
    public async Task A_token_is_sent_and_asked_for_anew_where_it_has_expired()
    {
        TokenStub tokens = new(_time);
        AzureStore store = Open(AzureCredentials.Create(Photos, _ => null, _time, () => tokens));
        _server.Answer(200, Page("", "a"));
        await store.ListPageAsync(new ListPageRequest("", null, null, 1), Token);
        _time.Advance(TimeSpan.FromMinutes(10));
        _server.Answer(401, "", null, "x-ms-error-code", "InvalidAuthenticationInfo").Answer(200, Page("", "a"));
        await store.ListPageAsync(new ListPageRequest("", null, null, 1), Token);

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-2"], _server.Requests.Select(request => request.Headers["authorization"]));
        Assert.Equal(["https://storage.azure.com/.default"], tokens.Scopes.Distinct());
    }

    [Fact]
    public async Task The_names_of_the_command_line_come_before_a_token()
    {
        ICredentialProvider key = AzureCredentials.Create(Photos, name => name == "AZURE_STORAGE_KEY" ? "a2V5" : null, _time, () => throw new InvalidOperationException());
        ICredentialProvider signature = AzureCredentials.Create(Photos, name => name == "AZURE_STORAGE_SAS_TOKEN" ? "?sp=rl&sig=x" : null, _time, () => throw new InvalidOperationException());
        ICredentialProvider none = AzureCredentials.Create(Photos, _ => null, _time, () => new NoTokens());

        Assert.Equal(new StoreCredential("account", "a2V5"), await key.GetAsync(false, Token));
        Assert.Equal("sp=rl&sig=x", AzureAuthorization.QueryOf(await signature.GetAsync(false, Token)));
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => none.GetAsync(false, Token).AsTask());
        Assert.Equal((StoreErrorKind.Credential, "No keys for Azure. Looked at: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN; nobody is logged in"), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("azblob://account/photos", null, AddressingStyle.Auto, "https://account.blob.core.windows.net/photos/")]
    [InlineData("azblob://account/photos/a/b", "https://account.blob.core.chinacloudapi.cn", AddressingStyle.Auto, "https://account.blob.core.chinacloudapi.cn/photos/")]
    [InlineData("azblob://account/$web", "https://files.example.com", AddressingStyle.Auto, "https://files.example.com/%24web/")]
    [InlineData("azblob://account/photos", "https://stack.example.com", AddressingStyle.Path, "https://stack.example.com/account/photos/")]
    [InlineData("azblob://account/photos", "http://127.0.0.1:10000", AddressingStyle.Auto, "http://127.0.0.1:10000/account/photos/")]
    [InlineData("azblob://account/photos", "http://127.0.0.1:10000/account", AddressingStyle.Auto, "http://127.0.0.1:10000/account/photos/")]
    public void Account_and_endpoint_make_a_site(string uri, string? endpoint, AddressingStyle style, string url)
        => Assert.Equal(url, AzureSite.Of(StoreAddressParser.Parse(uri) with { Endpoint = endpoint is null ? null : new Uri(endpoint), AddressingStyle = style }).Layout.BaseUrl.AbsoluteUri);

    [Theory]
    [InlineData("azblob://account")]
    [InlineData("azblob://account/")]
    [InlineData("azblob:///container")]
    [InlineData("azblob://account.blob.core.windows.net/container")]
    [InlineData("azblob://account/container?sv=2026&sig=secret")]
    public void What_is_no_address_of_Azure_is_refused_and_not_repeated(string uri)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => StoreAddressParser.Parse(uri));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_no_destination()
        => Assert.Contains("can only be read", Assert.Throws<ArgumentException>(() => new StoreFactory().OpenDestination(Photos, new StoreOpenOptions())).Message, StringComparison.Ordinal);

    private static string Page(string next, params string[] names)
    {
        string blobs = string.Concat(names.Select(name => string.Create(CultureInfo.InvariantCulture, $"<Blob><Name>{name}</Name><Properties><Last-Modified>Sun, 01 Mar 2026 10:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>5</Content-Length><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier></Properties></Blob>")));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"photos\"><Blobs>{blobs}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>";
    }

    private AzureStore Open(ICredentialProvider credentials, int maxConnections = 64)
    {
        AzureStore store = new(Photos, credentials, new HttpTransportOptions { Handler = _server, Time = _time, MaxConnections = maxConnections });
        _opened.Add(store);
        return store;
    }

    private sealed class TokenStub(TimeProvider time) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new(new AccessToken($"token-{Scopes.Count}", time.GetUtcNow().AddHours(1)));
        }
    }

    private sealed class NoTokens : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => throw new global::Azure.Identity.AuthenticationFailedException("nobody is logged in\nand more");
    }
}
