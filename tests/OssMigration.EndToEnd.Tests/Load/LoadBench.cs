using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Load;

/// <summary>An engine over stores in memory, with as many requests at a time as it is asked for, and a home that is removed afterwards.</summary>
internal sealed class LoadBench : IDisposable
{
    public const string JobName = "load-job";
    public const int Concurrency = 512;

    public LoadBench(IObjectReader source, IObjectStore destination, TimeProvider time)
    {
        // What tests before this one held is not this one's: 5 resets the peak (proc_pid_clear_refs(5)).
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", "5");
        Engine = new MigrationEngine(new EngineEnvironment { Home = Home, Stores = new MemoryStoreFactory(source, destination), Time = time, Random = new Random(3) });
    }

    /// <summary>Highest resident memory of this process since the bench was made, in MiB.</summary>
    public static long PeakMemory
        => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    public MigrationEngine Engine { get; }

    private string Home { get; } = Directory.CreateTempSubdirectory("ossmigration-load-").FullName;

    public static MemoryStore NewDestination() => new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss, Bucket = "to" });

    public void Create(Func<MigrationJob, MigrationJob> change) => Engine.CreateJob(change(new MigrationJob
    {
        Name = JobName,
        Source = new StoreAddress { Scheme = "s3", Bucket = "from", Region = "us-east-1" },
        Destination = new StoreAddress { Scheme = "oss", Bucket = "to", Region = "cn-hangzhou" },
        Concurrency = Concurrency,
    }));

    public Task<MigrationReport> RunAsync(CancellationToken cancellationToken) => Engine.RunAsync(JobName, new RunOptions(), SilentListener.Instance, cancellationToken);

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
