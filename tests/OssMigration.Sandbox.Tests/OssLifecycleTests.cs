using System.Net;
using OssMigration.Sandbox.Storage;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssLifecycleTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private readonly OssSandbox _sandbox = new();

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        // Days end at midnight, so the tests begin at a known time of day.
        _sandbox.Side.Clock.Set(Noon);
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_configuration_is_put_read_with_generated_ids_and_deleted()
    {
        OssAnswer none = await _sandbox.SubResourceAsync("GET", null, "lifecycle");
        OssAnswer put = await PutAsync(Rule("a/", "<Expiration><Days>1</Days></Expiration>"));
        OssAnswer get = await _sandbox.SubResourceAsync("GET", null, "lifecycle");
        OssAnswer delete = await _sandbox.SubResourceAsync("DELETE", null, "lifecycle");

        Assert.Equal("NoSuchLifecycle", none.Code);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.NotEmpty(get.Element("ID"));
        Assert.Equal("a/", get.Element("Prefix"));
        Assert.Equal(HttpStatusCode.NoContent, delete.Status);
        Assert.Equal("NoSuchLifecycle", (await _sandbox.SubResourceAsync("GET", null, "lifecycle")).Code);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "overlapping prefixes", Rule("a/", "<Expiration><Days>1</Days></Expiration>") + Rule("a/b", "<Expiration><Days>2</Days></Expiration>") },
        { "a prefix of everything", Rule("", "<Expiration><Days>1</Days></Expiration>") + Rule("b", "<Expiration><Days>2</Days></Expiration>") },
        { "a date that is not midnight", Rule("a/", "<Expiration><CreatedBeforeDate>2017-01-01T08:00:00.000Z</CreatedBeforeDate></Expiration>") },
        { "days and a date", Rule("a/", "<Expiration><Days>1</Days><CreatedBeforeDate>2017-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>") },
        { "zero days", Rule("a/", "<Expiration><Days>0</Days></Expiration>") },
        { "no action", Rule("a/", "") },
        { "an unknown class", Rule("a/", "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>") },
        { "an id twice", Rule("a/", "<ID>x</ID><Expiration><Days>1</Days></Expiration>") + Rule("b/", "<ID>x</ID><Expiration><Days>1</Days></Expiration>") },
        { "an id too long", Rule("a/", $"<ID>{new string('x', 256)}</ID><Expiration><Days>1</Days></Expiration>") },
        { "no rule", "" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_configuration_that_breaks_a_rule_is_refused(string why, string rules)
    {
        OssAnswer answer = await PutAsync(rules);

        Assert.True(answer.Status == HttpStatusCode.BadRequest, why);
        Assert.Equal("NoSuchLifecycle", (await _sandbox.SubResourceAsync("GET", null, "lifecycle")).Code);
    }

    [Fact]
    public async Task Prefixes_may_overlap_where_the_header_says_so()
    {
        string body = Document(Rule("a/", "<Expiration><Days>9</Days></Expiration>") + Rule("a/b", "<Expiration><Days>1</Days></Expiration>"));
        OssAnswer answer = await _sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket)
        {
            Query = [("lifecycle", null)],
            Body = System.Text.Encoding.UTF8.GetBytes(body),
            Headers = { ["x-oss-allow-same-action-overlap"] = "true" },
        });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Days_count_from_the_date_of_the_object_by_the_clock_of_the_side()
    {
        await _sandbox.PutAsync("a/old", "x");
        await _sandbox.PutAsync("b/kept", "x");
        await PutAsync(Rule("a/", "<Expiration><Days>1</Days></Expiration>"));
        LifecycleResult early = RunLifecycle();
        _sandbox.Side.Clock.Set(Noon.AddHours(37));
        await _sandbox.PutAsync("a/new", "x");
        LifecycleResult due = RunLifecycle();

        Assert.Equal(0, early.Deleted);
        Assert.Equal(1, due.Deleted);
        Assert.Equal(["a/new", "b/kept"], await KeysAsync());
    }

    [Fact]
    public async Task A_date_hits_what_was_modified_before_it()
    {
        await _sandbox.PutAsync("before", "x");
        await PutAsync(Rule("", "<Expiration><CreatedBeforeDate>2030-01-11T00:00:00.000Z</CreatedBeforeDate></Expiration>"));
        _sandbox.Side.Clock.Set(Noon.AddHours(37));
        await _sandbox.PutAsync("after", "x");

        LifecycleResult run = RunLifecycle();

        Assert.Equal(1, run.Deleted);
        Assert.Equal(["after"], await KeysAsync());
    }

    [Fact]
    public async Task Disabled_rules_tags_sizes_and_exemptions_spare_objects()
    {
        await _sandbox.PutAsync("t/hit", "12345", ("x-oss-tagging", "k=v"));
        await _sandbox.PutAsync("t/untagged", "12345");
        await _sandbox.PutAsync("t/small", "1", ("x-oss-tagging", "k=v"));
        await _sandbox.PutAsync("t/keep/x", "12345", ("x-oss-tagging", "k=v"));
        await _sandbox.PutAsync("off/x", "12345");
        await PutAsync(
            Rule("t/", "<Tag><Key>k</Key><Value>v</Value></Tag><Filter><ObjectSizeGreaterThan>3</ObjectSizeGreaterThan><Not><Prefix>t/keep/</Prefix></Not></Filter><Expiration><Days>1</Days></Expiration>")
            + Rule("off/", "<Expiration><Days>1</Days></Expiration>").Replace("Enabled", "Disabled", StringComparison.Ordinal));
        _sandbox.Side.Clock.Set(Noon.AddDays(2));

        RunLifecycle();

        Assert.Equal(["off/x", "t/keep/x", "t/small", "t/untagged"], await KeysAsync());
    }

    [Fact]
    public async Task Uploads_are_aborted_and_objects_change_their_class()
    {
        await _sandbox.SubResourceAsync("POST", "u/x", "uploads");
        await _sandbox.PutAsync("c/x", "x");
        await PutAsync(
            Rule("u/", "<AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>")
            + Rule("c/", "<Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition><Transition><Days>2</Days><StorageClass>Archive</StorageClass></Transition>"));
        _sandbox.Side.Clock.Set(Noon.AddHours(37));
        LifecycleResult first = RunLifecycle();
        string? ia = (await _sandbox.HeadAsync("c/x")).Header("x-oss-storage-class");
        _sandbox.Side.Clock.Set(Noon.AddHours(61));
        LifecycleResult second = RunLifecycle();

        Assert.Equal(1, first.AbortedUploads);
        Assert.Empty((await _sandbox.SubResourceAsync("GET", null, "uploads")).All("Upload"));
        Assert.Equal("IA", ia);
        Assert.Equal(1, second.Transitioned);
        Assert.Equal("InvalidObjectState", (await _sandbox.GetAsync("c/x")).Code);
    }

    [Fact]
    public async Task In_a_versioned_bucket_expiration_hides_and_the_other_actions_clear_up()
    {
        await _sandbox.SubResourceAsync("PUT", null, "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
        await _sandbox.PutAsync("v", "one");
        await _sandbox.PutAsync("v", "two");
        await PutAsync(Rule("", "<Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>"));
        _sandbox.Side.Clock.Set(Noon.AddDays(2));
        LifecycleResult hidden = RunLifecycle();
        await PutAsync(Rule("", "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>"));
        _sandbox.Side.Clock.Set(Noon.AddDays(6));
        LifecycleResult cleared = RunLifecycle();

        Assert.Equal(1, hidden.Deleted);
        Assert.Equal(0, hidden.DeletedVersions);
        Assert.Equal(2, cleared.DeletedVersions);
        Assert.Equal(1, cleared.DeletedMarkers);
        Assert.Empty((await _sandbox.SubResourceAsync("GET", null, "versions")).All("Key"));
    }

    private LifecycleResult RunLifecycle() => _sandbox.Side.Buckets.List()
        .Select(bucket => LifecycleRunner.Run(bucket, _sandbox.Side.Clock.GetUtcNow()))
        .Aggregate(new LifecycleResult(), (sum, result) => sum.Plus(result));

    private static string Rule(string prefix, string body) => $"<Rule>{(body.Contains("<ID>", StringComparison.Ordinal) ? "" : "<ID></ID>")}<Prefix>{prefix}</Prefix><Status>Enabled</Status>{body}</Rule>";

    private static string Document(string rules) => $"<LifecycleConfiguration>{rules}</LifecycleConfiguration>";

    private Task<OssAnswer> PutAsync(string rules) => _sandbox.SubResourceAsync("PUT", null, "lifecycle", Document(rules));

    private async Task<string[]> KeysAsync() => (await _sandbox.SubResourceAsync("GET", null, "list-type=2")).All("Key");
}
