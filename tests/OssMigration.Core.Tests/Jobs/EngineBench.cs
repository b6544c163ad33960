using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>An engine over two memory stores with planned faults, and a home of its own that is removed afterwards.</summary>
internal sealed class EngineBench : IDisposable
{
    public const string JobName = "bench-job";

    private readonly string _home = Directory.CreateTempSubdirectory("ossmigration-test-").FullName;

    public EngineBench(MemoryStoreOptions? source = null, MemoryStoreOptions? destination = null)
    {
        Source = new MemoryStore((source ?? new MemoryStoreOptions()) with { Bucket = "from" });
        Destination = new MemoryStore((destination ?? new MemoryStoreOptions()) with { Flavor = StoreFlavor.Oss, Bucket = "to" });
        FaultySource = new FaultyStore(Source);
        FaultyDestination = new FaultyStore(Destination);
        Engine = new MigrationEngine(new EngineEnvironment
        {
            Home = _home,
            Stores = new MemoryStoreFactory(FaultySource, FaultyDestination),
            Random = new Random(1),
        });
    }

    public MemoryStore Source { get; }

    public MemoryStore Destination { get; }

    public FaultyStore FaultySource { get; }

    public FaultyStore FaultyDestination { get; }

    public MigrationEngine Engine { get; }

    public string Home => _home;

    public static MigrationJob JobOf() => new()
    {
        Name = JobName,
        Source = new StoreAddress { Scheme = "s3", Bucket = "from", Region = "us-east-1" },
        Destination = new StoreAddress { Scheme = "oss", Bucket = "to", Region = "cn-hangzhou" },
        Concurrency = 8,
    };

    public MigrationJob Create(Func<MigrationJob, MigrationJob>? change = null) => Engine.CreateJob((change ?? (job => job))(JobOf()));

    public Task<MigrationReport> RunAsync(IRunListener? listener = null, RunOptions? options = null, CancellationToken cancellationToken = default)
        => Engine.RunAsync(JobName, options ?? new RunOptions(), listener ?? SilentListener.Instance, cancellationToken);

    public async Task<(IReadOnlyList<ComparisonItem> Items, ComparisonSummary Summary)> CompareAsync(ComparisonLevel level = ComparisonLevel.Checksum)
    {
        IComparison comparison = Engine.Compare(new ComparisonRequest { JobName = JobName, Level = level }, SilentListener.Instance);
        List<ComparisonItem> items = [];
        await foreach (ComparisonItem item in comparison.Items(CancellationToken.None))
            items.Add(item);
        return (items, comparison.Summary!);
    }

    public IReadOnlyList<MigrationItem> Items(MigrationItemState? state = null) => [.. Engine.GetItems(JobName, run: null, state)];

    public void Dispose()
    {
        FaultySource.VerifyAllFaultsFired();
        FaultyDestination.VerifyAllFaultsFired();
        Directory.Delete(_home, recursive: true);
    }
}
