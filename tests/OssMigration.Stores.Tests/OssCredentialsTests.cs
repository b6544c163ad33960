using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;

namespace OssMigration.Stores.Tests;

public sealed class OssCredentialsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("oss-home-").FullName;
    private readonly Dictionary<string, string> _variables = [];
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Metadata _metadata = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _metadata.Dispose();
    }

    [Theory]
    [InlineData("OSS", "SESSION_TOKEN")]
    [InlineData("OSS", "SECURITY_TOKEN")]
    [InlineData("ALIBABA_CLOUD", "SECURITY_TOKEN")]
    public async Task The_chain_reads_environment_variables_first(string prefix, string token)
    {
        WriteAliyun("default", """{"name":"default","mode":"AK","access_key_id":"file-id","access_key_secret":"file-secret"}""");
        _variables[$"{prefix}_ACCESS_KEY_ID"] = "id";
        _variables[$"{prefix}_ACCESS_KEY_SECRET"] = "secret";
        Assert.Equal(new StoreCredential("id", "secret"), await GetAsync(CredentialReference.Default));
        _variables[$"{prefix}_{token}"] = "token";
        Assert.Equal(new StoreCredential("id", "secret", "token"), await GetAsync(CredentialReference.Default));
    }

    [Fact]
    public async Task The_variables_of_OSS_come_before_those_of_the_vendor()
    {
        foreach (string prefix in new[] { "ALIBABA_CLOUD", "OSS" })
        {
            _variables[$"{prefix}_ACCESS_KEY_ID"] = prefix;
            _variables[$"{prefix}_ACCESS_KEY_SECRET"] = "secret";
        }

        Assert.Equal("OSS", (await GetAsync(CredentialReference.Default))!.AccessKeyId);
    }

    [Fact]
    public async Task A_named_prefix_reads_its_own_variables_and_says_which_are_missing()
    {
        CredentialReference reference = new(CredentialKind.Environment, "TARGET");
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await GetAsync(reference));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Contains("TARGET_ACCESS_KEY_SECRET", error.Message, StringComparison.Ordinal);
        _variables["TARGET_ACCESS_KEY_ID"] = "id";
        _variables["TARGET_ACCESS_KEY_SECRET"] = "secret";
        _variables["TARGET_SECURITY_TOKEN"] = "token";
        Assert.Equal(new StoreCredential("id", "secret", "token"), await GetAsync(reference));
    }

    [Fact]
    public async Task Profiles_of_the_aliyun_command_line_are_found_by_name_and_by_default()
    {
        WriteAliyun(
            "work",
            """{"name":"work","mode":"StsToken","access_key_id":"w","access_key_secret":"ws","sts_token":"wt"}""",
            """{"name":"home","mode":"AK","access_key_id":"h","access_key_secret":"hs","sts_token":"stale"}""");
        Assert.Equal(new StoreCredential("w", "ws", "wt"), await GetAsync(CredentialReference.Default));
        Assert.Equal(new StoreCredential("h", "hs"), await GetAsync(new CredentialReference(CredentialKind.Profile, "home")));
        _variables["ALIBABA_CLOUD_PROFILE"] = "home";
        Assert.Equal("h", (await GetAsync(CredentialReference.Default))!.AccessKeyId);
    }

    [Fact]
    public async Task The_configuration_of_ossutil_is_read_in_both_forms()
    {
        string path = Path.Combine(_home, ".ossutilconfig");
        await File.WriteAllTextAsync(path, "[Credentials]\nlanguage=EN\naccessKeyID=one\naccessKeySecret = s=1\nendpoint=oss-cn-hangzhou.aliyuncs.com\n", Cancellation);
        Assert.Equal(new StoreCredential("one", "s=1"), await GetAsync(CredentialReference.Default));
        await File.WriteAllTextAsync(
            path, "[default]\nmode = AK\naccessKeyID = two\naccessKeySecret = s2\n[profile dev]\naccessKeyId = three\naccessKeySecret = s3\nstsToken = t3\n", Cancellation);
        Assert.Equal(new StoreCredential("two", "s2"), await GetAsync(CredentialReference.Default));
        Assert.Equal(new StoreCredential("three", "s3", "t3"), await GetAsync(new CredentialReference(CredentialKind.Profile, "dev")));
    }

    [Fact]
    public async Task A_chain_that_finds_nothing_says_where_it_looked_and_probes_no_machine()
    {
        WriteAliyun("default", """{"name":"default","mode":"RamRoleArn","access_key_id":"id","access_key_secret":"not-to-be-told"}""");
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await GetAsync(CredentialReference.Default));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        foreach (string place in new[] { "OSS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID", "~/.aliyun/config.json", "RamRoleArn", "~/.ossutilconfig", "ALIBABA_CLOUD_ECS_METADATA" })
            Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-told", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_metadata.Seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"profiles":{}}""")]
    [InlineData("""{"profiles":[1,{"name":"default"}]}""")]
    public async Task A_broken_profile_file_is_no_crash(string text)
    {
        Directory.CreateDirectory(Path.Combine(_home, ".aliyun"));
        await File.WriteAllTextAsync(Path.Combine(_home, ".aliyun", "config.json"), text, Cancellation);
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await GetAsync(CredentialReference.Default));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
    }

    [Fact]
    public async Task A_role_that_is_named_is_asked_for_with_a_session_and_again_shortly_before_its_keys_end()
    {
        _variables["ALIBABA_CLOUD_ECS_METADATA"] = "role";
        _metadata.Expires = _time.GetUtcNow().AddHours(1);
        ICredentialProvider provider = Create(CredentialReference.Default);
        StoreCredential? first = await provider.GetAsync(refresh: false, Cancellation);
        Assert.Equal(new StoreCredential("id-1", "secret", "token"), first);
        Assert.Same(first, await provider.GetAsync(refresh: false, Cancellation));
        Assert.Equal(
            ["PUT http://100.100.100.200/latest/api/token ", "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/role session"],
            _metadata.Seen);
        _time.Advance(TimeSpan.FromMinutes(56));
        Assert.Equal("id-2", (await provider.GetAsync(refresh: false, Cancellation))!.AccessKeyId);
    }

    [Fact]
    public async Task Many_requests_that_are_refused_together_cause_one_fetch()
    {
        _variables["ALIBABA_CLOUD_ECS_METADATA"] = "role";
        _metadata.Expires = _time.GetUtcNow().AddHours(1);
        ICredentialProvider provider = Create(CredentialReference.Default);
        await provider.GetAsync(refresh: false, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 8; i++)
            Assert.Equal("id-2", (await provider.GetAsync(refresh: true, Cancellation))!.AccessKeyId);
    }

    [Fact]
    public async Task A_machine_without_that_role_is_an_error_of_the_credential()
    {
        _variables["ALIBABA_CLOUD_ECS_METADATA"] = "role";
        _metadata.Status = HttpStatusCode.NotFound;
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await GetAsync(CredentialReference.Default));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_given_by_hand_elsewhere_must_be_given_again_and_public_buckets_need_none()
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(
            async () => await GetAsync(new CredentialReference(CredentialKind.Prompt, "key-id")));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Null(await GetAsync(new CredentialReference(CredentialKind.Anonymous)));
    }

    private ICredentialProvider Create(CredentialReference reference) =>
        OssCredentials.Create(reference, "oss://bucket", new OssCredentialSources(_variables.GetValueOrDefault, _home, _time, _metadata));

    private ValueTask<StoreCredential?> GetAsync(CredentialReference reference) => Create(reference).GetAsync(refresh: false, Cancellation);

    private void WriteAliyun(string current, params string[] profiles)
    {
        Directory.CreateDirectory(Path.Combine(_home, ".aliyun"));
        File.WriteAllText(
            Path.Combine(_home, ".aliyun", "config.json"), $$"""{"current":"{{current}}","profiles":[{{string.Join(',', profiles)}}]}""");
    }

    private sealed class Metadata : HttpMessageHandler
    {
        private int _fetches;

        public List<string> Seen { get; } = [];

        public DateTimeOffset Expires { get; set; }

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string session = request.Headers.TryGetValues("X-aliyun-ecs-metadata-token", out IEnumerable<string>? values) ? string.Join(',', values) : "";
            Seen.Add($"{request.Method} {request.RequestUri} {session}");
            if (request.Method == HttpMethod.Put)
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("session") });
            _fetches++;
            string json = $$"""{"Code":"Success","AccessKeyId":"id-{{_fetches}}","AccessKeySecret":"secret","SecurityToken":"token","Expiration":"{{Expires:yyyy-MM-ddTHH:mm:ssZ}}"}""";
            return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent(json) });
        }
    }
}
