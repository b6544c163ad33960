using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OssMigration.Sandbox.Hosting;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssMirrorTests : IAsyncLifetime
{
    private readonly OssSandbox _sandbox = new();
    private readonly List<TestOrigin> _origins = [];

    public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (TestOrigin origin in _origins)
            await origin.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_get_fetches_a_missing_object_once_and_stores_it_with_its_headers()
    {
        TestOrigin origin = await OriginAsync(async http =>
        {
            http.Response.Headers.ContentType = "text/x-test";
            http.Response.Headers.CacheControl = "max-age=5";
            http.Response.Headers["x-oss-meta-a"] = "b";
            http.Response.Headers.LastModified = "Wed, 28 Dec 2022 10:27:41 GMT";
            await http.Response.WriteAsync("hello world");
        });
        await MirrorAsync(origin);

        OssAnswer first = await _sandbox.GetAsync("a b+/c");
        OssAnswer second = await _sandbox.GetAsync("a b+/c");
        OssAnswer head = await _sandbox.HeadAsync("a b+/c");

        Assert.Equal(["GET /a%20b%2B/c"], origin.Requests);
        foreach (OssAnswer answer in (OssAnswer[])[first, second, head])
        {
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal("MIRROR", answer.Header("x-oss-tag"));
            Assert.Equal("text/x-test", answer.Header("Content-Type"));
            Assert.Equal("max-age=5", answer.Header("Cache-Control"));
            Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", answer.Header("ETag"));
            Assert.Equal("5981764153023615706", answer.Header("x-oss-hash-crc64ecma"));
            Assert.Null(answer.Header("x-oss-meta-a"));
            Assert.NotEqual("Wed, 28 Dec 2022 10:27:41 GMT", answer.Header("Last-Modified"));
        }

        Assert.Equal("hello world", first.Text);
    }

    [Fact]
    public async Task A_large_object_streams_to_the_client_and_is_stored_whole()
    {
        byte[] body = new byte[3_000_001];
        new Random(3).NextBytes(body);
        TestOrigin origin = await OriginAsync(http => http.Response.Body.WriteAsync(body).AsTask());
        await MirrorAsync(origin);

        OssAnswer first = await _sandbox.GetAsync("large");
        OssAnswer second = await _sandbox.GetAsync("large");

        Assert.Equal(body, first.Body);
        Assert.Equal("MIRROR", first.Header("x-oss-tag"));
        Assert.Null(first.Header("Content-Length"));
        Assert.Equal(body, second.Body);
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task A_ranged_get_makes_the_whole_object_arrive_and_never_passes_the_range_on()
    {
        string? range = null;
        TestOrigin origin = await OriginAsync(async http =>
        {
            range = http.Request.Headers.Range.ToString();
            await http.Response.WriteAsync("0123456789");
        });
        await MirrorAsync(origin, redirect: "<MirrorHeaders><PassAll>true</PassAll></MirrorHeaders>");

        OssAnswer part = await _sandbox.GetAsync("ranged", ("Range", "bytes=2-4"));
        OssAnswer whole = await _sandbox.GetAsync("ranged");

        Assert.Equal("234", part.Text);
        Assert.Equal("0123456789", whole.Text);
        Assert.Equal(string.Empty, range);
        Assert.Single(origin.Requests);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.NotFound, 0)]
    [InlineData(true, HttpStatusCode.OK, 1)]
    public async Task A_head_fetches_only_where_the_rule_allows_it(bool allowed, HttpStatusCode status, int requests)
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("hello world"));
        await MirrorAsync(origin, redirect: allowed ? "<MirrorAllowHeadObject>true</MirrorAllowHeadObject>" : "");

        OssAnswer head = await _sandbox.HeadAsync("headed");

        Assert.Equal(status, head.Status);
        Assert.Equal(requests, origin.Requests.Count);
        if (allowed)
            Assert.Equal("5981764153023615706", head.Header("x-oss-hash-crc64ecma"));
    }

    [Fact]
    public async Task List_put_and_delete_never_fetch()
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("x"));
        await MirrorAsync(origin);

        await _sandbox.SubResourceAsync("GET", null, "list-type=2");
        await _sandbox.PutAsync("own", "own");
        OssAnswer get = await _sandbox.GetAsync("own");
        await _sandbox.SendAsync(new OssCall("DELETE", OssSandbox.Bucket, "never"));

        Assert.Equal("own", get.Text);
        Assert.Empty(origin.Requests);
    }

    [Theory]
    [InlineData(404, HttpStatusCode.NotFound, "NoSuchKey")]
    [InlineData(403, HttpStatusCode.FailedDependency, "MirrorFailed")]
    [InlineData(500, HttpStatusCode.FailedDependency, "MirrorFailed")]
    [InlineData(204, HttpStatusCode.FailedDependency, "MirrorFailed")]
    public async Task What_the_origin_refuses_is_404_or_424_and_nothing_is_stored(int originStatus, HttpStatusCode status, string code)
    {
        TestOrigin origin = await OriginAsync(http =>
        {
            http.Response.StatusCode = originStatus;
            return Task.CompletedTask;
        });
        await MirrorAsync(origin);

        OssAnswer get = await _sandbox.GetAsync("refused");

        Assert.Equal(status, get.Status);
        Assert.Equal(code, get.Code);
        Assert.Equal(status == HttpStatusCode.NotFound ? "0026-00000001" : "0041-00000101", get.Header("x-oss-ec"));
        Assert.Equal("0", (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).Element("KeyCount"));
    }

    [Fact]
    public async Task How_long_an_origin_may_be_silent_is_set_through_the_admin_API()
    {
        TestOrigin silent = await OriginAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await MirrorAsync(silent);
        using HttpClient client = _sandbox.NewClient();
        using StringContent habits = new("{\"originTimeoutMs\":50}");

        using HttpResponseMessage set = await client.PostAsync(new Uri(_sandbox.Host.AdminEndpoint + "/website"), habits, TestContext.Current.CancellationToken);
        OssAnswer late = await _sandbox.GetAsync("late");

        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        Assert.Equal("MirrorFailed", late.Code);
    }

    [Fact]
    public async Task An_origin_that_is_silent_gives_424()
    {
        TestOrigin silent = await OriginAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync(new OssSandbox { OriginTimeout = TimeSpan.FromMilliseconds(50) });
        await scope.Sandbox.SubResourceAsync("PUT", null, "website", OssWebsiteTests.Mirror(silent.Url));

        OssAnswer late = await scope.Sandbox.GetAsync("late");

        Assert.Equal("MirrorFailed", late.Code);
        Assert.Contains("status : 0", late.Element("Message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_origin_that_is_down_gives_424()
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("x"));
        await MirrorAsync(origin);
        await origin.DisposeAsync();
        _origins.Clear();

        Assert.Equal("MirrorFailed", (await _sandbox.GetAsync("down")).Code);
    }

    [Fact]
    public async Task A_small_body_that_breaks_off_gives_424_and_is_not_stored()
    {
        TestOrigin origin = await OriginAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync(new byte[990]);
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        await MirrorAsync(origin);

        Assert.Equal("MirrorFailed", (await _sandbox.GetAsync("broken")).Code);
        Assert.Equal("0", (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).Element("KeyCount"));
    }

    [Fact]
    public async Task A_large_body_that_breaks_off_breaks_off_for_the_client_and_is_not_stored()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TestOrigin origin = await OriginAsync(async http =>
        {
            http.Response.ContentLength = 2_000_000;
            await http.Response.Body.WriteAsync(new byte[1_000_000]);
            await http.Response.Body.FlushAsync();
            await begun.Task;
            http.Abort();
        });
        await MirrorAsync(origin);

        using HttpRequestMessage request = _sandbox.Build(new OssCall("GET", OssSandbox.Bucket, "broken"));
        using HttpResponseMessage answer = await _sandbox.NewClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        begun.SetResult();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        Assert.Equal("0", (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).Element("KeyCount"));
    }

    [Theory]
    [InlineData(true, "MirrorFailed", "0")]
    [InlineData(false, null, "1")]
    public async Task A_wrong_md5_of_the_origin_counts_only_where_it_is_checked(bool check, string? code, string stored)
    {
        TestOrigin origin = await OriginAsync(async http =>
        {
            http.Response.Headers.ContentMD5 = TestDigests.Md5("something else");
            await http.Response.WriteAsync("x");
        });
        await MirrorAsync(origin, redirect: check ? "<MirrorCheckMd5>true</MirrorCheckMd5>" : "");

        OssAnswer get = await _sandbox.GetAsync("checked");

        Assert.Equal(code, get.Status == HttpStatusCode.OK ? null : get.Code);
        Assert.Equal(stored, (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).Element("KeyCount"));
    }

    [Fact]
    public async Task The_prefix_is_replaced_for_the_origin_only()
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("x"));
        await MirrorAsync(origin, "abc/", "<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>def/</ReplaceKeyPrefixWith>");

        await _sandbox.GetAsync("abc/key");
        await _sandbox.GetAsync("other/key");

        Assert.Equal(["GET /def/key"], origin.Requests);
        Assert.Equal(["abc/key"], (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).All("Key"));
    }

    [Fact]
    public async Task The_lowest_number_that_matches_decides_alone()
    {
        TestOrigin low = await OriginAsync(http => { http.Response.StatusCode = 404; return Task.CompletedTask; });
        TestOrigin high = await OriginAsync(http => http.Response.WriteAsync("high"));
        await PutWebsiteAsync(OssWebsiteTests.Website(
            OssWebsiteTests.Rule(9, $"<MirrorURL>{high.Url}</MirrorURL>") + OssWebsiteTests.Rule(2, $"<MirrorURL>{low.Url}</MirrorURL>", "low/")));

        Assert.Equal("NoSuchKey", (await _sandbox.GetAsync("low/a")).Code);
        Assert.Equal("high", (await _sandbox.GetAsync("b")).Text);
        Assert.Single(low.Requests);
        Assert.Single(high.Requests);
    }

    [Fact]
    public async Task Headers_are_passed_removed_and_set_as_the_rule_says()
    {
        IHeaderDictionary? seen = null;
        TestOrigin origin = await OriginAsync(http =>
        {
            seen = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value));
            return http.Response.WriteAsync("x");
        });
        (string, string)[] sent = [("h1", "1"), ("h2", "2"), ("h3", "3"), ("oss-x", "4"), ("x-drs-x", "5")];

        await MirrorAsync(origin);
        await _sandbox.GetAsync("none", sent);
        IHeaderDictionary none = seen!;
        await MirrorAsync(origin, redirect: "<MirrorHeaders><Pass>h1</Pass><Set><Key>h5</Key><Value>v5</Value></Set></MirrorHeaders>");
        await _sandbox.GetAsync("some", sent);
        IHeaderDictionary some = seen!;
        await MirrorAsync(origin, redirect: "<MirrorHeaders><PassAll>true</PassAll><Remove>h3</Remove><Set><Key>h2</Key><Value>set</Value></Set></MirrorHeaders>");
        await _sandbox.GetAsync("all", sent);
        IHeaderDictionary all = seen!;

        Assert.False(none.ContainsKey("h1"));
        Assert.Equal("1", some["h1"]);
        Assert.Equal("v5", some["h5"]);
        Assert.False(some.ContainsKey("h2"));
        Assert.Equal("1", all["h1"]);
        Assert.Equal("set", all["h2"]);
        foreach (string barred in (string[])["h3", "oss-x", "x-drs-x", "authorization", "x-oss-date", "date"])
            Assert.False(all.ContainsKey(barred), barred);
    }

    [Theory]
    [InlineData("", "GET /q")]
    [InlineData("<PassQueryString>true</PassQueryString>", "GET /q?a=1%2F2&b")]
    [InlineData("<PassQueryString>true</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString>", "GET /q")]
    public async Task The_query_goes_along_only_where_the_rule_says_so(string flags, string expected)
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("x"));
        await MirrorAsync(origin, redirect: flags);

        await _sandbox.SubResourceAsync("GET", "q", "a=1/2&b");

        Assert.Equal([expected], origin.Requests);
    }

    [Fact]
    public async Task User_metadata_is_saved_where_the_rule_says_so()
    {
        TestOrigin origin = await OriginAsync(http =>
        {
            http.Response.Headers["x-oss-meta-a"] = "b";
            http.Response.Headers["x-amz-meta-c"] = "d";
            http.Response.Headers["x-amz-meta-under_score"] = "lost";
            return http.Response.WriteAsync("x");
        });
        await MirrorAsync(origin, redirect: "<MirrorSaveOssMeta>true</MirrorSaveOssMeta>");

        OssAnswer get = await _sandbox.GetAsync("meta");

        Assert.Equal("b", get.Header("x-oss-meta-a"));
        Assert.Equal("d", get.Header("x-oss-meta-c"));
        Assert.Null(get.Header("x-oss-meta-under_score"));
    }

    [Fact]
    public async Task Redirects_are_followed_up_to_ten_hops_or_given_to_the_client()
    {
        TestOrigin origin = await OriginAsync(http =>
        {
            int left = int.Parse(http.Request.Path.Value!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
            if (left == 0)
                return http.Response.WriteAsync("there");
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = $"/{left - 1}";
            return Task.CompletedTask;
        });
        await MirrorAsync(origin);
        OssAnswer ten = await _sandbox.GetAsync("10");
        OssAnswer eleven = await _sandbox.GetAsync("11");
        await MirrorAsync(origin, redirect: "<MirrorFollowRedirect>false</MirrorFollowRedirect>");
        OssAnswer given = await _sandbox.GetAsync("3");

        Assert.Equal("there", ten.Text);
        Assert.Equal("MirrorFailed", eleven.Code);
        Assert.Equal(HttpStatusCode.Found, given.Status);
        Assert.Equal("/2", given.Header("Location"));
    }

    [Fact]
    public async Task Transparent_codes_reach_the_client_with_the_body_of_the_origin()
    {
        TestOrigin origin = await OriginAsync(http =>
        {
            http.Response.StatusCode = 403;
            http.Response.ContentType = "text/x-origin";
            return http.Response.WriteAsync("go away");
        });
        await MirrorAsync(origin, redirect: "<TransparentMirrorResponseCodes>400, 403</TransparentMirrorResponseCodes>");

        OssAnswer get = await _sandbox.GetAsync("denied");

        Assert.Equal(HttpStatusCode.Forbidden, get.Status);
        Assert.Equal("go away", get.Text);
        Assert.Equal("text/x-origin", get.Header("Content-Type"));
    }

    [Theory]
    [InlineData(500, 500, false, "slave")]
    [InlineData(500, 200, false, null)]
    [InlineData(403, 500, false, null)]
    [InlineData(403, 500, true, "slave")]
    public async Task The_slave_is_asked_when_the_primary_and_its_probe_fail(int primaryStatus, int probeStatus, bool switchAll, string? text)
    {
        TestOrigin primary = await OriginAsync(http =>
        {
            http.Response.StatusCode = http.Request.Path == "/health" ? probeStatus : primaryStatus;
            return Task.CompletedTask;
        });
        TestOrigin slave = await OriginAsync(http => http.Response.WriteAsync("slave"));
        await MirrorAsync(primary, redirect: $"<MirrorURLSlave>{slave.Url}</MirrorURLSlave><MirrorURLProbe>{primary.Url}health</MirrorURLProbe>"
            + $"<MirrorSwitchAllErrors>{(switchAll ? "true" : "false")}</MirrorSwitchAllErrors>");

        OssAnswer get = await _sandbox.GetAsync("switched");

        if (text is null)
            Assert.Equal("MirrorFailed", get.Code);
        else
            Assert.Equal(text, get.Text);
        Assert.Equal(text is null ? 0 : 1, slave.Requests.Count);
    }

    [Fact]
    public async Task A_private_s3_origin_is_asked_with_an_aws_signature()
    {
        IHeaderDictionary? seen = null;
        TestOrigin origin = await OriginAsync(http =>
        {
            seen = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value));
            return http.Response.WriteAsync("x");
        });
        await MirrorAsync(origin, redirect: "<MirrorAuth><AuthType>S3V4</AuthType><Region>ap-southeast-1</Region><AccessKeyId>AK</AccessKeyId><AccessKeySecret>SK</AccessKeySecret></MirrorAuth>");

        await _sandbox.GetAsync("signed a");

        string stamp = seen!["x-amz-date"].ToString();
        string expected = AwsTestSignature.Of("GET", "/signed%20a", new Uri(origin.Url).Authority, stamp, "ap-southeast-1", "SK", seen["x-amz-content-sha256"].ToString());
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AK/{stamp[..8]}/ap-southeast-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={expected}", seen.Authorization.ToString());
    }

    [Theory]
    [InlineData("SK", HttpStatusCode.OK)]
    [InlineData("wrong", HttpStatusCode.FailedDependency)]
    public async Task The_s3_side_of_the_same_sandbox_serves_as_a_private_origin(string secret, HttpStatusCode status)
    {
        const string Key = "dir/a b+(1)*~数.txt";
        Side s3 = _sandbox.Host.S3;
        Assert.NotNull(s3.Buckets.Create("origin"));
        using S3Client client = new(new Uri(_sandbox.Host.S3Endpoint), s3.AccessKeyId, s3.AccessKeySecret, () => s3.Clock.GetUtcNow());
        await client.PutAsync("origin/" + Key, "private", ("x-amz-meta-a", "b"));
        string used = secret == "SK" ? s3.AccessKeySecret : secret;
        await PutWebsiteAsync(OssWebsiteTests.Mirror(
            $"{_sandbox.Host.S3Endpoint}/origin/",
            redirect: $"<MirrorSaveOssMeta>true</MirrorSaveOssMeta><MirrorAuth><AuthType>S3V4</AuthType><Region>{s3.Region}</Region><AccessKeyId>{s3.AccessKeyId}</AccessKeyId><AccessKeySecret>{used}</AccessKeySecret></MirrorAuth>"));

        OssAnswer get = await _sandbox.GetAsync(Key);

        Assert.Equal(status, get.Status);
        if (status == HttpStatusCode.OK)
        {
            Assert.Equal("private", get.Text);
            Assert.Equal("b", get.Header("x-oss-meta-a"));
        }
    }

    [Fact]
    public async Task What_was_written_while_the_origin_answered_is_not_overwritten()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TestOrigin origin = await OriginAsync(async http =>
        {
            asked.SetResult();
            await answer.Task;
            await http.Response.WriteAsync("old");
        });
        await MirrorAsync(origin);

        Task<OssAnswer> get = _sandbox.GetAsync("raced");
        await asked.Task;
        await _sandbox.PutAsync("raced", "new");
        answer.SetResult();
        await get;

        Assert.Equal("new", (await _sandbox.GetAsync("raced")).Text);
    }

    [Fact]
    public async Task Proxy_pass_gives_without_storing_and_return_headers_and_tags_are_added()
    {
        TestOrigin origin = await OriginAsync(http => http.Response.WriteAsync("x"));
        await MirrorAsync(origin, redirect: "<MirrorProxyPass>true</MirrorProxyPass><MirrorReturnHeaders><ReturnHeader><Key>x-from</Key><Value>origin</Value></ReturnHeader></MirrorReturnHeaders>");
        OssAnswer proxied = await _sandbox.GetAsync("proxied");
        await MirrorAsync(origin, redirect: "<MirrorTaggings><Taggings><Key>k</Key><Value>v</Value></Taggings></MirrorTaggings>");
        OssAnswer tagged = await _sandbox.GetAsync("tagged");

        Assert.Equal("x", proxied.Text);
        Assert.Equal("origin", proxied.Header("x-from"));
        Assert.Equal("1", tagged.Header("x-oss-tagging-count"));
        Assert.Equal(["tagged"], (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).All("Key"));
    }

    private async Task<TestOrigin> OriginAsync(Func<HttpContext, Task> answer)
    {
        TestOrigin origin = await TestOrigin.StartAsync(answer);
        _origins.Add(origin);
        return origin;
    }

    private Task MirrorAsync(TestOrigin origin, string prefix = "", string redirect = "") => PutWebsiteAsync(OssWebsiteTests.Mirror(origin.Url, prefix, redirect));

    private async Task PutWebsiteAsync(string document) =>
        Assert.Equal(HttpStatusCode.OK, (await _sandbox.SubResourceAsync("PUT", null, "website", document)).Status);
}

/// <summary>An HTTP origin on the loopback address that notes what it is asked.</summary>
internal sealed class TestOrigin : IAsyncDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _requests = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private SandboxEndpoint? _endpoint;

    public IReadOnlyCollection<string> Requests => _requests;

    public string Url => _endpoint!.Address + "/";

    public static async Task<TestOrigin> StartAsync(Func<HttpContext, Task> answer)
    {
        TestOrigin origin = new();
        origin._endpoint = await SandboxEndpoint.StartAsync(0, origin._services, http =>
        {
            string target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            if (target != "/health")
                origin._requests.Enqueue($"{http.Request.Method} {target}");
            return answer(http);
        });
        return origin;
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint!.DisposeAsync();
        await _services.DisposeAsync();
    }
}
