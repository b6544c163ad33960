using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>Both ends of a job and the place of its state in memory, and any number of machines.</summary>
internal sealed class StateBench : IDisposable
{
    private readonly List<string> _homes = [];
    private readonly ConcurrentDictionary<string, int> _writes = new(StringComparer.Ordinal);

    public StateBench(ETagStyle style = ETagStyle.Md5, MemoryStoreOptions? state = null)
    {
        Time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        Source = new MemoryStore(new MemoryStoreOptions { ETagStyle = style, Bucket = "from", PageSize = 20, Time = Time });
        Destination = new MemoryStore(new MemoryStoreOptions { Flavor = StoreFlavor.Oss, Bucket = "to", Time = Time });
        State = new MemoryStore((state ?? new MemoryStoreOptions()) with { Flavor = StoreFlavor.Oss, Bucket = "state", Time = Time });
        Destination.AfterOperation = (operation, key, _) =>
        {
            if (operation is StoreOperation.Put or StoreOperation.Complete)
                _writes.AddOrUpdate(key!, 1, static (_, count) => count + 1);
            return default;
        };
    }

    public static StoreAddress Place { get; } = new() { Scheme = "oss", Bucket = "state", Prefix = "jobs", Region = "cn-hangzhou" };

    /// <summary>The clock of a test runs in leaps, and the lease must not be lost by one.</summary>
    public static StateTiming Timing { get; } = new()
    {
        LeaseDuration = TimeSpan.FromHours(4),
        GiveUpAfter = TimeSpan.FromHours(3),
        RenewEvery = TimeSpan.FromMinutes(10),
        SnapshotEvery = TimeSpan.FromSeconds(5),
    };

    public FakeTimeProvider Time { get; }

    public MemoryStore Source { get; }

    public MemoryStore Destination { get; }

    public MemoryStore State { get; }

    /// <summary>How often each object was written at the destination.</summary>
    public IReadOnlyDictionary<string, int> Writes => _writes;

    public string[] Heads => [.. State.Keys.Where(key => key.StartsWith("jobs/bench-job/head/", StringComparison.Ordinal))];

    public string[] Pieces => [.. State.Keys.Where(key => key.StartsWith("jobs/bench-job/piece/", StringComparison.Ordinal))];

    public Machine NewMachine()
    {
        _homes.Add(Directory.CreateTempSubdirectory("ossmigration-test-").FullName);
        return new Machine(this, _homes[^1]);
    }

    /// <summary>A machine with the job.</summary>
    public Machine NewMachineWithJob(Func<MigrationJob, MigrationJob>? change = null)
    {
        Machine machine = NewMachine();
        machine.Engine.CreateJob((change ?? (job => job))(EngineBench.JobOf() with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 }));
        return machine;
    }

    /// <summary>Lets the lease of a machine that is gone run out.</summary>
    public void LetLeaseRunOut() => Time.Advance(Timing.LeaseDuration + TimeSpan.FromMinutes(1));

    /// <summary>Lets the clock run until something is the case, which others bring about.</summary>
    public async Task RunClockUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public void AssertSame()
    {
        Assert.Equal(Source.Keys, Destination.Keys);
        foreach (string key in Source.Keys)
            Assert.Equal(Source.Find(key)!.Content, Destination.Find(key)!.Content);
    }

    public void Dispose()
    {
        foreach (string home in _homes)
            Directory.Delete(home, recursive: true);
    }
}
