using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>What a run that follows another one finds and reports.</summary>
public sealed class IncrementTests
{
    [Fact]
    public async Task A_report_tells_new_changed_and_restored_objects_apart()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 10; i++)
            bench.Source.Seed($"k{i}", "1234");
        bench.Create();
        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Source.Seed("k1", "other");
        bench.Source.Seed("k2", "others");
        bench.Source.Seed("new", "new");
        bench.Destination.Remove("k3");

        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((first.Copied, default), (first.New, first.Changed));
        Assert.Equal((new ObjectCount(4, 18), new ObjectCount(1, 3), new ObjectCount(2, 11)), (second.Copied, second.New, second.Changed));
        Assert.True(second.Reconciled);
    }
}
