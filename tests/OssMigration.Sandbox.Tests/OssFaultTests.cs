using System.Globalization;
using System.Net;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Hosting;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssFaultTests : IAsyncLifetime
{
    private readonly OssSandbox _sandbox = new();

    public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.All(_sandbox.Side.Faults.List(), fault => Assert.True(fault.Fired > 0, fault.Kind.ToString()));
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_status_is_answered_in_the_form_of_oss_and_nothing_is_done()
    {
        Plan("PutObject", FaultKind.Status, f => f with { Code = "TotalQpsLimitExceeded", Headers = new() { ["x-oss-qos-delay-time"] = "250" } });

        OssAnswer throttled = await _sandbox.PutAsync("k", "x");
        OssAnswer missing = await _sandbox.HeadAsync("k");
        OssAnswer retried = await _sandbox.PutAsync("k", "x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, throttled.Status);
        Assert.Equal("TotalQpsLimitExceeded", throttled.Code);
        Assert.Equal("0004-00000302", throttled.Header("x-oss-ec"));
        Assert.Equal("250", throttled.Header("x-oss-qos-delay-time"));
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal(HttpStatusCode.OK, retried.Status);
    }

    [Fact]
    public async Task A_status_of_head_comes_in_a_header()
    {
        Plan("HeadObject", FaultKind.Status, f => f with { Status = 403, Code = "AccessDenied" });

        OssAnswer head = await _sandbox.HeadAsync("k");

        Assert.Equal(HttpStatusCode.Forbidden, head.Status);
        Assert.NotNull(head.Header("x-oss-err"));
    }

    [Fact]
    public async Task Resets_before_and_after_differ_in_what_was_done()
    {
        Plan("PutObject", FaultKind.ResetBefore);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.PutAsync("before", "x"));
        Plan("PutObject", FaultKind.ResetAfter);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.PutAsync("after", "x"));

        Assert.Equal(HttpStatusCode.NotFound, (await _sandbox.HeadAsync("before")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _sandbox.HeadAsync("after")).Status);
    }

    [Fact]
    public async Task A_complete_whose_answer_is_lost_has_made_the_object()
    {
        string id = (await _sandbox.SubResourceAsync("POST", "lost", "uploads")).Element("UploadId");
        await _sandbox.SubResourceAsync("PUT", "lost", $"partNumber=1&uploadId={id}", "x");
        Plan("CompleteMultipartUpload", FaultKind.ResetAfter);
        OssCall complete = new("POST", OssSandbox.Bucket, "lost") { Query = [("uploadId", id)], Headers = { ["x-oss-complete-all"] = "yes" } };

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.SendAsync(complete));

        Assert.Equal("NoSuchUpload", (await _sandbox.SendAsync(complete)).Code);
        Assert.Equal("x", (await _sandbox.GetAsync("lost")).Text);
    }

    [Fact]
    public async Task A_corrupted_upload_is_stored_corrupted_and_its_crc_tells_so()
    {
        Plan("PutObject", FaultKind.CorruptBody, f => f with { AfterBytes = 3 });
        OssAnswer put = await _sandbox.PutAsync("corrupted", "hello world");
        Plan("PutObject", FaultKind.CorruptBody, f => f with { Key = "checked" });
        OssAnswer refused = await _sandbox.PutAsync("checked", "hello world", ("Content-MD5", "XrY7u+Ae7tCTyyK7j1rNww=="));

        byte[] stored = (await _sandbox.GetAsync("corrupted")).Body;
        Assert.NotEqual("hello world"u8.ToArray(), stored);
        Assert.Equal(Crc64Xz.Compute(stored).ToString(CultureInfo.InvariantCulture), put.Header("x-oss-hash-crc64ecma"));
        Assert.Equal("InvalidDigest", refused.Code);
    }

    [Fact]
    public async Task Wrong_crcs_and_etags_are_answered_once()
    {
        Plan("PutObject", FaultKind.WrongCrc);
        string? wrongCrc = (await _sandbox.PutAsync("lied", "hello world")).Header("x-oss-hash-crc64ecma");
        Plan("PutObject", FaultKind.WrongETag, f => f with { Key = "etag" });
        string? wrongETag = (await _sandbox.PutAsync("etag", "hello world")).Header("ETag");
        OssAnswer honest = await _sandbox.PutAsync("lied", "hello world");

        Assert.NotEqual("5981764153023615706", wrongCrc);
        Assert.NotEqual("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", wrongETag);
        Assert.Equal("5981764153023615706", honest.Header("x-oss-hash-crc64ecma"));
    }

    [Fact]
    public async Task Downloads_break_off_or_are_corrupted()
    {
        await _sandbox.PutAsync("down", new byte[100_000]);
        Plan("GetObject", FaultKind.ResetInBody, f => f with { AfterBytes = 50_000 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.GetAsync("down"));
        Plan("GetObject", FaultKind.Truncate, f => f with { AfterBytes = 50_000 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.GetAsync("down"));
        Plan("GetObject", FaultKind.CorruptBody, f => f with { AfterBytes = 99_999 });
        OssAnswer corrupted = await _sandbox.GetAsync("down");

        Assert.Equal(0, corrupted.Body[99_998]);
        Assert.NotEqual(0, corrupted.Body[99_999]);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_stores_nothing()
    {
        Plan("PutObject", FaultKind.ResetInBody, f => f with { AfterBytes = 50_000 });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _sandbox.PutAsync("up", new byte[100_000]));

        Assert.Equal(HttpStatusCode.NotFound, (await _sandbox.HeadAsync("up")).Status);
    }

    [Fact]
    public async Task Pages_go_wrong_as_planned()
    {
        foreach (string key in (string[])["a", "b", "c", "d"])
            await _sandbox.PutAsync(key, "x");
        Plan("ListObjectsV2", FaultKind.ShortPage, f => f with { Value = "1" });
        OssAnswer shortPage = await ListAsync();
        Plan("ListObjectsV2", FaultKind.EmptyPage);
        OssAnswer emptyPage = await ListAsync();
        OssAnswer afterEmpty = await ListAsync("&continuation-token=" + emptyPage.Element("NextContinuationToken"));
        Plan("ListObjectsV2", FaultKind.DropKey);
        OssAnswer dropped = await ListAsync();
        Plan("ListObjectsV2", FaultKind.UnorderedPage);
        OssAnswer unordered = await ListAsync();
        Plan("ListObjectsV2", FaultKind.RepeatPage);
        OssAnswer repeated = await ListAsync("&max-keys=2");
        OssAnswer again = await ListAsync("&max-keys=2&continuation-token=" + repeated.Element("NextContinuationToken"));
        Plan("ListObjectsV2", FaultKind.IgnoreStartAfter);
        OssAnswer ignored = await ListAsync("&start-after=b");

        Assert.Equal(["a"], shortPage.All("Key"));
        Assert.Equal("true", shortPage.Element("IsTruncated"));
        Assert.Empty(emptyPage.All("Key"));
        Assert.Equal("true", emptyPage.Element("IsTruncated"));
        Assert.Equal(["a", "b", "c", "d"], afterEmpty.All("Key"));
        Assert.Equal(3, dropped.All("Key").Length);
        Assert.Equal("4", dropped.Element("KeyCount"));
        Assert.NotEqual(["a", "b", "c", "d"], unordered.All("Key"));
        Assert.Equal(["a", "b"], repeated.All("Key"));
        Assert.Equal(["a", "b"], again.All("Key"));
        Assert.Equal(["a", "b", "c", "d"], ignored.All("Key"));
    }

    [Fact]
    public async Task A_key_that_is_asked_too_often_is_throttled_alone()
    {
        _sandbox.Side.Limits.RequestsPerSecondPerKey = 1;
        OssAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _sandbox.GetAsync("hot")));

        OssAnswer throttled = answers.First(a => a.Status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal("PartitionQpsLimitted", throttled.Code);
        Assert.NotNull(throttled.Header("x-oss-qos-delay-time"));
    }

    [Fact]
    public async Task Requests_are_counted_by_the_names_of_oss_and_bytes_of_bodies()
    {
        await _sandbox.PutAsync("counted", "hello world");
        await _sandbox.GetAsync("counted", ("Range", "bytes=0-4"));
        await _sandbox.HeadAsync("counted");
        string id = (await _sandbox.SubResourceAsync("POST", "multi", "uploads")).Element("UploadId");
        await _sandbox.SubResourceAsync("PUT", "multi", $"partNumber=1&uploadId={id}", "part");
        await _sandbox.SubResourceAsync("GET", "multi", $"uploadId={id}");
        await _sandbox.SubResourceAsync("DELETE", "multi", $"uploadId={id}");
        await _sandbox.SubResourceAsync("GET", null, "list-type=2");
        await _sandbox.SubResourceAsync("GET", null, "website");

        IReadOnlyDictionary<string, long> counts = _sandbox.Side.Statistics.Requests();
        foreach (string name in (string[])["PutObject", "GetObject", "HeadObject", "InitiateMultipartUpload", "UploadPart", "ListParts", "AbortMultipartUpload", "ListObjectsV2", "GetBucketWebsite"])
            Assert.Equal(1, counts[name]);
        Assert.Equal(15, _sandbox.Side.Statistics.BytesIn);
        Assert.Equal(5, _sandbox.Side.Statistics.BytesOut);
    }

    private void Plan(string operation, FaultKind kind, Func<Fault, Fault>? change = null)
    {
        Fault fault = new() { Side = "oss", Operation = operation, Kind = kind };
        _sandbox.Side.Faults.Add(change is null ? fault : change(fault));
    }

    private Task<OssAnswer> ListAsync(string more = "") => _sandbox.SubResourceAsync("GET", null, "list-type=2" + more);
}
