using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Lifecycle rules, executed at any time that a test likes.</summary>
public sealed class LifecycleTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 10, 15, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("2030-01-11T23:59:59Z", 0)]
    [InlineData("2030-01-12T00:00:00Z", 2)]
    public async Task Days_count_from_the_object_and_end_at_the_next_midnight(string now, long deleted)
    {
        Bucket bucket = await FilledAsync("<Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>");

        LifecycleResult result = LifecycleRunner.Run(bucket, DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(deleted, result.Deleted);
        Assert.Equal(deleted > 0, bucket.Find("logs/1") is null);
        Assert.NotNull(bucket.Find("data"));
    }

    [Fact]
    public async Task A_date_acts_on_everything_from_then_on_also_on_what_is_written_later()
    {
        Bucket bucket = await FilledAsync("<Filter/><Status>Enabled</Status><Expiration><Date>2030-02-01T00:00:00Z</Date></Expiration>");

        LifecycleResult early = LifecycleRunner.Run(bucket, new(2030, 1, 31, 23, 0, 0, TimeSpan.Zero));
        LifecycleResult due = LifecycleRunner.Run(bucket, new(2030, 2, 1, 0, 0, 0, TimeSpan.Zero));
        _clock.Advance(TimeSpan.FromDays(60));
        await PutAsync(bucket, "late");
        LifecycleResult later = LifecycleRunner.Run(bucket, _clock.GetUtcNow());

        Assert.Equal((0, 3, 1), (early.Deleted, due.Deleted, later.Deleted));
    }

    [Fact]
    public async Task CreatedBeforeDate_acts_on_older_objects_only()
    {
        Bucket bucket = await FilledAsync("<Prefix></Prefix><Status>Enabled</Status><Expiration><CreatedBeforeDate>2030-01-11T00:00:00.000Z</CreatedBeforeDate></Expiration>");
        _clock.Advance(TimeSpan.FromDays(5));
        await PutAsync(bucket, "late");

        LifecycleResult result = LifecycleRunner.Run(bucket, _clock.GetUtcNow());

        Assert.Equal(3, result.Deleted);
        Assert.NotNull(bucket.Find("late"));
    }

    [Fact]
    public async Task Disabled_rules_tags_and_sizes_hold_it_back()
    {
        Bucket disabled = await FilledAsync("<Filter/><Status>Disabled</Status><Expiration><Days>1</Days></Expiration>");
        Bucket tagged = await FilledAsync("<Filter><And><Prefix></Prefix><Tag><Key>t</Key><Value>1</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>");
        Bucket sized = await FilledAsync("<Filter><ObjectSizeGreaterThan>3</ObjectSizeGreaterThan></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>");
        tagged.TryUpdate("data", null, current => current with { Tags = [new("t", "1")] });
        DateTimeOffset later = _clock.GetUtcNow().AddDays(30);

        Assert.Equal(0, LifecycleRunner.Run(disabled, later).Deleted);
        Assert.Equal(1, LifecycleRunner.Run(tagged, later).Deleted);
        Assert.Equal(0, LifecycleRunner.Run(sized, later).Deleted);
        Assert.Null(tagged.Find("data"));
    }

    [Fact]
    public async Task In_a_versioned_bucket_objects_get_markers_then_old_versions_go_then_the_lone_markers()
    {
        Bucket bucket = await FilledAsync(
            "<Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>",
            "<Filter/><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>");
        bucket.TrySetVersioning(VersioningState.Enabled);
        _clock.Advance(TimeSpan.FromDays(3));

        LifecycleResult first = LifecycleRunner.Run(bucket, _clock.GetUtcNow());
        bool isHidden = bucket.Find("data") is { IsDeleteMarker: true, Older: not null };
        _clock.Advance(TimeSpan.FromDays(4));
        LifecycleResult second = LifecycleRunner.Run(bucket, _clock.GetUtcNow());

        Assert.Equal(new LifecycleResult(Deleted: 3), first);
        Assert.True(isHidden);
        Assert.Equal(new LifecycleResult(DeletedVersions: 3, DeletedMarkers: 3), second);
        Assert.True(bucket.IsEmpty());
    }

    [Fact]
    public async Task Uploads_are_aborted_and_classes_change()
    {
        Bucket bucket = await FilledAsync(
            "<Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>",
            "<Filter/><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>");
        bucket.Uploads.Open(Draft("open"));

        LifecycleResult result = LifecycleRunner.Run(bucket, _clock.GetUtcNow().AddDays(3));

        Assert.Equal(new LifecycleResult(Transitioned: 2, AbortedUploads: 1), result);
        Assert.Equal(("GLACIER", null), (bucket.Find("logs/1")!.StorageClass, bucket.Find("data")!.StorageClass));
        Assert.Empty(bucket.Uploads.List());
    }

    [Fact]
    public async Task The_admin_API_runs_it_by_the_sides_clock()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.InitializeAsync();
        Bucket bucket = sandbox.NewBucket();
        bucket.Documents["lifecycle"] = "<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
        await sandbox.S3.PutAsync(bucket.Name + "/k", "x");
        await sandbox.AdminAsync("/clock", "{\"side\":\"s3\",\"offsetSeconds\":259200}");

        using HttpResponseMessage answer = await sandbox.AdminAsync("/lifecycle/run", "{\"side\":\"s3\"}");

        string json = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, JsonDocument.Parse(json).RootElement.GetProperty("deleted").GetInt32());
        Assert.True(bucket.IsEmpty());
    }

    private async Task<Bucket> FilledAsync(params string[] rules)
    {
        var bucket = new Bucket("b", "us-east-1", new MemoryObjectStore(), _clock);
        bucket.Documents["lifecycle"] = $"<LifecycleConfiguration>{string.Concat(rules.Select(rule => $"<Rule>{rule}</Rule>"))}</LifecycleConfiguration>";
        foreach (string key in (string[])["logs/1", "logs/2", "data"])
            await PutAsync(bucket, key);
        return bucket;
    }

    private static ValueTask<StoredObject?> PutAsync(Bucket bucket, string key) => bucket.PutAsync(Draft(key), null, CancellationToken.None);

    private static StoredObject Draft(string key)
    {
        var content = new MemoryContent([1, 2, 3]);
        return new StoredObject { Key = key, Content = content, Digests = new ObjectDigests(content, null, null) };
    }
}
