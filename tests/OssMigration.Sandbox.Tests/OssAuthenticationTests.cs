using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using OssMigration.Sandbox.Hosting;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssAuthenticationTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    public static TheoryData<SignAsName> Forms => [.. Enum.GetValues<SignAsName>()];

    public enum SignAsName
    {
        V4,
        V1,
        V4Url,
        V1Url,
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_signature_is_accepted_for_odd_keys_and_sub_resources(SignAsName form)
    {
        SignAs sign = Enum.Parse<SignAs>(form.ToString());
        string key = $"数据/a b+c(1)*{form}.txt";

        OssAnswer put = await sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, key)
        {
            Sign = sign,
            Body = "hello world"u8.ToArray(),
            Headers = { ["Content-Type"] = "text/plain", ["Content-MD5"] = "XrY7u+Ae7tCTyyK7j1rNww==", ["x-oss-meta-author"] = "alice" },
        });
        OssAnswer tags = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, key) { Sign = sign, Query = [("tagging", null)] });
        OssAnswer list = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Sign = sign, Query = [("list-type", "2"), ("prefix", key)] });

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(HttpStatusCode.OK, tags.Status);
        Assert.Equal(key, list.Element("Key"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_wrong_secret_is_answered_with_the_string_that_should_have_been_signed(SignAsName form)
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "k")
        {
            Sign = Enum.Parse<SignAs>(form.ToString()),
            Signer = new OssTestSigner(sandbox.Side.AccessKeyId, "wrong"),
        });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("SignatureDoesNotMatch", answer.Code);
        Assert.Equal("0002-00000040", answer.Header("x-oss-ec"));
        Assert.Equal("0002-00000040", answer.Element("EC"));
        Assert.NotEmpty(answer.Element("SignatureProvided"));
        Assert.Equal(sandbox.Side.AccessKeyId, answer.Element("OSSAccessKeyId"));
        string toSign = answer.Element("StringToSign");
        Assert.StartsWith(form is SignAsName.V4 or SignAsName.V4Url ? "OSS4-HMAC-SHA256\n" : "GET\n", toSign, StringComparison.Ordinal);
        Assert.Equal(string.Join(' ', Encoding.UTF8.GetBytes(toSign).Select(b => b.ToString("X2", CultureInfo.InvariantCulture))), answer.Element("StringToSignBytes"));
        Assert.DoesNotContain(sandbox.Side.AccessKeySecret, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_access_key_is_named()
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "k") { Signer = new OssTestSigner("nobody", "x") });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("InvalidAccessKeyId", answer.Code);
        Assert.Equal("nobody", answer.Element("OSSAccessKeyId"));
    }

    [Theory]
    [InlineData(-16, false)]
    [InlineData(-14, true)]
    [InlineData(14, true)]
    [InlineData(16, false)]
    public async Task The_window_is_a_quarter_of_an_hour_to_both_sides(int minutes, bool accepted)
    {
        await sandbox.PutAsync("window", "x");
        DateTimeOffset at = sandbox.Side.Clock.GetUtcNow().AddMinutes(minutes);

        foreach (SignAs sign in (SignAs[])[SignAs.V4, SignAs.V1])
        {
            OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "window") { Sign = sign, SignedAt = at });
            if (accepted)
            {
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                continue;
            }

            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.Equal("RequestTimeTooSkewed", answer.Code);
            Assert.Equal("900000", answer.Element("MaxAllowedSkewMilliseconds"));
        }
    }

    [Fact]
    public async Task The_window_and_the_date_header_follow_the_clock_of_the_side()
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        scope.Sandbox.Side.Clock.Offset = TimeSpan.FromHours(1);

        OssAnswer late = await scope.Sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { SignedAt = TimeProvider.System.GetUtcNow() });
        DateTimeOffset date = DateTimeOffset.Parse(late.Header("Date")!, CultureInfo.InvariantCulture);
        OssAnswer corrected = await scope.Sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { SignedAt = date });

        Assert.Equal("RequestTimeTooSkewed", late.Code);
        Assert.InRange((date - TimeProvider.System.GetUtcNow()).TotalMinutes, 58, 61);
        Assert.Equal(HttpStatusCode.OK, corrected.Status);
    }

    [Fact]
    public async Task A_security_token_that_was_never_issued_is_invalid()
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "k") { Headers = { ["x-oss-security-token"] = "token" } });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("InvalidSecurityToken", answer.Code);
    }

    [Fact]
    public async Task A_temporary_key_counts_with_its_token_until_it_expires()
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        OssSandbox own = scope.Sandbox;
        using StringContent request = new("{\"side\":\"oss\",\"expiresInSeconds\":600}", Encoding.UTF8, "application/json");
        using HttpResponseMessage issued = await own.NewClient().PostAsync(own.Host.AdminEndpoint + "/tokens", request, TestContext.Current.CancellationToken);
        using JsonDocument json = JsonDocument.Parse(await issued.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        string Field(string name) => json.RootElement.GetProperty(name).GetString()!;
        OssTestSigner signer = new(Field("accessKeyId"), Field("accessKeySecret"));
        OssCall call = new("GET", OssSandbox.Bucket) { Signer = signer, Headers = { ["x-oss-security-token"] = Field("securityToken") } };

        OssAnswer header = await own.SendAsync(call);
        OssAnswer old = await own.SendAsync(call with { Sign = SignAs.V1 });
        OssAnswer url = await own.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Signer = signer, Sign = SignAs.V4Url, Query = [("x-oss-security-token", Field("securityToken"))] });
        OssAnswer oldUrl = await own.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Signer = signer, Sign = SignAs.V1Url, Query = [("security-token", Field("securityToken"))] });
        OssAnswer without = await own.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Signer = signer });
        own.Side.Clock.Offset = TimeSpan.FromMinutes(11);
        OssAnswer late = await own.SendAsync(call);

        Assert.All([header, old, url, oldUrl], answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal("InvalidAccessKeyId", without.Code);
        Assert.Equal(HttpStatusCode.Forbidden, late.Status);
        Assert.Equal("SecurityTokenExpired", late.Code);
    }

    [Fact]
    public async Task Additional_headers_are_part_of_the_signature_and_must_not_be_empty()
    {
        OssCall call = new("GET", OssSandbox.Bucket) { Headers = { ["abc"] = "value", ["zabc"] = "value" }, AdditionalHeaders = "abc;zabc" };
        OssAnswer good = await sandbox.SendAsync(call);
        using HttpRequestMessage tampered = sandbox.Build(call);
        tampered.Headers.Remove("abc");
        tampered.Headers.Add("abc", "other");
        using HttpResponseMessage refused = await sandbox.NewClient().SendAsync(tampered, TestContext.Current.CancellationToken);
        OssAnswer empty = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { AdditionalHeaders = "" });

        Assert.Equal(HttpStatusCode.OK, good.Status);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("InvalidArgument", empty.Code);
        Assert.Equal("0002-00000209", empty.Header("x-oss-ec"));
    }

    [Theory]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
    public async Task A_payload_hash_is_refused_even_when_it_is_right(string hash)
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Headers = { ["x-oss-content-sha256"] = hash } });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidArgument", answer.Code);
        Assert.Equal("0002-00000214", answer.Header("x-oss-ec"));
    }

    [Fact]
    public async Task A_scope_of_another_region_is_refused()
    {
        OssTestSigner elsewhere = new(sandbox.Side.AccessKeyId, sandbox.Side.AccessKeySecret, "cn-beijing");

        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket) { Signer = elsewhere });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidArgument", answer.Code);
        Assert.Equal("cn-beijing", answer.Element("ArgumentValue"));
    }

    [Fact]
    public async Task Header_and_query_signatures_exclude_each_other()
    {
        using HttpRequestMessage request = sandbox.Build(new OssCall("GET", OssSandbox.Bucket) { Sign = SignAs.V4Url });
        request.Headers.TryAddWithoutValidation("Authorization", "OSS ak:c2ln");
        using HttpResponseMessage answer = await sandbox.NewClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(SignAsName.V4Url)]
    [InlineData(SignAsName.V1Url)]
    public async Task A_signed_url_expires(SignAsName form)
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket)
        {
            Sign = Enum.Parse<SignAs>(form.ToString()),
            SignedAt = sandbox.Side.Clock.GetUtcNow().AddMinutes(-11),
        });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("AccessDenied", answer.Code);
    }

    [Fact]
    public async Task An_unsigned_request_is_denied_until_the_bucket_is_public()
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        await scope.Sandbox.PutAsync("open", "x");
        OssCall read = new("GET", OssSandbox.Bucket, "open") { Sign = SignAs.Nobody };
        OssAnswer denied = await scope.Sandbox.SendAsync(read);
        await scope.Sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket) { Query = [("acl", null)], Headers = { ["x-oss-acl"] = "public-read" } });
        OssAnswer allowed = await scope.Sandbox.SendAsync(read);
        OssAnswer write = await scope.Sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, "open") { Sign = SignAs.Nobody, Body = [1] });
        OssAnswer overridden = await scope.Sandbox.SendAsync(read with { Query = [("response-content-type", "text/html")] });

        Assert.Equal("AccessDenied", denied.Code);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
        Assert.Equal("AccessDenied", write.Code);
        Assert.Equal("InvalidRequest", overridden.Code);
    }

    [Fact]
    public async Task Virtual_hosts_and_bound_domains_mean_the_same_object_as_path_style()
    {
        await sandbox.PutAsync("hosted", "body");
        await sandbox.SubResourceAsync("POST", null, "cname&comp=add", "<BucketCnameConfiguration><Cname><Domain>files.example.com</Domain></Cname></BucketCnameConfiguration>");

        foreach (string host in (string[])[$"{OssSandbox.Bucket}.oss-cn-hangzhou.aliyuncs.com", $"{OssSandbox.Bucket}.cn-hangzhou.oss.aliyuncs.com", "files.example.com", $"{OssSandbox.Bucket}.localhost:1234"])
        {
            OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "hosted") { Host = host });
            Assert.Equal("body", answer.Text);
        }
    }

    [Theory]
    [InlineData("oss-cn-hangzhou.aliyuncs.com", "SecondLevelDomainForbidden")]
    [InlineData("unbound.example.com", "NonStandardHostForbidden")]
    public async Task A_host_that_means_no_bucket_is_forbidden(string host, string code)
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket, "hosted") { Host = host });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(code, answer.Code);
    }

    [Fact]
    public async Task A_request_without_any_date_is_denied()
    {
        using HttpRequestMessage request = sandbox.Build(new OssCall("GET", OssSandbox.Bucket));
        request.Headers.Remove("x-oss-date");
        using HttpResponseMessage answer = await sandbox.NewClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("0002-00000503", answer.Headers.GetValues("x-oss-ec").Single());
    }
}

/// <summary>A sandbox of one test alone.</summary>
internal sealed class OssSandboxScope : IAsyncDisposable
{
    private OssSandboxScope(OssSandbox sandbox) => Sandbox = sandbox;

    public OssSandbox Sandbox { get; }

    public static async Task<OssSandboxScope> StartAsync(OssSandbox? sandbox = null)
    {
        sandbox ??= new OssSandbox();
        await sandbox.InitializeAsync();
        return new OssSandboxScope(sandbox);
    }

    public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
}
