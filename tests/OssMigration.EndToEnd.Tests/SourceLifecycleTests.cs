using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Both steps of a deletion, over sockets, with the clocks of the sandbox and of the engine moved together.</summary>
public sealed class SourceLifecycleTests
{
    private static readonly SourceLifecycleQuery Ours = new() { JobName = Cloud.JobName };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_versioned_source_is_empty_after_both_steps_and_its_neighbours_are_as_they_were()
    {
        MovedClock clock = new();
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Versioning = "Enabled" }, clock);
        foreach (string key in (string[])["data/a", "data/a", "data/b", "data/gone", "keep", "keep"])
            await cloud.PutAsync(key, $"content of {key}");
        await cloud.Source.DeleteAsync("data/gone", Token);
        SourceLifecycle lifecycle = new(cloud.Environment);
        cloud.Create(job => job with { Source = job.Source with { Prefix = "data/" } });
        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);
        cloud.Engine.SetJob(Cloud.JobName, new JobChanges { CutoverTime = clock.GetUtcNow() });
        ComparisonSummary summary = (await cloud.CompareAsync()).Summary;
        SourceLifecycleRequest first = new() { JobName = Cloud.JobName, Comparison = ComparisonClaim.Of(summary) };
        SourceLifecycleRequest second = new() { JobName = Cloud.JobName, Phase = LifecyclePhase.NoncurrentVersions, AcknowledgedVersions = 4 };

        SourceLifecycleRule rule = await SetAsync(first);
        Assert.Equal((2L, "data/"), (rule.Objects!.Value, rule.Prefix));
        await MoveToAsync(rule.Date!.Value);
        Assert.Equal(["keep"], await Cloud.KeysAsync(cloud.Source));
        Assert.Equal(
            ["data/a marker", "data/a old", "data/a old", "data/b marker", "data/b old", "data/gone marker", "data/gone old", "keep current", "keep old"],
            await VersionsAsync());
        SourceLifecycleRule fired = Assert.Single(await lifecycle.GetAsync(Ours, SilentListener.Instance, Token));
        Assert.Equal((true, true), (fired.HasFired!.Value, fired.IsDone!.Value));

        SourceLifecycleRule last = await SetAsync(second);
        Assert.Equal(4, last.Objects);
        await MoveToAsync(rule.Date.Value.AddDays(2));
        await MoveToAsync(rule.Date.Value.AddDays(3));

        Assert.Equal(["keep current", "keep old"], await VersionsAsync());
        Assert.All(await lifecycle.GetAsync(Ours, SilentListener.Instance, Token), left => Assert.True(left.IsDone));
        Assert.Equal(2, (await lifecycle.RemoveAsync(Ours, SilentListener.Instance, Token)).Count);
        Assert.Null(await ((IBucketDocuments)cloud.Source).ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token));
        Assert.Equal(["data/a", "data/b"], (await Cloud.KeysAsync(cloud.Destination)).Select(key => $"data/{key}"));

        async Task<SourceLifecycleRule> SetAsync(SourceLifecycleRequest request)
            => await lifecycle.ApplyAsync(await lifecycle.PlanAsync(request, SilentListener.Instance, Token), SilentListener.Instance, Token);

        async Task MoveToAsync(DateTimeOffset time)
        {
            clock.Offset = time - DateTimeOffset.UtcNow;
            await cloud.Sandbox.SetClockAsync(SandboxSide.S3, time);
            await cloud.Sandbox.RunLifecycleAsync(SandboxSide.S3);
        }

        async Task<IEnumerable<string>> VersionsAsync()
        {
            VersionPage page = await ((IVersionLister)cloud.Source).ListVersionPageAsync("", null, Token);
            return page.Versions.Select(version => $"{version.Key} {(version.IsDeleteMarker ? "marker" : version.IsLatest ? "current" : "old")}");
        }
    }

    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Offset;
    }
}
