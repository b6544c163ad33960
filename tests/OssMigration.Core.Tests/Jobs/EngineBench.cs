using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>An engine over two memory stores with planned faults, and a home of its own that is removed afterwards.</summary>
internal sealed class EngineBench : IDisposable
{
    public const string JobName = "bench-job";

    private readonly TimeProvider _time;
    private readonly List<string> _homes = [];

    public EngineBench(MemoryStoreOptions? source = null, MemoryStoreOptions? destination = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Source = new MemoryStore((source ?? new MemoryStoreOptions()) with { Bucket = "from" });
        Destination = new MemoryStore((destination ?? new MemoryStoreOptions()) with { Flavor = StoreFlavor.Oss, Bucket = "to" });
        SourceSpy = new SpyStore(Source);
        DestinationSpy = new SpyStore(Destination);
        FaultySource = new FaultyStore(SourceSpy);
        FaultyDestination = new FaultyStore(DestinationSpy);
        Home = NewHome();
        Engine = NewEngine();
    }

    public MemoryStore Source { get; }

    public MemoryStore Destination { get; }

    public SpyStore SourceSpy { get; }

    public SpyStore DestinationSpy { get; }

    public FaultyStore FaultySource { get; }

    public FaultyStore FaultyDestination { get; }

    /// <summary>Everything that runs of this bench said and reported as items.</summary>
    public RecordingListener Listener { get; } = new();

    public MigrationEngine Engine { get; private set; }

    public string Home { get; private set; }

    public string JobPath => new JobFolder(Home, JobName).Path;

    public static MigrationJob JobOf() => new()
    {
        Name = JobName,
        Source = new StoreAddress { Scheme = "s3", Bucket = "from", Region = "us-east-1" },
        Destination = new StoreAddress { Scheme = "oss", Bucket = "to", Region = "cn-hangzhou" },
        Concurrency = 8,
    };

    public static byte[] Noise(int length, int seed = 1)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public MigrationJob Create(Func<MigrationJob, MigrationJob>? change = null) => Engine.CreateJob((change ?? (job => job))(JobOf()));

    /// <summary>A job for which everything above 1 MiB is large.</summary>
    public MigrationJob CreateForParts(Func<MigrationJob, MigrationJob>? change = null)
        => Create(job => (change ?? (same => same))(job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20 }));

    /// <summary>Another engine on the same home, as another process would have it.</summary>
    public MigrationEngine NewEngine() => new(new EngineEnvironment
    {
        Home = Home,
        Stores = new MemoryStoreFactory(FaultySource, FaultyDestination),
        Time = _time,
        Random = new Random(1),
        Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
    });

    public Task<MigrationReport> RunAsync(IRunListener? listener = null, RunOptions? options = null, CancellationToken cancellationToken = default)
        => Engine.RunAsync(JobName, options ?? new RunOptions(), listener ?? Listener, cancellationToken);

    /// <summary>Runs over these keys alone; the reports of all runs that came of it.</summary>
    public async Task<IReadOnlyList<MigrationReport>> RunOverAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        using KeySelection selection = Engine.Select(JobName);
        foreach (string key in keys)
            selection.Add(key);
        return await StartAsync(new RunOptions { Selection = selection }, cancellationToken);
    }

    /// <summary>The reports of all runs that come of one start.</summary>
    public async Task<IReadOnlyList<MigrationReport>> StartAsync(RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<MigrationReport> reports = [];
        await foreach (MigrationReport report in Engine.StartAsync(JobName, options ?? new RunOptions(), Listener, cancellationToken))
            reports.Add(report);
        return reports;
    }

    public async Task<(IReadOnlyList<ComparisonItem> Items, ComparisonSummary Summary)> CompareAsync(
        ComparisonLevel level = ComparisonLevel.Checksum, bool includeSame = false)
    {
        IComparison comparison = Engine.Compare(new ComparisonRequest { JobName = JobName, Level = level, IncludeSame = includeSame }, Listener);
        List<ComparisonItem> items = [];
        await foreach (ComparisonItem item in comparison.Items(CancellationToken.None))
            items.Add(item);
        return (items, comparison.Summary!);
    }

    public IReadOnlyList<MigrationItem> Items(MigrationItemState? state = null) => [.. Engine.GetItems(JobName, run: null, state)];

    public JournalReader Journal() => new JobFolder(Home, JobName).Read();

    /// <summary>Begins a run as a process did that cut the keys at the digits and letters they begin with, and then ended.</summary>
    public async Task BeginRunAsync(int run, string prefix = "")
    {
        string?[] cuts = [null, .. "48CGKOSWZcgkoswz".Select(first => prefix + first), null];
        await using JournalWriter journal = new(new JobFolder(Home, JobName).Journal, JobName);
        await journal.WriteAsync(writes =>
        {
            writes.AddRun(new RunRow(run, MigrationMode.Full, DateTimeOffset.UtcNow, IsFinished: false, 0, TimeSpan.Zero, default, default));
            writes.AddRanges([.. Enumerable.Range(0, cuts.Length - 1).Select(id =>
                new RangeRow(run, id, new KeyRange(cuts[id], cuts[id + 1]), Cursor: null, default, IsComplete: false))]);
        });
    }

    /// <summary>Changes the journal behind the engine's back.</summary>
    public void Tamper(string sql)
    {
        using SqliteConnection connection = JournalSchema.Open(new JobFolder(Home, JobName).Journal, JobName);
        JournalSchema.Execute(connection, sql);
    }

    /// <summary>
    /// Goes on with what a process would find that starts after this one was killed now: what is committed in the journal
    /// at this moment, and the manifest files with whatever they hold.
    /// </summary>
    public string TakeSnapshot()
    {
        JobFolder from = new(Home, JobName);
        JobFolder to = new(NewHome(), JobName);
        Directory.CreateDirectory(to.Manifests);
        using (SqliteConnection journal = JournalSchema.Open(from.Journal, JobName))
        using (SqliteConnection copy = new(new SqliteConnectionStringBuilder { DataSource = to.Journal, Pooling = false }.ConnectionString))
        {
            copy.Open();
            journal.BackupDatabase(copy);
        }

        foreach (string file in Directory.EnumerateFiles(from.Manifests))
            File.Copy(file, Path.Combine(to.Manifests, Path.GetFileName(file)));
        foreach (string keys in Directory.EnumerateFiles(from.Path, JobFolder.Selections))
            File.Copy(keys, Path.Combine(to.Path, Path.GetFileName(keys)));
        return Directory.GetParent(Directory.GetParent(to.Path)!.FullName)!.FullName;
    }

    /// <summary>Continues in another home.</summary>
    public void MoveTo(string home)
    {
        Home = home;
        Engine = NewEngine();
    }

    /// <summary>Continues in an empty home: the journal is lost.</summary>
    public void LoseJournal() => MoveTo(NewHome());

    public void Dispose()
    {
        foreach (string home in _homes)
            Directory.Delete(home, recursive: true);
        FaultySource.VerifyAllFaultsFired();
        FaultyDestination.VerifyAllFaultsFired();
    }

    private string NewHome()
    {
        _homes.Add(Directory.CreateTempSubdirectory("ossmigration-test-").FullName);
        return _homes[^1];
    }
}

/// <summary>Keeps what a run says.</summary>
internal sealed class RecordingListener : IRunListener
{
    private readonly ConcurrentQueue<RunEvent> _events = new();
    private readonly ConcurrentQueue<MigrationItem> _items = new();

    public IReadOnlyList<RunEvent> Events => [.. _events];

    public IReadOnlyList<RunEvent> Warnings => [.. _events.Where(happened => happened.Level == EventLevel.Warning)];

    public IReadOnlyList<MigrationItem> Items => [.. _items];

    public ProgressSnapshot? Progress { get; private set; }

    public Action<ProgressSnapshot>? WhenProgress { get; set; }

    public void OnProgress(ProgressSnapshot snapshot)
    {
        Progress = snapshot;
        WhenProgress?.Invoke(snapshot);
    }

    public void OnEvent(RunEvent happened) => _events.Enqueue(happened);

    public void OnItem(MigrationItem item) => _items.Enqueue(item);
}
