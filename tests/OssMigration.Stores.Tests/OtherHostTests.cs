using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>Keys go to the host that the address names, over a connection that is trusted, and to no other.</summary>
public sealed class OtherHostTests
{
    private const string Token = "canary-token/+==";

    private static readonly StoreCredential Keys = new("key-id", "canary-secret", Token);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Redirects => new MatrixTheoryData<string, int>(["s3", "oss"], [301, 302, 303, 307, 308]);

    public static TheoryData<string, string> Echoes => new MatrixTheoryData<string, string>(["s3", "oss"], ["403 SignatureDoesNotMatch", "400 InvalidToken", "500 InternalError", "409 Anything", "503 SlowDown", "301 PermanentRedirect"]);

    /// <summary>What is asked of a store: by our own requests, by the SDK's, by a write.</summary>
    private static readonly (string Name, Func<IObjectReader, Task> Ask)[] Questions =
    [
        ("list", store => store.ListPageAsync(new ListPageRequest("", null, null, 10), Cancellation)),
        ("head", store => store.HeadAsync("key", Cancellation)),
        ("get", store => GetAsync(store)),
        ("put", async store => await ((IObjectWriter)store).PutAsync(new PutRequest("key", new MemoryStream([1, 2, 3]), ObjectMetadata.Empty), Cancellation)),
        ("document", store => ((IBucketDocuments)store).ReadDocumentAsync(BucketDocumentKind.Lifecycle, Cancellation)),
    ];

    [Theory]
    [MemberData(nameof(Redirects))]
    public async Task A_redirect_to_another_host_is_an_error_and_that_host_hears_nothing(string scheme, int status)
    {
        await using OssLoopbackServer other = new();
        string[] location = [$"Location: {other.Endpoint}bucket/key", "Content-Type: application/xml"];
        string body = $"<Error><Code>TemporaryRedirect</Code><Message>Go there</Message><Endpoint>{other.Endpoint.Authority}</Endpoint></Error>";
        foreach ((string name, Func<IObjectReader, Task> ask) in Questions)
        {
            await using OssLoopbackServer server = new(new OssScriptedAnswer(status, name == "head" ? "" : body, location));
            await using IObjectReader store = Open(scheme, server.Endpoint);

            StoreException error = await Assert.ThrowsAsync<StoreException>(() => ask(store));

            Assert.True(error.Kind == StoreErrorKind.WrongRegion || name == "head", $"{name}: {error}");
            Assert.Single(server.Seen);
        }

        Assert.Empty(other.Seen);
    }

    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task A_server_that_tells_what_it_was_sent_does_not_bring_it_into_an_error(string scheme, string answer)
    {
        (string status, string code) = (answer.Split(' ')[0], answer.Split(' ')[1]);
        string told = $"You sent {Token} ({Uri.EscapeDataString(Token)})";
        string body = $"<Error><Code>{code}</Code><Message>{told}</Message><Token-0>{Token}</Token-0><RequestId>{Token}</RequestId><Region>{Token}</Region><Endpoint>{Token}</Endpoint><EC>{Token}</EC></Error>";
        foreach ((_, Func<IObjectReader, Task> ask) in Questions)
        {
            await using OssLoopbackServer server = new(new OssScriptedAnswer(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), body, $"x-amz-request-id: {Token}", $"x-oss-request-id: {Token}", $"x-oss-ec: {Token}", $"x-amz-bucket-region: {Token}"));
            await using IObjectReader store = Open(scheme, server.Endpoint);

            StoreException error = await Assert.ThrowsAsync<StoreException>(() => ask(store));

            string text = $"{error}\n{error.Describe()}\n{error.Code}{error.RequestId}{error.Region}";
            Assert.DoesNotContain(Token, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Uri.EscapeDataString(Token), text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("canary-secret", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("oss")]
    public async Task A_certificate_that_nobody_vouches_for_ends_the_connection_before_a_request_is_sent(string scheme)
    {
        await using SelfSignedServer server = new();
        foreach ((string name, Func<IObjectReader, Task> ask) in Questions)
        {
            await using IObjectReader store = Open(scheme, server.Endpoint);

            StoreException error = await Assert.ThrowsAsync<StoreException>(() => ask(store));

            Assert.True(error.Kind == StoreErrorKind.Network, $"{name}: {error}");
        }

        Assert.True(server.Handshakes >= Questions.Length);
        Assert.Equal(0, server.BytesOfRequests);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("oss")]
    public void Plain_http_to_another_machine_is_refused_unless_it_is_allowed(string scheme)
    {
        StoreAddress address = new() { Scheme = scheme, Bucket = "bucket", Endpoint = new Uri("http://storage.example"), Region = "cn-hangzhou" };
        StoreOpenOptions options = new() { Credential = new FixedCredentialProvider(Keys) };

        ArgumentException error = Assert.Throws<ArgumentException>(() => new StoreFactory().OpenSource(address, options));

        Assert.Contains("plain http", error.Message, StringComparison.Ordinal);
        Assert.Null(Record.Exception(() => new StoreFactory().OpenSource(address with { AllowInsecureEndpoint = true }, options)));
    }

    [Theory]
    [InlineData("evil.example/")]
    [InlineData("x@evil.example#")]
    [InlineData("EU WEST")]
    [InlineData("../../")]
    public async Task A_region_that_is_none_is_not_learnt(string region)
    {
        ScriptedHandler server = new();
        server.Error(301, "PermanentRedirect", "Elsewhere", "x-amz-bucket-region", region);
        await using S3.S3Store store = S3.S3Store.Open(
            new StoreAddress { Scheme = "s3", Bucket = "photos" }, new StoreOpenOptions { Credential = new FixedCredentialProvider(Keys) }, server);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.HeadAsync("key", Cancellation));

        Assert.Equal(StoreErrorKind.WrongRegion, error.Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_endpoint_of_OSS_that_is_none_is_an_error_of_the_store_all_the_same()
    {
        const string Body = "<Error><Code>AccessDenied</Code><Message>x</Message><Endpoint>oss-é vil.aliyuncs.com</Endpoint></Error>";
        await using OssLoopbackServer server = new(new OssScriptedAnswer(403, Body));
        await using IObjectReader store = Open("oss", server.Endpoint);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => GetAsync(store));

        Assert.Equal((StoreErrorKind.WrongRegion, null), (error.Kind, error.Region));
    }

    private static Task<long> GetAsync(IObjectReader store)
        => store.ReadAsync(new ReadRequest("key", null, null), (content, _) => ValueTask.FromResult(content.Length), Cancellation);

    private static IObjectReader Open(string scheme, Uri endpoint) => new StoreFactory().OpenSource(
        new StoreAddress { Scheme = scheme, Bucket = "bucket", Endpoint = endpoint, Region = "cn-hangzhou" },
        new StoreOpenOptions { Credential = new FixedCredentialProvider(Keys) });

    /// <summary>A server whose certificate is its own word.</summary>
    private sealed class SelfSignedServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly X509Certificate2 _certificate = Make();
        private readonly Task _serving;

        public SelfSignedServer()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public Uri Endpoint => new($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public int Handshakes { get; private set; }

        public int BytesOfRequests { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _serving;
            _listener.Dispose();
            _certificate.Dispose();
            _end.Dispose();
        }

        private static X509Certificate2 Make()
        {
            using RSA key = RSA.Create(2048);
            CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                    Handshakes++;
                    await using SslStream tls = new(client.GetStream());
                    try
                    {
                        await tls.AuthenticateAsServerAsync(_certificate);
                        BytesOfRequests += await tls.ReadAsync(new byte[1024], _end.Token);
                    }
                    catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
                    {
                        // The client has gone, as it should.
                    }
                }
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The end.
            }
        }
    }
}
