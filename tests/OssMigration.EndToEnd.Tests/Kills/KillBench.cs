using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Kills;

/// <summary>A job that is killed: a bucket at each end with a line to it that counts, and a home that is removed afterwards.</summary>
internal sealed class KillBench : IAsyncDisposable
{
    private const int Small = 300;
    private const int LargeBytes = (9 << 19) + 5;

    private readonly SandboxProcess _sandbox;
    private readonly MigrationEngine _engine;

    private KillBench(SandboxProcess sandbox, StoreAddress source, StoreAddress destination, string name)
    {
        _sandbox = sandbox;
        JobName = name;
        Prefix = $"{name}-{Guid.NewGuid():n}/";
        SourceLine = new HttpLine(sandbox.S3Endpoint);
        DestinationLine = new HttpLine(sandbox.OssEndpoint);
        StoreFactory stores = new();
        Source = stores.OpenDestination(source, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) });
        Destination = stores.OpenDestination(destination, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.Oss) });
        SourceAddress = source with { Prefix = Prefix, Endpoint = SourceLine.Endpoint };
        DestinationAddress = destination with { Prefix = Prefix, Endpoint = DestinationLine.Endpoint };
        Environment = new EngineEnvironment { Home = Home, Stores = new Keyed(stores, sandbox) };
        _engine = new MigrationEngine(Environment);
    }

    public string JobName { get; }

    /// <summary>What all keys begin with, and no other job's.</summary>
    public string Prefix { get; }

    public string Home { get; } = Directory.CreateTempSubdirectory("ossmigration-kill-").FullName;

    public HttpLine SourceLine { get; }

    public HttpLine DestinationLine { get; }

    public IObjectStore Source { get; }

    public IObjectStore Destination { get; }

    public EngineEnvironment Environment { get; }

    /// <summary>Requests that passed since the start or <see cref="Forget"/>.</summary>
    public int Requests => SourceLine.Count(_ => true) + DestinationLine.Count(_ => true);

    /// <summary>Waits until so many requests have passed, or the process has ended.</summary>
    public async Task UntilRequestsAsync(int atLeast, ShellProcess process)
    {
        TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SourceLine.OnAsked = DestinationLine.OnAsked = Look;
        Look();
        await Task.WhenAny(passed.Task, process.WaitAsync());
        SourceLine.OnAsked = DestinationLine.OnAsked = null;

        void Look()
        {
            if (Requests >= atLeast)
                passed.TrySetResult();
        }
    }

    private StoreAddress SourceAddress { get; }

    private StoreAddress DestinationAddress { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KillBench> StartAsync(SandboxProcess sandbox, Kill kill)
    {
        KillBench bench = new(sandbox, await sandbox.CreateBucketAsync(SandboxSide.S3), await sandbox.CreateBucketAsync(SandboxSide.Oss), $"kill-{kill.Seed}");
        await Parallel.ForEachAsync(Enumerable.Range(0, kill.Step == KillStep.Multipart ? 40 : Small), Token, async (i, _) => await bench.PutAsync($"{i % 10}/k{i:D3}", $"content of {i}"));
        if (kill.Step == KillStep.Multipart)
        {
            for (int i = 0; i < 5; i++)
                await Cloud.PutAsync(bench.Source, $"{bench.Prefix}{i}/large", Cloud.Noise(LargeBytes, i));
        }

        bench._engine.CreateJob(ShellProcess.WithEnvironmentKeys(new MigrationJob
        {
            Name = bench.JobName,
            Source = bench.SourceAddress,
            Destination = bench.DestinationAddress,
            Concurrency = 8,
            SinglePutLimit = 1 << 20,
            PartSize = 1 << 20,
        }));
        if (kill.Step is KillStep.Full or KillStep.Multipart)
            await bench.BeginRunAsync(1);
        return bench;
    }

    public Task PutAsync(string key, string content) => Cloud.PutAsync(Source, Prefix + key, Encoding.UTF8.GetBytes(content));

    /// <summary>Replaces some objects at the source, deletes some and adds some.</summary>
    public Task ChangeSourceAsync() => Parallel.ForEachAsync(Enumerable.Range(0, 150), Token, async (i, _) =>
    {
        if (i % 5 == 0)
            await Source.DeleteAsync($"{Prefix}{i % 10}/k{i:D3}", Token);
        else if (i % 5 < 3)
            await PutAsync($"{i % 10}/k{i:D3}", $"other content of {i}");
        else
            await PutAsync($"{i % 10}/new{i:D3}", $"new content of {i}");
    });

    public Task<MigrationReport> RunAsync(RunOptions? options = null) => _engine.RunAsync(JobName, options ?? new RunOptions(), SilentListener.Instance, Token);

    public MigrationJob SetCutover() => _engine.SetJob(JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });

    /// <summary>Compares, reading both sides where the level is Content; fails at the first difference.</summary>
    public async Task<ComparisonSummary> CompareAsync(ComparisonLevel level)
    {
        IComparison comparison = _engine.Compare(new ComparisonRequest { JobName = JobName, Level = level }, SilentListener.Instance);
        await foreach (ComparisonItem item in comparison.Items(Token))
            Assert.Fail($"{item.Key} is {item.Status}.");
        return comparison.Summary!;
    }

    /// <summary>The Shell over this job.</summary>
    public ShellProcess StartShell(string command, params (string Name, string Value)[] variables)
        => ShellProcess.Start(Home, _sandbox.S3Keys, _sandbox.OssKeys, command, variables);

    /// <summary>Begins a run as a process did that cut the keys at their first digits and then ended.</summary>
    public async Task BeginRunAsync(int run)
    {
        string?[] cuts = [null, .. Enumerable.Range(1, 9).Select(digit => $"{digit}"), null];
        await using JournalWriter journal = new(new JobFolder(Home, JobName).Journal, JobName);
        await journal.WriteAsync(writes =>
        {
            writes.AddRun(new RunRow(run, MigrationMode.Full, DateTimeOffset.UtcNow, IsFinished: false, 0, TimeSpan.Zero, default, default));
            writes.AddRanges([.. Enumerable.Range(0, cuts.Length - 1).Select(id =>
                new RangeRow(run, id, new KeyRange(cuts[id], cuts[id + 1]), Cursor: null, default, IsComplete: false))]);
        });
    }

    /// <summary>The ranges that were complete when the process died.</summary>
    public IReadOnlyList<KeyRange> FinishedRanges()
    {
        using JournalReader journal = new JobFolder(Home, JobName).Read();
        return journal.LastRun() is { IsFinished: false } run ? [.. journal.Ranges(run.Run).Where(range => range.IsComplete).Select(range => range.Range)] : [];
    }

    /// <summary>Counts from zero again.</summary>
    public void Forget()
    {
        SourceLine.Forget();
        DestinationLine.Forget();
    }

    /// <summary>Where listings of either side began since the start or <see cref="Forget"/>, below the prefix.</summary>
    public IEnumerable<string> Listings() => SourceLine.Asked.Concat(DestinationLine.Asked)
        .Where(asked => asked.Has("list-type") && !asked.Has("continuation-token"))
        .Select(asked => Uri.UnescapeDataString(asked.Value("start-after") ?? ""))
        .Select(after => after.StartsWith(Prefix, StringComparison.Ordinal) ? after[Prefix.Length..] : "");

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Destination.DisposeAsync();
        await SourceLine.DisposeAsync();
        await DestinationLine.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    private sealed class Keyed(StoreFactory inner, SandboxProcess sandbox) : IStoreFactory
    {
        public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options) => OpenDestination(address, options);

        public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options)
            => inner.OpenDestination(address, options with { Credential = sandbox.Credential(address.Scheme == "s3" ? SandboxSide.S3 : SandboxSide.Oss) });
    }
}
