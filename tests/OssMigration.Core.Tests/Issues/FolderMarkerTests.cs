using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using Xunit;

namespace OssMigration.Core.Tests.Issues;

/// <summary>The object whose key is the source's prefix was neither copied nor counted.</summary>
public sealed class FolderMarkerTests
{
    [Fact]
    public async Task The_object_that_is_the_prefix_itself_arrives_as_the_destinations_prefix()
    {
        using EngineBench bench = Full();
        bench.Create(job => job with { Source = job.Source with { Prefix = "data/" }, Destination = job.Destination with { Prefix = "moved/" } });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 2L), (first.Status, first.Copied.Objects));
        Assert.Equal(["moved/", "moved/a"], bench.Destination.Keys);
        Assert.Empty(items);
        Assert.True(summary.IsClean);
        Assert.Equal((RunStatus.Complete, 2L), (second.Status, second.Skipped.Objects));
    }

    [Fact]
    public async Task Without_a_prefix_at_the_destination_it_is_reported_as_Unsupported()
    {
        using EngineBench bench = Full();
        bench.Create(job => job with { Source = job.Source with { Prefix = "data/" } });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 1L), (report.Status, report.Copied.Objects, report.Unsupported.Objects));
        Assert.Equal(("", MigrationItemState.Unsupported), (Assert.Single(bench.Items()).Key, bench.Items()[0].State));
        Assert.Equal(["a"], bench.Destination.Keys);
    }

    private static EngineBench Full()
    {
        EngineBench bench = new();
        bench.Source.Seed("data/", []);
        bench.Source.Seed("data/a", "x");
        bench.Source.Seed("database", "x");
        return bench;
    }
}
