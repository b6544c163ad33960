using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>A sandbox, its own or a common one, a job from one side to the other, and coordinators and workers of it in this process.</summary>
internal sealed class SharedJob : IAsyncDisposable
{
    private readonly List<(CancellationTokenSource Stop, Task<WorkerSummary> Work)> _workers = [];

    private readonly bool _ownsSandbox;

    private SharedJob(Broker broker, SandboxProcess sandbox, bool ownsSandbox, MigrationJob job)
    {
        Broker = broker;
        Sandbox = sandbox;
        _ownsSandbox = ownsSandbox;
        Environment = new EngineEnvironment { Home = Home, Stores = new StoreFactory(), Random = new Random(5) };
        Engine = new MigrationEngine(Environment);
        Job = Engine.CreateJob(job);
    }

    public Broker Broker { get; }

    public SandboxProcess Sandbox { get; }

    public MigrationJob Job { get; }

    public MigrationEngine Engine { get; }

    public EngineEnvironment Environment { get; }

    public string Home { get; } = Directory.CreateTempSubdirectory("ossmigration-shared-").FullName;

    public Told Told { get; } = new();

    public static SliceBounds ShortSlices { get; } = new(TimeSpan.FromSeconds(1), 300, TimeSpan.FromSeconds(5));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SharedJob> StartAsync(SandboxBucket? source = null, Func<MigrationJob, MigrationJob>? change = null, SandboxProcess? sandbox = null)
    {
        Broker broker = Broker.Require();
        bool ownsSandbox = sandbox is null;
        sandbox ??= await SandboxProcess.StartAsync();
        MigrationJob job = new()
        {
            Name = $"shared-{Guid.NewGuid().ToString("n")[..8]}",
            Source = await sandbox.CreateBucketAsync(SandboxSide.S3, source),
            Destination = await sandbox.CreateBucketAsync(SandboxSide.Oss),
            Concurrency = 8,
        };
        return new SharedJob(broker, sandbox, ownsSandbox, change is null ? job : change(job));
    }

    public RunCredentials Keys => new(Sandbox.Credential(SandboxSide.S3), Sandbox.Credential(SandboxSide.Oss));

    /// <summary>A worker in this process; it ends with the test.</summary>
    public Task<WorkerSummary> Work(WorkerOptions? options = null, Told? told = null, QueueAddress? address = null, CancellationTokenSource? leave = null)
    {
        CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token, leave?.Token ?? default);
        WorkerOptions chosen = (options ?? new WorkerOptions { Bounds = ShortSlices }) with { JobName = Job.Name, Credentials = _ => Keys };
        Task<WorkerSummary> work = Task.Run(() => new Worker(Environment, address ?? Broker.Address, chosen, told ?? Told).RunAsync(stop.Token), CancellationToken.None);
        _workers.Add((stop, work));
        return work;
    }

    /// <summary>The Shell with this home or that of another machine, the account at the broker and the keys of both sides, or others of the destination.</summary>
    public ShellProcess StartShell(string command, StoreCredential? destination = null, string? home = null) => ShellProcess.Start(
        home ?? Home, Sandbox.S3Keys, destination ?? Sandbox.OssKeys, command, ("OSSMIGRATION_QUEUE_USER", Broker.UserName), ("OSSMIGRATION_QUEUE_PASSWORD", Broker.Password));

    /// <summary>Coordinates one run in this process.</summary>
    public async Task<MigrationReport> CoordinateAsync(Told? told = null, CancellationTokenSource? leave = null, QueueAddress? address = null)
    {
        await using Coordinator coordinator = await Coordinator.StartAsync(address ?? Broker.Address, Job, told ?? Told, TimeProvider.System, Token);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token, leave?.Token ?? default);
        return await Engine.RunAsync(Job.Name, new RunOptions { Credentials = Keys, Exchange = coordinator }, told ?? Told, stop.Token);
    }

    /// <summary>Proves by a comparison of its own that both sides hold the same.</summary>
    public async Task AssertSameAsync(long objects)
    {
        IComparison comparison = Engine.Compare(new ComparisonRequest { JobName = Job.Name, Credentials = Keys }, SilentListener.Instance);
        List<ComparisonItem> different = [];
        await foreach (ComparisonItem item in comparison.Items(Token))
            different.Add(item);
        Assert.Empty(different);
        Assert.Equal(objects, comparison.Summary!.Same.Objects);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((CancellationTokenSource stop, _) in _workers)
            await stop.CancelAsync();
        foreach ((_, Task<WorkerSummary> work) in _workers)
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_ownsSandbox)
            await Sandbox.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }
}
