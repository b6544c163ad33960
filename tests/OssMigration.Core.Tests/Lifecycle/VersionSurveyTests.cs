using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Old versions go for good, so that they are counted from a listing that can be trusted, or not at all.</summary>
public sealed class VersionSurveyTests
{
    private static readonly DateTimeOffset Noon = LifecycleBench.Noon;

    [Fact]
    public async Task Versions_are_counted_over_pages_that_end_within_a_key()
    {
        VersionSurvey survey = await TakeAsync(
            new VersionPage([Version("a", 1, isLatest: true), Version("a", 2)], new VersionMarker("a", "2")),
            new VersionPage([Version("a", 4)], new VersionMarker("a", "3")),
            new VersionPage([Marker("b"), Version("b", 8)], new VersionMarker("b", null)),
            new VersionPage([], new VersionMarker("c", null)),
            new VersionPage([Version("d", 16)], null));

        Assert.Equal((new ObjectCount(1, 1), new ObjectCount(4, 30), 1L), (survey.Current, survey.Old, survey.Markers));
    }

    [Fact]
    public async Task What_was_written_at_the_moment_of_the_comparison_it_has_not_seen()
    {
        VersionSurvey survey = await TakeAsync(new VersionPage(
            [
                Version("before", 1) with { LastModified = Noon.AddTicks(-1) },
                Version("now", 1) with { LastModified = Noon },
                Version("older below", 1) with { LastModified = Noon.AddTicks(-1) },
                Version("older below", 1) with { LastModified = Noon },
            ],
            null));

        Assert.Equal((1L, "now"), (survey.Late, Assert.Single(survey.LateKeys)));
    }

    [Fact]
    public async Task Ten_late_keys_are_named_and_all_are_counted()
    {
        VersionSurvey survey = await TakeAsync(new VersionPage([.. Enumerable.Range(0, 12).Select(i => Version($"k{i:D2}", 1) with { LastModified = Noon.AddDays(1) })], null));

        Assert.Equal((12L, 10, "k09"), (survey.Late, survey.LateKeys.Count, survey.LateKeys[^1]));
    }

    [Theory]
    [InlineData("p/b", "p/a", "'p/a' came after 'p/b'")]
    [InlineData("p/b", "q", "the listing of prefix 'p/' holds 'q'")]
    [InlineData("p", "p/a", "the listing of prefix 'p/' holds 'p'")]
    public async Task A_key_out_of_its_place_is_no_listing(string first, string second, string breach)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => TakeAsync("p/", new VersionPage([Version(first, 1), Version(second, 1)], null)));

        Assert.Equal((StoreErrorKind.Listing, "OutOfOrder"), (error.Kind, error.Code));
        Assert.Contains(breach, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b", "1", "b", "1")]
    [InlineData("b", "1", "a", "2")]
    public async Task A_page_that_leads_back_is_no_listing(string key, string version, string nextKey, string nextVersion)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => TakeAsync(
            new VersionPage([Version("b", 1)], new VersionMarker(key, version)), new VersionPage([], new VersionMarker(nextKey, nextVersion)), new VersionPage([], null)));

        Assert.Contains($"a page gives the marker '{nextKey}' after 'b'", error.Message, StringComparison.Ordinal);
    }

    private static Task<VersionSurvey> TakeAsync(params VersionPage[] pages) => TakeAsync("", pages);

    private static async Task<VersionSurvey> TakeAsync(string prefix, params VersionPage[] pages)
    {
        MemoryStore store = new();
        EngineEnvironment environment = new() { Home = "/nowhere", Stores = new MemoryStoreFactory(store, store) };
        await using OpenedBucket bucket = OpenedBucket.ForReading(environment, EngineBench.JobOf().Source, null, SilentListener.Instance);
        return await VersionSurvey.TakeAsync(bucket, new PagedVersions(pages), prefix, Noon, TestContext.Current.CancellationToken);
    }

    private static ObjectVersion Version(string key, long size, bool isLatest = false) => new(key, "v", isLatest, IsDeleteMarker: false, size, Noon.AddDays(-1));

    private static ObjectVersion Marker(string key) => new(key, "m", IsLatest: true, IsDeleteMarker: true, 0, Noon.AddDays(1));

    private sealed class PagedVersions(VersionPage[] pages) : IVersionLister
    {
        private int _given;

        public Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
        {
            Assert.Equal(_given == 0 ? null : pages[_given - 1].Next, after);
            return Task.FromResult(pages[_given++]);
        }
    }
}
