using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Mirroring;

/// <summary>Rules and tests of rules over two memory stores with planned faults.</summary>
internal sealed class MirrorBench : IDisposable
{
    public MirrorBench(BucketVersioning versioning = BucketVersioning.Off, TimeProvider? time = null)
    {
        Source = new MemoryStore(new MemoryStoreOptions { Bucket = "from" });
        Destination = new MemoryStore(new MemoryStoreOptions { Flavor = StoreFlavor.Oss, Bucket = "to", Versioning = versioning });
        Faults = new FaultyStore(Destination);
        Environment = new EngineEnvironment
        {
            Stores = new ByBucket(Source, Faults),
            Time = time ?? TimeProvider.System,
            Random = new Random(1),
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
        };
    }

    public static StoreAddress To { get; } = new() { Scheme = "oss", Bucket = "to", Region = "cn-hangzhou" };

    public static StoreAddress From { get; } = new() { Scheme = "s3", Bucket = "from", Region = "eu-west-1" };

    public MemoryStore Source { get; }

    public MemoryStore Destination { get; }

    public FaultyStore Faults { get; }

    public EngineEnvironment Environment { get; }

    public MirrorRules Rules => new(Environment);

    /// <summary>The website configuration of the destination, as text; null for none.</summary>
    public string? Standing => Destination.FindDocument(BucketDocumentKind.Website)?.Root.ToString();

    public void Seed(string? xml) => Destination.SeedDocument(BucketDocumentKind.Website, xml is null ? null : WebsiteDocuments.Document(xml));

    public void Dispose() => Faults.VerifyAllFaultsFired();

    /// <summary>The destination is opened for reading too, so the address says which store it is.</summary>
    internal sealed class ByBucket(IObjectStore source, IObjectStore destination) : IStoreFactory
    {
        public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options) => OpenDestination(address, options);

        public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options) => address.Bucket == To.Bucket ? destination : source;
    }
}
