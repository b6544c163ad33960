using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>
/// What one cell of the matrix works with: a bucket at each end of a shared sandbox with a faulty line to each, an engine with a swift
/// clock, and a home that is removed afterwards. What tests look at goes past the lines.
/// </summary>
internal sealed class CellBench : IAsyncDisposable
{
    public const string JobName = "cell-job";
    public const string StatePrefix = "state-of-";
    public const string LargeKey = "large";
    private const int Large = (5 << 19) + 11;

    // A minute without a byte is over in two seconds.
    private const int Speed = 30;

    private readonly SandboxProcess _sandbox;
    private readonly ICredentialProvider _ossKeys;
    private readonly List<string> _homes = [];

    private CellBench(SandboxProcess sandbox, MatrixFault fault, StoreAddress source, StoreAddress destination, ICredentialProvider ossKeys)
    {
        _sandbox = sandbox;
        _ossKeys = ossKeys;
        Prefix = $"{source.Bucket}/";
        SourceAddress = source with { Prefix = Prefix };
        DestinationAddress = destination with { Prefix = Prefix };
        SourceLine = new HttpLine(sandbox.S3Endpoint);
        DestinationLine = new HttpLine(sandbox.OssEndpoint);
        Source = Open(source, sandbox.Credential(SandboxSide.S3));
        Destination = Open(destination, sandbox.Credential(SandboxSide.Oss));
        Environment = new EngineEnvironment
        {
            Home = NewHome(),
            Stores = new LinedStores(this),
            Time = new SwiftTime(Speed) { Offset = fault.ClockOffset, Drift = fault.ClockDrift },
            Random = new Random(7),

            // The lease is kept by the swift clock, and the silence of a line is not to cost it.
            StateTiming = new Core.RemoteState.StateTiming { LeaseDuration = TimeSpan.FromHours(4), GiveUpAfter = TimeSpan.FromHours(3), RenewEvery = TimeSpan.FromMinutes(10) },
        };
    }

    /// <summary>What all keys of this cell begin with, and no other's.</summary>
    public string Prefix { get; }

    /// <summary>What the keys of its state begin with, where that is kept.</summary>
    public string PrefixOfState => StatePrefix + Prefix;

    /// <summary>The job's folder.</summary>
    public string JobFolder => Path.Join(Environment.Home, "jobs", JobName);

    public SandboxProcess Sandbox => _sandbox;

    public StoreAddress SourceAddress { get; }

    public StoreAddress DestinationAddress { get; }

    public HttpLine SourceLine { get; }

    public HttpLine DestinationLine { get; }

    /// <summary>The source itself, without line and prefix.</summary>
    public IObjectStore Source { get; }

    /// <summary>The destination itself, without line and prefix.</summary>
    public IObjectStore Destination { get; }

    public EngineEnvironment Environment { get; private set; }

    public MigrationEngine Engine => new(Environment);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<CellBench> StartAsync(SandboxProcess sandbox, MatrixFault fault)
    {
        StoreAddress source = await sandbox.CreateBucketAsync(SandboxSide.S3), destination = await sandbox.CreateBucketAsync(SandboxSide.Oss);
        ICredentialProvider keys = fault.RotatesToken
            ? new Rotating(await sandbox.IssueKeysAsync(), await sandbox.IssueKeysAsync(), isByItself: fault.IsOfClient)
            : sandbox.Credential(SandboxSide.Oss);
        CellBench bench = new(sandbox, fault, source, destination, keys);
        for (int i = 0; i < 6; i++)
            await Cloud.PutAsync(bench.Source, $"{bench.Prefix}k{i}", Encoding.UTF8.GetBytes(new string((char)('a' + i), 40 * (i + 1))));
        await Cloud.PutAsync(bench.Source, bench.Prefix + LargeKey, Cloud.Noise(Large, 3));
        return bench;
    }

    public HttpLine Line(MatrixOperation operation) => operation.Side == SandboxSide.S3 ? SourceLine : DestinationLine;

    public MigrationJob Create() => Engine.CreateJob(ShellProcess.WithEnvironmentKeys(new MigrationJob
    {
        Name = JobName,
        Source = SourceAddress,
        Destination = DestinationAddress,
        Concurrency = 4,
        MaxAttempts = 4,
        SinglePutLimit = 1 << 20,
        PartSize = 1 << 20,
    }));

    /// <summary>Goes on with an empty home, as another machine would.</summary>
    public void MoveToNewHome() => Environment = Environment with { Home = NewHome() };

    /// <summary>What of the two ends is not as it must be; null for nothing.</summary>
    public async Task<string?> FindDifferenceAsync()
    {
        IReadOnlyList<string> keys = await KeysAsync(Source), arrived = await KeysAsync(Destination);
        if (!keys.SequenceEqual(arrived))
            return $"{keys.Count} keys became {arrived.Count}";
        foreach (string key in keys)
        {
            byte[] sent = await Cloud.ReadAsync(Source, key), stored = await Cloud.ReadAsync(Destination, key);
            if (!sent.AsSpan().SequenceEqual(stored))
                return $"{key} has other content";
        }

        int orphans = (await Destination.ListUploadsAsync("", Token)).Count;
        return orphans == 0 ? null : $"{orphans} open uploads";
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Destination.DisposeAsync();
        await SourceLine.DisposeAsync();
        await DestinationLine.DisposeAsync();
        foreach (string home in _homes)
            Directory.Delete(home, recursive: true);
    }

    private async Task<IReadOnlyList<string>> KeysAsync(IObjectReader store)
        => [.. (await Cloud.KeysAsync(store)).Where(key => key.StartsWith(Prefix, StringComparison.Ordinal))];

    private string NewHome()
    {
        _homes.Add(Directory.CreateTempSubdirectory("ossmigration-cell-").FullName);
        return _homes[^1];
    }

    private static IObjectStore Open(StoreAddress address, ICredentialProvider keys) => new StoreFactory().OpenDestination(address, new StoreOpenOptions { Credential = keys });

    /// <summary>Opens real stores at the far ends of the lines.</summary>
    private sealed class LinedStores(CellBench bench) : IStoreFactory
    {
        private readonly StoreFactory _inner = new();

        public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options) => OpenDestination(address, options);

        public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options) => address.Scheme == "s3"
            ? _inner.OpenDestination(address with { Endpoint = bench.SourceLine.Endpoint }, options with { Credential = bench._sandbox.Credential(SandboxSide.S3) })
            : _inner.OpenDestination(address with { Endpoint = bench.DestinationLine.Endpoint }, options with { Credential = bench._ossKeys });
    }

    /// <summary>Temporary keys of which there are two: the other one after a refresh, or each time.</summary>
    private sealed class Rotating(StoreCredential one, StoreCredential other, bool isByItself) : ICredentialProvider
    {
        private int _asked;

        public ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken)
        {
            int turn = refresh || isByItself ? Interlocked.Increment(ref _asked) : Volatile.Read(ref _asked);
            return new(turn % 2 == 0 ? one : other);
        }
    }
}
