using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Measures the memory of the process, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public async Task Memory_does_not_grow_with_the_number_of_objects()
    {
        const int Few = 20_000;
        const int Many = 100_000;
        using EngineBench bench = new();
        SyntheticStore source = new(Many);
        MigrationEngine engine = new(new EngineEnvironment { Home = bench.Home, Stores = new MemoryStoreFactory(source, new SyntheticStore(Many)) });
        bench.Create();
        List<long> samples = [];
        source.OnPage = first =>
        {
            if (first is Few or Many - 1000)
                samples.Add(GC.GetTotalMemory(forceFullCollection: true));
        };

        MigrationReport report = await engine.RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, (long)Many), (report.Status, report.Skipped.Objects));
        Assert.Equal(2, samples.Count);
        Assert.InRange(samples[1] - samples[0], long.MinValue, 8 << 20);
    }

    /// <summary>Any number of empty objects from a formula, all of them in the first range.</summary>
    private sealed class SyntheticStore(int count) : StoreDecorator(new MemoryStore(new MemoryStoreOptions { Flavor = StoreFlavor.Oss }))
    {
        private const string Empty = "D41D8CD98F00B204E9800998ECF8427E";

        public Action<int>? OnPage { get; set; }

        public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        {
            int first = request.ContinuationToken is { } token ? int.Parse(token, CultureInfo.InvariantCulture) : request.StartAfter is null ? 0 : count;
            int next = Math.Min(first + 1000, count);
            ObjectEntry[] entries = [.. Enumerable.Range(first, next - first)
                .Select(i => new ObjectEntry($"!{i:D9}", 0, new SourceVersion(Empty), Empty, DateTimeOffset.UnixEpoch))];
            OnPage?.Invoke(first);
            return Task.FromResult(new ListPage(entries, next < count ? next.ToString(CultureInfo.InvariantCulture) : null, entries.Length));
        }
    }
}
