using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Preparation;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Preparation;

/// <summary>
/// How well a source is estimated from some pages. The shapes are those of real buckets of 5,000,000 objects, fifty times smaller: pages
/// hold 20 keys and not 1,000, so that 400 pages are 8 % of a listing in both.
/// </summary>
public sealed class SourceMeasurerTests(ITestOutputHelper output)
{
    private const int SmallPage = 20;
    private const int Objects = 100_000;
    private const int Pages = 400;
    private const int Seeds = 5;

    /// <summary>Name, greatest error of the mean of five tries, greatest error of any of them.</summary>
    public static TheoryData<string, double, double> Shapes => new()
    {
        // Hexadecimal digests without any folder.
        { "flat", 0.05, 0.10 },
        // year/month/day/hour/file: every branch is as large as its neighbour.
        { "deep", 0.15, 0.35 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task An_estimate_from_few_pages_is_near_the_truth_and_says_how_near(string shape, double meanError, double worstError)
    {
        MemoryStore store = Fill(shape, Objects, SmallPage);
        long bytes = store.Keys.Sum(key => (long)SizeOf(key));
        List<double> errors = [], byteErrors = [];
        int covered = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            store.Counters.Reset();
            SourceEstimate found = await SampleAsync(store, Pages, seed);

            Assert.False(found.IsExact);
            Assert.Equal(found.Pages, store.Counters[StoreOperation.List]);
            Assert.InRange(found.Pages, 1, Pages);
            errors.Add((double)found.Objects / Objects - 1);
            byteErrors.Add((double)found.Bytes / bytes - 1);
            covered += found.MinimumObjects <= Objects && Objects <= found.MaximumObjects ? 1 : 0;
            output.WriteLine($"{shape}, seed {seed}: {found.Pages} of {Objects / SmallPage} pages, objects {errors[^1]:+0.0 %;-0.0 %}, bytes {byteErrors[^1]:+0.0 %;-0.0 %}, range {(double)found.MinimumObjects / Objects:0.00} to {(double)found.MaximumObjects / Objects:0.00}");
        }

        output.WriteLine($"{shape}: mean {errors.Average():+0.0 %;-0.0 %}, worst {errors.Max(Math.Abs):0.0 %}, {covered} of {Seeds} ranges hold the truth");
        Assert.InRange(Math.Abs(errors.Average()), 0, meanError);
        Assert.InRange(errors.Max(Math.Abs), 0, worstError);
        Assert.InRange(byteErrors.Max(Math.Abs), 0, worstError);
        Assert.InRange(covered, Seeds - 1, Seeds);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(Pages)]
    [InlineData(1_000)]
    public async Task Where_a_few_branches_hold_most_no_number_is_given_from_a_sample(int pages)
    {
        // Customers by Zipf's law: the largest has a tenth of everything, most have a handful.
        MemoryStore store = Fill("skewed", Objects, SmallPage);
        for (int seed = 1; seed <= 4 * Seeds; seed++)
        {
            RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => SampleAsync(store, pages, seed));

            Assert.Equal("ForecastSampleTooUneven", refused.ErrorId);
            Assert.Contains("-Exact", refused.Message, StringComparison.Ordinal);
            Assert.Contains("-Sample", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("flat", 0)]
    [InlineData("flat", 1)]
    [InlineData("flat", 100)]
    [InlineData("deep", 101)]
    [InlineData("deep", 3_000)]
    [InlineData("skewed", 3_000)]
    [InlineData("odd", 1_200)]
    public async Task A_source_that_is_small_for_the_number_of_pages_is_counted(string shape, int objects)
    {
        MemoryStore store = Fill(shape, objects);

        SourceEstimate found = await SampleAsync(store, 400, seed: 1);

        Assert.True(found.IsExact, found.ToString());
        Assert.Equal((objects, store.Keys.Sum(key => (long)SizeOf(key))), (found.Objects, found.Bytes));
        Assert.Equal((found.Objects, found.Objects), (found.MinimumObjects, found.MaximumObjects));
    }

    [Fact]
    public async Task Everything_is_counted_where_that_is_asked_for_below_the_prefix_only()
    {
        MemoryStore store = Fill("deep", 5_000);
        store.Seed("other/object", "x");
        using EngineBench bench = new();

        SourceEstimate found = await new SourceMeasurer(Environment(store, 1)).CountAsync(
            Source with { Prefix = "2" }, new ObjectCutting(), null, SilentListener.Instance, TestContext.Current.CancellationToken);

        Assert.True(found.IsExact);
        Assert.Equal(5_000, found.Objects);
        Assert.Contains("5,000 objects", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_pages_are_refused_with_the_number_that_would_do()
    {
        MemoryStore store = Fill("flat", 50_000);

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => SampleAsync(store, 5, seed: 1));

        Assert.Equal("ForecastSampleTooSmall", refused.ErrorId);
        Assert.Contains("-Sample", refused.Message, StringComparison.Ordinal);
        Assert.Equal(5, store.Counters[StoreOperation.List]);
    }

    [Fact]
    public async Task A_store_that_ignores_start_after_is_not_believed()
    {
        MemoryStore store = Fill("flat", 5_000);
        FaultyStore faulty = new(store);
        faulty.Plan(StoreOperation.List, Fault.IgnoreStartAfter(), skip: 1);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => SampleAsync(faulty, 100, seed: 1));

        Assert.Equal((StoreErrorKind.Listing, "StartAfterIgnored"), (error.Kind, error.Code));
        faulty.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Requests_are_forecast_as_a_run_then_sends_them()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 40; i++)
            bench.Source.Seed($"small-{i:D2}", EngineBench.Noise(1000 + i));
        bench.Source.Seed("large-1", EngineBench.Noise(5 << 20));
        bench.Source.Seed("large-2", EngineBench.Noise((2 << 20) + 1));
        MigrationJob job = bench.CreateForParts();
        SourceEstimate found = await new SourceMeasurer(Environment(bench.Source, 1)).SampleAsync(
            Source, new ObjectCutting(job.SinglePutLimit, job.PartSize), 10, null, SilentListener.Instance, TestContext.Current.CancellationToken);
        bench.Source.Counters.Reset();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        StoreCounters source = bench.Source.Counters, destination = bench.Destination.Counters;
        Assert.Equal(found.Reads, source[StoreOperation.Read] + source[StoreOperation.Head]);
        Assert.Equal(
            found.Writes,
            destination[StoreOperation.Put] + destination[StoreOperation.Initiate] + destination[StoreOperation.UploadPart]
                + destination[StoreOperation.Complete] + destination[StoreOperation.ListUploads]);
    }

    private static StoreAddress Source { get; } = new() { Scheme = "s3", Bucket = "memory", Region = "us-east-1" };

    private static EngineEnvironment Environment(IObjectReader store, int seed) => new()
    {
        Stores = new MemoryStoreFactory(store, (IObjectStore)store),
        Home = Path.GetTempPath(),
        Random = new Random(seed),
    };

    private static Task<SourceEstimate> SampleAsync(IObjectReader store, int pages, int seed)
        => new SourceMeasurer(Environment(store, seed)).SampleAsync(
            Source, new ObjectCutting(), pages, null, SilentListener.Instance, TestContext.Current.CancellationToken);

    private static MemoryStore Fill(string shape, int objects, int pageSize = 100)
    {
        MemoryStore store = new(new MemoryStoreOptions { PageSize = pageSize });
        Random random = new(7);
        SortedSet<string> keys = new(KeyOrder.Instance);
        for (int i = 0; keys.Count < objects; i++)
            keys.Add(KeyOf(shape, i, random));
        foreach (string key in keys)
            store.Seed(key, new byte[SizeOf(key)]);
        return store;
    }

    private static string KeyOf(string shape, int number, Random random) => shape switch
    {
        "flat" => Convert.ToHexString(BitConverter.GetBytes(random.NextInt64())),
        "deep" => new DateTime(2015, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(random.Next(11 * 8766)).ToString("yyyy/MM/dd/HH", CultureInfo.InvariantCulture) + $"/image-{number:D7}.jpg",
        "skewed" => $"customers/{CustomerOf(random)}/documents/{random.Next(100_000_000):D8}.pdf",
        _ => new[] { "", "z", "\U0010FFFF", "\U0001F600", "a/../", "ä", "\uFFFD", "//" }[number % 8] + new string('y', number % 5) + (number / 40),
    };

    // Zipf over 5,000 names: name n has a share of 1/n, the first a tenth of everything.
    private static string CustomerOf(Random random)
    {
        int rank = (int)Math.Pow(5_000, random.NextDouble());
        return Convert.ToHexString(BitConverter.GetBytes((rank * 2_654_435_761L) ^ 0x5DEECE66D)).ToLowerInvariant()[..6] + "-" + rank;
    }

    private static int SizeOf(string key) => 10 + (key.Sum(character => character) % 90);
}
