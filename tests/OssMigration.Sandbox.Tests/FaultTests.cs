using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Planned faults, limits, clocks and statistics through the admin API. One sandbox for each test: plans are shared by a side.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly SandboxFixture _sandbox = new();
    private string _bucket = "";

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        _bucket = _sandbox.NewBucket().Name;
        foreach (string key in (string[])["a", "b", "c", "d", "e"])
            await _sandbox.S3.PutAsync($"{_bucket}/{key}", "0123456789");
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_status_comes_with_code_and_headers_as_often_as_planned_after_the_skipped_ones()
    {
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"GetObject\",\"key\":\"a\",\"skip\":1,\"times\":2,\"kind\":\"status\",\"status\":503,\"code\":\"SlowDown\",\"headers\":{\"Retry-After\":\"7\"}}");

        Answer other = await _sandbox.S3.GetAsync(_bucket + "/b");
        Answer[] answers = [await GetAsync(), await GetAsync(), await GetAsync(), await GetAsync()];

        Assert.Equal(200, (int)other.Status);
        Assert.Equal([200, 503, 503, 200], answers.Select(answer => (int)answer.Status));
        Assert.Equal(("SlowDown", "7"), (answers[1].Code, answers[1].Header("Retry-After")));
        await AssertFiredAsync(2);
    }

    [Fact]
    public async Task Two_faults_for_the_same_request_act_one_after_the_other()
    {
        await PlanAsync("{\"side\":\"s3\",\"kind\":\"status\",\"status\":500,\"code\":\"InternalError\"},{\"side\":\"s3\",\"kind\":\"status\",\"status\":503}");

        Answer[] answers = [await GetAsync(), await GetAsync(), await GetAsync()];

        Assert.Equal([500, 503, 200], answers.Select(answer => (int)answer.Status));
        Assert.Empty(answers[1].Body);
        await AssertFiredAsync(1, 1);
    }

    [Theory]
    [InlineData("resetBefore")]
    [InlineData("resetAfter")]
    [InlineData("resetInBody\",\"afterBytes\":\"3")]
    public async Task A_reset_breaks_the_connection_and_only_resetAfter_has_stored(string kind)
    {
        await PlanAsync($"{{\"side\":\"s3\",\"operation\":\"PutObject\",\"kind\":\"{kind}\"}}".Replace("\"3\"", "3", StringComparison.Ordinal));

        await Assert.ThrowsAsync<HttpRequestException>(() => _sandbox.S3.PutAsync(_bucket + "/new", "0123456789"));

        await AssertFiredAsync(1);
        Answer after = await _sandbox.S3.GetAsync(_bucket + "/new");
        Assert.Equal(kind == "resetAfter" ? 200 : 404, (int)after.Status);
    }

    [Theory]
    [InlineData("resetInBody")]
    [InlineData("truncate")]
    public async Task An_answer_breaks_off_within_its_body(string kind)
    {
        await PlanAsync($"{{\"side\":\"s3\",\"operation\":\"GetObject\",\"kind\":\"{kind}\",\"afterBytes\":4}}");

        using HttpResponseMessage response = await _sandbox.S3.OpenAsync(_sandbox.S3.Sign("GET", _bucket + "/a", [], null));
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(received, TestContext.Current.CancellationToken));

        Assert.Equal((200, 10), ((int)response.StatusCode, response.Content.Headers.ContentLength));
        Assert.True(received.Length <= 4, $"{received.Length} bytes came");
        await AssertFiredAsync(1);
    }

    [Fact]
    public async Task One_byte_of_an_answer_is_flipped()
    {
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"GetObject\",\"kind\":\"corruptBody\",\"afterBytes\":4}");

        Answer first = await GetAsync();
        Answer second = await GetAsync();

        Assert.Equal(("0123\u001456789"[..4] + (char)('4' ^ 0x20) + "56789", "0123456789"), (first.Text, second.Text));
        await AssertFiredAsync(1);
    }

    [Fact]
    public async Task A_fault_that_cannot_act_has_not_fired_and_waits_for_the_next_request()
    {
        await _sandbox.S3.PutAsync(_bucket + "/long", new string('x', 100));
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"GetObject\",\"kind\":\"corruptBody\",\"afterBytes\":50},{\"side\":\"s3\",\"operation\":\"ListObjectsV2\",\"kind\":\"ignoreStartAfter\"}");

        Answer tooShort = await GetAsync();
        await _sandbox.S3.SendAsync("GET", _bucket, [("list-type", "2")]);
        await AssertFiredAsync(0, 0);
        Answer spoiled = await _sandbox.S3.GetAsync(_bucket + "/long");

        Assert.Equal("0123456789", tooShort.Text);
        Assert.Equal(50, spoiled.Text.IndexOf('X', StringComparison.Ordinal));
        await AssertFiredAsync(1, 0);
    }

    [Fact]
    public async Task One_byte_of_what_is_stored_is_flipped_so_that_the_ETag_tells()
    {
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"PutObject\",\"kind\":\"corruptBody\",\"afterBytes\":0}");
        (string, string) unsigned = ("x-amz-content-sha256", "UNSIGNED-PAYLOAD");

        Answer spoiled = await _sandbox.S3.PutAsync(_bucket + "/x", "0123456789", unsigned);
        Answer good = await _sandbox.S3.PutAsync(_bucket + "/y", "0123456789", unsigned);

        Assert.Equal(200, (int)spoiled.Status);
        Assert.NotEqual(good.Header("ETag"), spoiled.Header("ETag"));
        Assert.Equal((char)('0' ^ 0x20) + "123456789", (await _sandbox.S3.GetAsync(_bucket + "/x")).Text);
        await AssertFiredAsync(1);
    }

    [Fact]
    public async Task A_wrong_ETag_is_answered_once()
    {
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"GetObject\",\"kind\":\"wrongETag\"}");

        Answer wrong = await GetAsync();
        Answer right = await GetAsync();

        Assert.NotEqual(right.Header("ETag"), wrong.Header("ETag"));
        await AssertFiredAsync(1);
    }

    [Fact]
    public async Task Pages_come_short_empty_repeated_shuffled_or_with_a_key_missing()
    {
        Assert.Equal(["a", "b"], (await PageAsync("shortPage", "2")).Keys);
        Answer empty = await PageAsync("emptyPage");
        Assert.Equal((0, "true"), (empty.Keys.Length, empty.Value("IsTruncated")));
        Answer rest = await _sandbox.S3.SendAsync("GET", _bucket, [("list-type", "2"), ("continuation-token", empty.Value("NextContinuationToken"))]);
        Assert.Equal(["a", "b", "c", "d", "e"], rest.Keys);
        Answer repeated = await PageAsync("repeatPage");
        Answer again = await _sandbox.S3.SendAsync("GET", _bucket, [("list-type", "2"), ("continuation-token", repeated.Value("NextContinuationToken"))]);
        Assert.Equal(repeated.Keys, again.Keys);
        Assert.NotEqual(["a", "b", "c", "d", "e"], (await PageAsync("unorderedPage")).Keys);
        Answer dropped = await PageAsync("dropKey");
        Assert.Equal((["a", "b", "d", "e"], "5"), (string.Join(',', dropped.Keys).Split(','), dropped.Value("KeyCount")), ListComparer);
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"ListObjectsV2\",\"kind\":\"ignoreStartAfter\"}");
        Answer ignored = await _sandbox.S3.SendAsync("GET", _bucket, [("list-type", "2"), ("start-after", "c")]);
        Assert.Equal(["a", "b", "c", "d", "e"], ignored.Keys);
        await AssertFiredAsync(1, 1, 1, 1, 1, 1);
    }

    [Fact]
    public async Task A_delay_and_the_latency_hold_an_answer_back()
    {
        await PlanAsync("{\"side\":\"s3\",\"operation\":\"GetObject\",\"kind\":\"delay\",\"value\":120}");
        await _sandbox.AdminAsync("/limits", "{\"side\":\"s3\",\"latencyMs\":60}");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Answer answer = await GetAsync();

        Assert.Equal(200, (int)answer.Status);
        Assert.True(watch.ElapsedMilliseconds >= 175, $"{watch.ElapsedMilliseconds} ms");
        await AssertFiredAsync(1);
    }

    [Fact]
    public async Task Bandwidth_is_shared_by_bodies()
    {
        await _sandbox.AdminAsync("/limits", "{\"side\":\"s3\",\"bytesPerSecond\":1000000}");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await _sandbox.S3.PutAsync(_bucket + "/big", new string('x', 200_000));

        Assert.True(watch.ElapsedMilliseconds >= 190, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Too_many_requests_for_one_key_are_slowed_down()
    {
        await _sandbox.AdminAsync("/limits", "{\"side\":\"s3\",\"requestsPerSecondPerKey\":1}");

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => GetAsync()));
        Answer other = await _sandbox.S3.GetAsync(_bucket + "/b");

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.Code == "SlowDown");
        Assert.Equal(200, (int)other.Status);
    }

    [Fact]
    public async Task The_clock_moves_the_Date_header_Last_Modified_and_the_signature_window()
    {
        await _sandbox.AdminAsync("/clock", "{\"side\":\"s3\",\"utcNow\":\"2031-02-03T04:05:06Z\"}");

        Answer put = await _sandbox.S3.PutAsync(_bucket + "/late", "x");
        Answer head = await _sandbox.S3.SendAsync("HEAD", _bucket + "/late");

        Assert.Equal(200, (int)put.Status);
        Assert.StartsWith("Mon, 03 Feb 2031 04:05:", put.Header("Date"), StringComparison.Ordinal);
        Assert.StartsWith("Mon, 03 Feb 2031 04:05:", head.Header("Last-Modified"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_and_bytes_are_counted_until_reset()
    {
        await _sandbox.Admin.DeleteAsync(new Uri("/stats", UriKind.Relative), TestContext.Current.CancellationToken);
        await GetAsync();
        await _sandbox.S3.GetAsync(_bucket + "/b", ("Range", "bytes=0-3"));
        await _sandbox.S3.PutAsync(_bucket + "/x", "12345");

        JsonElement s3 = (await _sandbox.Admin.GetFromJsonAsync<JsonElement>(new Uri("/stats", UriKind.Relative), TestContext.Current.CancellationToken)).GetProperty("s3");

        Assert.Equal(2, s3.GetProperty("requests").GetProperty("GetObject").GetInt32());
        Assert.Equal((5, 14), (s3.GetProperty("bytesIn").GetInt32(), s3.GetProperty("bytesOut").GetInt32()));
    }

    [Theory]
    [InlineData("/faults", "[{\"side\":\"s4\",\"kind\":\"status\"}]")]
    [InlineData("/faults", "[{\"side\":\"s3\",\"kind\":\"unheard-of\"}]")]
    [InlineData("/faults", "[{\"side\":\"s3\",\"kind\":\"status\",\"tims\":3}]")]
    [InlineData("/faults", "[{\"side\":\"s3\",\"kind\":\"delay\"}]")]
    [InlineData("/buckets", "{\"side\":\"s3\",\"name\":\"x\",\"synthetic\":\"round,count=1,size=1\"}")]
    [InlineData("/clock", "{\"side\":\"s3\"}")]
    public async Task Wrong_input_of_the_admin_API_is_refused_with_an_error(string path, string json)
    {
        using HttpResponseMessage answer = await _sandbox.AdminAsync(path, json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Buckets_and_archive_states_are_made_by_the_admin_API()
    {
        using HttpResponseMessage created = await _sandbox.AdminAsync("/buckets", "{\"side\":\"s3\",\"name\":\"v\",\"folder\":null,\"synthetic\":null,\"versioning\":\"Enabled\",\"etagStyle\":\"kms\"}");
        await _sandbox.AdminAsync("/objects", $"{{\"side\":\"s3\",\"bucket\":\"{_bucket}\",\"key\":\"a\",\"storageClass\":\"GLACIER\",\"restored\":false}}");
        Answer cold = await GetAsync();
        await _sandbox.AdminAsync("/objects", $"{{\"side\":\"s3\",\"bucket\":\"{_bucket}\",\"key\":\"a\",\"storageClass\":\"GLACIER\",\"restored\":true}}");
        Answer restored = await GetAsync();

        Assert.Equal(HttpStatusCode.NoContent, created.StatusCode);
        Assert.True(_sandbox.Side.Buckets.TryGet("v", out Bucket? bucket));
        Assert.Equal((VersioningState.Enabled, ETagStyle.Kms), (bucket.Versioning, bucket.ETagStyle));
        Assert.Equal(("InvalidObjectState", "0123456789"), (cold.Code, restored.Text));
    }

    private static readonly EqualityComparer<(string[], string)> ListComparer = EqualityComparer<(string[], string)>.Create(
        (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2, value => value.Item2.GetHashCode(StringComparison.Ordinal));

    private Task<Answer> GetAsync() => _sandbox.S3.GetAsync(_bucket + "/a");

    private async Task<Answer> PageAsync(string kind, string? value = null)
    {
        await PlanAsync($"{{\"side\":\"s3\",\"operation\":\"ListObjectsV2\",\"kind\":\"{kind}\",\"value\":{(value is null ? "null" : $"\"{value}\"")}}}");
        return await _sandbox.S3.SendAsync("GET", _bucket, [("list-type", "2")]);
    }

    private async Task PlanAsync(string faults)
    {
        using HttpResponseMessage answer = await _sandbox.AdminAsync("/faults", $"[{faults}]");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task AssertFiredAsync(params int[] fired)
    {
        JsonElement faults = await _sandbox.Admin.GetFromJsonAsync<JsonElement>(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(
            fired.Select(count => count.ToString(CultureInfo.InvariantCulture)),
            faults.EnumerateArray().Select(fault => fault.GetProperty("fired").ToString()));
    }
}
