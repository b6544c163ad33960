using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

public sealed class FullRunTests
{
    [Fact]
    public async Task Everything_is_copied_compared_and_the_second_run_copies_nothing()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 2_500; i++)
            bench.Source.Seed($"folder{i % 7}/object-{i:D5}", $"content of {i}");
        bench.Source.Seed("empty", []);
        bench.Source.Seed("large", Noise(3 << 20, 7));
        bench.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, null), (first.Status, first.Reason));
        Assert.Equal(2_502, first.Copied.Objects);
        Assert.Equal(first.Listed, first.Outcomes);
        Assert.Equal(0, first.DestinationUsage.BytesRead);
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);

        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();
        Assert.Empty(items);
        Assert.True(summary.IsClean);
        Assert.Equal(0, summary.DestinationUsage.BytesRead);

        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 0, 2_502), (second.Status, second.Copied.Objects, second.Skipped.Objects));
    }

    [Fact]
    public async Task A_key_dropped_from_a_listing_makes_the_run_incomplete()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 50; i++)
            bench.Source.Seed($"k{i:D2}", "x");
        bench.FaultySource.Plan(StoreOperation.List, Fault.DropKey("k17"));
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Incomplete, report.Status);
        Assert.Equal((50, 49), (report.Listed.Objects, report.Outcomes.Objects));
        Assert.Contains("do not agree", report.Reason, StringComparison.Ordinal);
    }

    private static byte[] Noise(int length, int seed)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }
}
