using System.Net;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Listings of the S3 side, over the wire.</summary>
public sealed class ListingTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private static readonly string[] Keys = ["a", "a/1", "a/2", "b/1", "b/2/x", "c", "d/", "é", "\uE000", "😀"];

    [Fact]
    public async Task Keys_come_in_UTF8_order_page_by_page_with_a_token()
    {
        string bucket = await FilledAsync();
        var seen = new List<string>();
        string? token = null;
        int pages = 0;
        do
        {
            (string, string)[] query = token is null ? [("list-type", "2"), ("max-keys", "3")] : [("list-type", "2"), ("max-keys", "3"), ("continuation-token", token)];
            Answer page = await sandbox.S3.SendAsync("GET", bucket, query);
            seen.AddRange(page.Keys);
            Assert.Equal(page.Keys.Length.ToString(), page.Value("KeyCount"));
            token = page.Value("IsTruncated") == "true" ? page.Value("NextContinuationToken") : null;
            pages++;
        }
        while (token is not null);

        Assert.Equal(Keys, seen);
        Assert.Equal(4, pages);
    }

    [Fact]
    public async Task A_delimiter_rolls_up_and_counts_prefixes_as_keys()
    {
        string bucket = await FilledAsync();

        Answer all = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("delimiter", "/")]);
        Answer first = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("delimiter", "/"), ("max-keys", "2")]);
        Answer second = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("delimiter", "/"), ("max-keys", "2"), ("continuation-token", first.Value("NextContinuationToken"))]);
        Answer within = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("delimiter", "/"), ("prefix", "b/")]);

        Assert.Equal(["a", "c", "é", "\uE000", "😀"], all.Keys);
        Assert.Equal(["a/", "b/", "d/"], Prefixes(all));
        Assert.Equal("8", all.Value("KeyCount"));
        Assert.Equal(["a", "a/"], [.. first.Keys, .. Prefixes(first)]);
        Assert.Equal(["c", "b/"], [.. second.Keys, .. Prefixes(second)]);
        Assert.Equal(["b/1", "b/2/"], [.. within.Keys, .. Prefixes(within)]);
    }

    [Fact]
    public async Task Start_after_within_a_prefix_leaves_that_common_prefix_out_as_AWS_does()
    {
        string bucket = await FilledAsync();

        Answer plain = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("start-after", "a/1")]);
        Answer rolled = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("start-after", "a/1"), ("delimiter", "/")]);

        Assert.Equal(Keys[2..], plain.Keys);
        Assert.Equal(["b/", "d/"], Prefixes(rolled));
    }

    [Fact]
    public async Task Version_1_continues_from_the_last_key_and_names_the_next_marker_only_with_a_delimiter()
    {
        string bucket = await FilledAsync();

        Answer first = await sandbox.S3.SendAsync("GET", bucket, [("max-keys", "4")]);
        Answer second = await sandbox.S3.SendAsync("GET", bucket, [("marker", first.Keys[^1])]);
        Answer rolled = await sandbox.S3.SendAsync("GET", bucket, [("max-keys", "2"), ("delimiter", "/")]);
        Answer afterRolled = await sandbox.S3.SendAsync("GET", bucket, [("marker", rolled.Value("NextMarker")), ("delimiter", "/"), ("max-keys", "1")]);

        Assert.Equal(Keys, first.Keys.Concat(second.Keys));
        Assert.Empty(first.All("NextMarker"));
        Assert.Equal("a/", rolled.Value("NextMarker"));
        Assert.Equal(["b/"], Prefixes(afterRolled));
    }

    [Fact]
    public async Task Max_keys_0_gives_an_empty_page_and_nonsense_an_error()
    {
        string bucket = await FilledAsync();

        Answer none = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("max-keys", "0")]);
        Answer bad = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("max-keys", "-1")]);
        Answer token = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("continuation-token", "nonsense")]);

        Assert.Equal(("false", 0), (none.Value("IsTruncated"), none.Keys.Length));
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidArgument"), (bad.Status, bad.Code));
        Assert.Equal("InvalidArgument", token.Code);
    }

    [Fact]
    public async Task Url_encoding_makes_keys_with_control_characters_readable_XML()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync(bucket + "/a\u0010 +b", "x");

        Answer encoded = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("encoding-type", "url"), ("prefix", "a\u0010")]);
        Answer plain = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);

        Assert.Equal(["a%10+%2Bb"], encoded.Keys);
        Assert.Equal("a%10", encoded.All("Prefix").First().Value);
        Assert.Contains("<Key>a&#x10; +b</Key>", plain.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_old_ones_stay_readable()
    {
        Bucket bucket = sandbox.NewBucket();
        await sandbox.S3.PutAsync(bucket.Name + "/k", "null version");
        Answer on = await sandbox.S3.SendAsync("PUT", bucket.Name, [("versioning", "")], "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"u8.ToArray());
        string second = (await sandbox.S3.PutAsync(bucket.Name + "/k", "second")).Header("x-amz-version-id");
        Answer deleted = await sandbox.S3.SendAsync("DELETE", bucket.Name + "/k");

        Answer versions = await sandbox.S3.SendAsync("GET", bucket.Name, [("versions", "")]);
        Answer firstPage = await sandbox.S3.SendAsync("GET", bucket.Name, [("versions", ""), ("max-keys", "2")]);
        Answer lastPage = await sandbox.S3.SendAsync("GET", bucket.Name, [("versions", ""), ("key-marker", "k"), ("version-id-marker", firstPage.Value("NextVersionIdMarker"))]);
        Answer gone = await sandbox.S3.GetAsync(bucket.Name + "/k");
        Answer old = await sandbox.S3.SendAsync("GET", bucket.Name + "/k", [("versionId", "null")]);
        Answer marker = await sandbox.S3.SendAsync("GET", bucket.Name + "/k", [("versionId", deleted.Header("x-amz-version-id"))]);
        await sandbox.S3.SendAsync("DELETE", bucket.Name + "/k", [("versionId", deleted.Header("x-amz-version-id"))]);
        Answer back = await sandbox.S3.GetAsync(bucket.Name + "/k");

        Assert.Equal(200, (int)on.Status);
        Assert.Equal("true", deleted.Header("x-amz-delete-marker"));
        Assert.Equal([deleted.Header("x-amz-version-id"), second, "null"], versions.Values("VersionId"));
        Assert.Equal(["true", "false", "false"], versions.Values("IsLatest"));
        Assert.Equal(["null"], lastPage.Values("VersionId"));
        Assert.Equal((404, "true"), ((int)gone.Status, gone.Header("x-amz-delete-marker")));
        Assert.Equal("null version", old.Text);
        Assert.Equal(405, (int)marker.Status);
        Assert.Equal(("second", second), (back.Text, back.Header("x-amz-version-id")));
    }

    [Fact]
    public async Task With_versioning_suspended_a_write_replaces_the_null_version_only()
    {
        Bucket bucket = sandbox.NewBucket();
        bucket.TrySetVersioning(VersioningState.Enabled);
        string kept = (await sandbox.S3.PutAsync(bucket.Name + "/k", "kept")).Header("x-amz-version-id");
        bucket.TrySetVersioning(VersioningState.Suspended);
        await sandbox.S3.PutAsync(bucket.Name + "/k", "null 1");
        await sandbox.S3.PutAsync(bucket.Name + "/k", "null 2");

        Answer versions = await sandbox.S3.SendAsync("GET", bucket.Name, [("versions", "")]);

        Assert.Equal(["null", kept], versions.Values("VersionId"));
        Assert.Equal("null 2", (await sandbox.S3.GetAsync(bucket.Name + "/k")).Text);
    }

    private static string[] Prefixes(Answer answer) => [.. answer.All("CommonPrefixes").Select(prefix => prefix.Value)];

    private async Task<string> FilledAsync()
    {
        string bucket = sandbox.NewBucket().Name;
        foreach (string key in Keys.Reverse())
            await sandbox.S3.PutAsync($"{bucket}/{key}", key);
        return bucket;
    }
}
