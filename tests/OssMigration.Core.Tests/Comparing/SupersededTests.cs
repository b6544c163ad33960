using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

/// <summary>Superseded passes the clean-up of the source, so that only what is proved to be a write of the business is called so.</summary>
public sealed class SupersededTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    // Minutes after the moment of cut-over at which each end's object was written; the margin is two minutes.
    [Theory]
    [InlineData("nothing", -60, 5, "md5", "", ComparisonStatus.Superseded)]
    [InlineData("nothing", -60, -1, "md5", "", ComparisonStatus.Superseded)]
    [InlineData("nothing", -60, -5, "md5", "", ComparisonStatus.Different)]
    [InlineData("nothing", 4, 5, "md5", "", ComparisonStatus.Different)]
    [InlineData("nothing", 3, 5, "md5", "", ComparisonStatus.Superseded)]
    [InlineData("nothing", 60, 5, "md5", "", ComparisonStatus.Different)]
    [InlineData("nothing", -60, 5, "multipart", "", ComparisonStatus.Different)]
    [InlineData("nothing", -60, 5, "md5", "stamp", ComparisonStatus.Different)]
    [InlineData("nothing", -60, 5, "md5", "mirrored", ComparisonStatus.Different)]
    [InlineData("this version", -60, 5, "md5", "", ComparisonStatus.Superseded)]
    [InlineData("this version", -60, 5, "multipart", "", ComparisonStatus.Superseded)]
    [InlineData("this version", -60, -5, "md5", "", ComparisonStatus.Different)]
    [InlineData("this version", -60, 5, "md5", "stamp", ComparisonStatus.Different)]
    [InlineData("this version", -60, 5, "md5", "mirrored", ComparisonStatus.Different)]
    [InlineData("another version", -60, 5, "md5", "", ComparisonStatus.Different)]
    [InlineData("another version, untouched", 5, -60, "md5", "stamp", ComparisonStatus.Different)]
    public async Task A_difference_is_the_business_s_only_where_everything_says_so(
        string settled, int sourceMinutes, int destinationMinutes, string etag, string mark, ComparisonStatus expected)
    {
        FakeTimeProvider time = new(Noon.AddHours(-2));
        using EngineBench bench = new(time: time);
        string? sourceETag = etag == "multipart" ? "0123456789abcdef0123456789abcdef-2" : null;
        byte[] content = EngineBench.Noise(300, 1);
        if (settled.StartsWith("another", StringComparison.Ordinal))
            bench.Source.Seed("k", EngineBench.Noise(200, 2), lastModified: Noon.AddMinutes(-60));
        else if (settled != "nothing")
            bench.Source.Seed("k", content, lastModified: Noon.AddMinutes(sourceMinutes), etag: sourceETag);
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = Noon });
        time.Advance(TimeSpan.FromHours(4));
        bench.Source.Seed("k", content, lastModified: Noon.AddMinutes(sourceMinutes), etag: sourceETag);
        if (!settled.EndsWith("untouched", StringComparison.Ordinal))
        {
            ObjectMetadata metadata = mark == "stamp" ? SourceStamp.Apply(ObjectMetadata.Empty, bench.Source.Find("k")!.ToEntry(), 1) : ObjectMetadata.Empty;
            bench.Destination.Seed("k", EngineBench.Noise(100, 3), metadata, Noon.AddMinutes(destinationMinutes));
            bench.Destination.Change("k", there => there with { IsMirrored = mark == "mirrored" });
        }

        foreach (ComparisonLevel level in Enum.GetValues<ComparisonLevel>())
        {
            (IReadOnlyList<ComparisonItem> items, _) = await bench.CompareAsync(level);
            Assert.Equal(expected, Assert.Single(items).Status);
        }
    }

    [Theory]
    [InlineData(true, ComparisonLevel.Content, ComparisonStatus.Superseded)]
    [InlineData(true, ComparisonLevel.Checksum, ComparisonStatus.Superseded)]
    [InlineData(false, ComparisonLevel.Content, ComparisonStatus.Superseded)]
    [InlineData(false, ComparisonLevel.Checksum, ComparisonStatus.Unproved)]
    public async Task An_overwrite_of_equal_size_is_told_by_the_hash_that_a_run_remembers_or_by_reading(bool hasRun, ComparisonLevel level, ComparisonStatus expected)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(300, 1), lastModified: Noon.AddYears(-1));
        bench.Destination.Seed("k", EngineBench.Noise(300, 2));
        bench.Create(job => job with { CutoverTime = Noon.AddMonths(-6) });
        if (hasRun)
            Assert.Equal(1, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Conflict.Objects);

        (IReadOnlyList<ComparisonItem> items, _) = await bench.CompareAsync(level);

        Assert.Equal(expected, Assert.Single(items).Status);
    }

    [Fact]
    public async Task A_mirrored_object_whose_source_was_changed_late_is_Different_and_a_Conflict_that_says_so()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(300, 1));
        bench.Destination.Seed("k", EngineBench.Noise(200, 2), lastModified: DateTimeOffset.UtcNow.AddMinutes(-10));
        bench.Create(job => job with { CutoverTime = DateTimeOffset.UtcNow.AddHours(-1) });

        Assert.Equal(ComparisonStatus.Different, Assert.Single((await bench.CompareAsync()).Items).Status);
        Assert.Equal(1, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Conflict.Objects);
        Assert.Equal("OtherContent", Assert.Single(bench.Items()).ErrorKind);
        Assert.Equal(ComparisonStatus.Different, Assert.Single((await bench.CompareAsync()).Items).Status);
    }

    [Fact]
    public async Task A_version_that_never_was_at_the_destination_was_not_deleted_there()
    {
        using EngineBench bench = new();
        bench.Source.Seed("changed", "first");
        bench.Source.Seed("kept", "first");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddHours(-1) });
        bench.Source.Seed("changed", "second");
        bench.Destination.Remove("changed");
        bench.Destination.Remove("kept");

        (IReadOnlyList<ComparisonItem> items, _) = await bench.CompareAsync();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([("changed", ComparisonStatus.SourceOnly), ("kept", ComparisonStatus.DeletedAtDestination)], items.Select(item => (item.Key, item.Status)));
        Assert.Equal(["DeletedAndChangedAtSource", "DeletedAtDestination"], bench.Items().Select(item => item.ErrorKind));
        Assert.Empty(bench.Destination.Keys);
    }
}
