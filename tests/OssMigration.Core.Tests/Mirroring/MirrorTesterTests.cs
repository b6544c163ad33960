using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;
using static OssMigration.Core.Tests.Mirroring.WebsiteDocuments;

namespace OssMigration.Core.Tests.Mirroring;

public sealed class MirrorTesterTests
{
    private const string HeadToo = "<MirrorAllowHeadObject>true</MirrorAllowHeadObject>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_smallest_objects_that_are_only_at_the_source_are_fetched_by_HEAD_and_by_GET()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "", HeadToo)));
        bench.Source.Seed("arrived", "x");
        bench.Destination.Seed("arrived", "x");
        bench.Source.Seed("large", new byte[100]);
        bench.Source.Seed("small-1", "1");
        bench.Source.Seed("small-2", "22");
        Arrives(bench, StoreOperation.Head, "small-1");
        Arrives(bench, StoreOperation.Read, "small-2");

        MirrorTest test = await TestAsync(bench);

        Assert.Equal((true, MirrorTestCause.None, "small-2", 2L), (test.Succeeded, test.Cause, test.Key, test.Bytes));
        Assert.Contains("HEAD fetches too", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_told_relative_to_the_prefixes_and_rules_are_looked_up_by_full_keys()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "dst/a/")));
        bench.Source.Seed("src/a/k", "content");
        bench.Source.Seed("src/b/k", "c");
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() => bench.Destination.Seed("dst/a/k", "content")), "dst/a/k");

        MirrorTest test = await TestAsync(bench, request => request with
        {
            Source = request.Source with { Prefix = "src/" },
            Destination = request.Destination with { Prefix = "dst/" },
        });

        Assert.Equal((true, "a/k"), (test.Succeeded, test.Key));
    }

    [Fact]
    public async Task Versioning_no_rule_an_uncovered_object_and_nothing_to_fetch_are_told_before_anything_is_fetched()
    {
        using MirrorBench versioned = new(BucketVersioning.Suspended);
        using MirrorBench none = new();
        using MirrorBench uncovered = new();
        using MirrorBench complete = new();
        uncovered.Seed(Website(Mirror(1, "else/")));
        uncovered.Source.Seed("k", "x");
        complete.Seed(Website(Mirror(1, "")));
        complete.Source.Seed("k", "x");
        complete.Destination.Seed("k", "x");

        Assert.Equal(MirrorTestCause.Versioning, (await TestAsync(versioned)).Cause);
        Assert.Equal(MirrorTestCause.NoRule, (await TestAsync(none)).Cause);
        MirrorTest test = await TestAsync(uncovered);
        Assert.Equal((MirrorTestCause.NoRule, "k"), (test.Cause, test.Key));
        MirrorTest nothing = await TestAsync(complete);
        Assert.Equal(MirrorTestCause.NothingToFetch, nothing.Cause);
        Assert.Contains("-CreateProbe", nothing.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("-CreateProbe", nothing.Message, StringComparison.Ordinal);
        Assert.Equal(MirrorTestCause.NothingToFetch, (await TestAsync(complete, request => request with { Key = "k" })).Cause);
        Assert.Equal(MirrorTestCause.NothingToFetch, (await TestAsync(complete, request => request with { Key = "nowhere" })).Cause);
    }

    public static TheoryData<string, string, int, MirrorTestCause> Failures => new()
    {
        { "Error status : 403 from mirror host.", "", 0, MirrorTestCause.PrivateOriginWithoutKeys },
        { "Error status : 403 from mirror host.", "auth", 0, MirrorTestCause.OriginDenied },
        { "Error status : 404 from mirror host.", "", 0, MirrorTestCause.OriginNotFound },
        { "Error status : 503 from mirror host.", "", 0, MirrorTestCause.MirrorFailed },
        { "Error status : 0 from mirror host.", "", 10, MirrorTestCause.OriginTimeout },
        { "Error status : 0 from mirror host.", "NameUnknown", 1, MirrorTestCause.OriginUnreachable },
        { "Error status : 0 from mirror host.", "NotReachable", 1, MirrorTestCause.OriginUnreachable },
        { "Error status : 0 from mirror host.", "TooSlow", 1, MirrorTestCause.OriginTimeout },
        { "Error status : 0 from mirror host.", "200", 1, MirrorTestCause.OriginUnreachable },
        { "The body cannot be read.", "403", 1, MirrorTestCause.PrivateOriginWithoutKeys },
        { "The body cannot be read.", "404", 1, MirrorTestCause.OriginNotFound },
        { "Meta is too large.", "200", 1, MirrorTestCause.MirrorFailed },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task The_cause_of_a_failure_is_named_and_it_is_asked_once(string text, string origin, int seconds, MirrorTestCause cause)
    {
        FakeTimeProvider time = new();
        using MirrorBench bench = new(time: time);
        bench.Seed(Website(Mirror(1, "", origin == "auth" ? Auth(Secret) : "")));
        bench.Source.Seed("k", "x");
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() =>
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            throw new StoreException(StoreErrorKind.ServerError, "oss://to", $"OSS refused: {text}") { HttpStatus = 424, Code = "MirrorFailed" };
        }));

        MirrorTest test = await TestAsync(bench, probe: new FixedProbe(origin));

        Assert.Equal((false, cause), (test.Succeeded, test.Cause));
        Assert.Equal(TimeSpan.FromSeconds(seconds), test.Duration);
        Assert.DoesNotContain(Secret, test.ToString(), StringComparison.Ordinal);
        Assert.Null(bench.Destination.Find("k"));
    }

    [Fact]
    public async Task A_404_is_the_origins_and_the_line_is_tried_again()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "")));
        bench.Source.Seed("k", "x");
        bench.Faults.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.Network));

        MirrorTest test = await TestAsync(bench, probe: new FixedProbe("404"));

        Assert.Equal(MirrorTestCause.OriginNotFound, test.Cause);
        Assert.Contains("standing.example", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_bytes_than_the_sources_are_told_with_the_mend()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "")));
        bench.Source.Seed("k", "right");
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() => bench.Destination.Seed("k", "wrong")), "k");

        MirrorTest test = await TestAsync(bench);

        Assert.Equal((MirrorTestCause.ContentDiffers, "k"), (test.Cause, test.Key));
        Assert.Contains("delete it there", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_HEAD_that_is_not_served_although_the_rule_allows_it_is_told()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "", HeadToo)));
        bench.Source.Seed("k", "x");
        Arrives(bench, StoreOperation.Read, "k");

        Assert.Equal(MirrorTestCause.HeadNotServed, (await TestAsync(bench)).Cause);
    }

    [Fact]
    public async Task An_object_that_a_run_copied_meanwhile_proves_nothing()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "")));
        bench.Source.Seed("k", "x");
        ObjectMetadata stamp = ObjectMetadata.Empty with { User = new Dictionary<string, string> { ["ossmigration-version"] = "v" } };
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() => bench.Destination.Seed("k", "x"u8.ToArray(), stamp)), "k");

        Assert.Equal(MirrorTestCause.NothingToFetch, (await TestAsync(bench)).Cause);
    }

    [Fact]
    public async Task A_probe_is_made_below_the_rules_prefix_and_removed_at_both_ends_whatever_comes()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "rule/")));
        string? probed = null;
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() =>
        {
            probed = Assert.Single(bench.Source.Keys);
            bench.Destination.Seed(probed, bench.Source.Find(probed)!.Content);
        }));

        MirrorTest good = await TestAsync(bench, request => request with { CreateProbe = true });
        MirrorTest bad = await TestAsync(bench, request => request with { CreateProbe = true }, new FixedProbe("404"));

        Assert.Equal((true, MirrorTestCause.OriginNotFound), (good.Succeeded, bad.Cause));
        Assert.StartsWith("rule/ossmigration-mirror-probe-", probed, StringComparison.Ordinal);
        Assert.Empty(bench.Source.Keys);
        Assert.Empty(bench.Destination.Keys);
    }

    [Fact]
    public async Task A_probe_tests_the_rule_for_all_keys_and_not_one_for_some_of_them_that_stands_before_it()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "theirs/"), Mirror(2, "")));
        string? probed = null;
        bench.Faults.Plan(StoreOperation.Read, Fault.Before(() =>
        {
            probed = Assert.Single(bench.Source.Keys);
            bench.Destination.Seed(probed, bench.Source.Find(probed)!.Content);
        }));

        Assert.True((await TestAsync(bench, request => request with { CreateProbe = true })).Succeeded);

        Assert.StartsWith("ossmigration-mirror-probe-", probed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_far_behind_those_that_have_arrived_is_found_by_a_bounded_search()
    {
        using MirrorBench bench = new();
        bench.Seed(Website(Mirror(1, "")));
        for (int i = 0; i < 12_000; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"a{i:D5}");
            bench.Source.Seed(key, "x");
            bench.Destination.Seed(key, "x");
        }

        bench.Source.Seed("z", "late");
        Arrives(bench, StoreOperation.Read, "z");

        MirrorTest test = await TestAsync(bench);

        Assert.Equal((true, "z"), (test.Succeeded, test.Key));
        Assert.InRange(bench.Source.Counters[StoreOperation.List], 1, 18);
    }

    [Fact]
    public async Task A_wrong_key_of_the_destination_is_an_error_and_no_result()
    {
        using MirrorBench bench = new();
        bench.Faults.Plan(StoreOperation.Inspect, Fault.Throw(StoreErrorKind.Credential));

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => TestAsync(bench));

        Assert.Equal(StoreErrorKind.Credential, error.Kind);
    }

    /// <summary>The mirror of OSS: the object is there when it is asked for.</summary>
    private static void Arrives(MirrorBench bench, StoreOperation operation, string key)
        => bench.Faults.Plan(operation, Fault.Before(() => bench.Destination.Seed(key, bench.Source.Find(key)!.Content)), key);

    private static Task<MirrorTest> TestAsync(MirrorBench bench, Func<MirrorTestRequest, MirrorTestRequest>? change = null, IOriginProbe? probe = null)
        => new MirrorTester(bench.Environment, probe ?? new FixedProbe("")).TestAsync(
            (change ?? (same => same))(new MirrorTestRequest { Source = MirrorBench.From, Destination = MirrorBench.To }), SilentListener.Instance, Token);

    /// <summary>An origin that always answers the same: a status, or how it does not.</summary>
    private sealed class FixedProbe(string answer) : IOriginProbe
    {
        public Task<OriginAnswer> AskAsync(Uri url, CancellationToken cancellationToken) => Task.FromResult(
            int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int status)
                ? new OriginAnswer(OriginAnswerKind.Answered, status)
                : new OriginAnswer(Enum.Parse<OriginAnswerKind>(answer)));
    }
}
