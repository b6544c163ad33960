using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>A machine with a disk of its own, which begins empty, over stores that all machines share.</summary>
internal sealed class Machine : IStoreFactory
{
    private readonly StateBench _bench;

    public Machine(StateBench bench, string home)
    {
        _bench = bench;
        Home = home;
        Engine = new MigrationEngine(new EngineEnvironment
        {
            Home = home,
            Stores = this,
            Time = bench.Time,
            Random = new Random(1),
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
            StateTiming = StateBench.Timing,
        });
    }

    public string Home { get; }

    public MigrationEngine Engine { get; }

    public RecordingListener Listener { get; } = new();

    /// <summary>True: nothing that it does reaches a store any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>True: it does not reach the place of the state.</summary>
    public bool IsCutOff { get; set; }

    public JobFolder Folder => new(Home, EngineBench.JobName);

    public Task<KeptState> OpenAsync(StoreAddress? place = null)
        => Engine.OpenStateAsync(EngineBench.JobName, new StateLocation(place ?? StateBench.Place), Listener, CancellationToken.None);

    /// <summary>Runs the job with its state at the place, as one process would.</summary>
    public Task<MigrationReport> RunAsync(RunOptions? options = null) => RunUntilAsync(CancellationToken.None, options);

    /// <summary>As above, until it is stopped.</summary>
    public async Task<MigrationReport> RunUntilAsync(CancellationToken stop, RunOptions? options = null)
    {
        await using KeptState state = await OpenAsync();
        return await Engine.RunAsync(EngineBench.JobName, (options ?? new RunOptions()) with { State = state }, Listener, stop);
    }

    public async Task<ComparisonSummary> CompareAsync()
    {
        IComparison comparison = Engine.Compare(new ComparisonRequest { JobName = EngineBench.JobName }, Listener);
        await foreach (ComparisonItem _ in comparison.Items(CancellationToken.None))
        {
        }

        return comparison.Summary!;
    }

    IObjectReader IStoreFactory.OpenSource(StoreAddress address, StoreOpenOptions options) => Open(address);

    IObjectStore IStoreFactory.OpenDestination(StoreAddress address, StoreOpenOptions options) => Open(address);

    private PoweredStore Open(StoreAddress address) => address.Bucket switch
    {
        "from" => new PoweredStore(_bench.Source, ThrowIfDead),
        "to" => new PoweredStore(_bench.Destination, ThrowIfDead),
        _ => new PoweredStore(_bench.State, ThrowIfCutOff),
    };

    private void ThrowIfDead()
    {
        if (IsDead)
            throw new KilledException();
    }

    private void ThrowIfCutOff()
    {
        if (IsDead || IsCutOff)
            throw new StoreException(StoreErrorKind.Network, "oss://state", "The line is cut.");
    }
}
