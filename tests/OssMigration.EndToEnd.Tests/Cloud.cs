using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>A sandbox of its own with one bucket on each side, an engine over real sockets, and a home that is removed afterwards.</summary>
internal sealed class Cloud : IAsyncDisposable
{
    public const string JobName = "cloud-job";

    private Cloud(SandboxProcess sandbox, StoreAddress source, StoreAddress destination, TimeProvider time, ICredentialProvider? sourceKeys = null)
    {
        Sandbox = sandbox;
        SourceAddress = source;
        DestinationAddress = destination;
        KeyedStores stores = new(sandbox, sourceKeys);
        Source = stores.OpenDestination(source, new StoreOpenOptions());
        Destination = stores.OpenDestination(destination, new StoreOpenOptions());
        Environment = new EngineEnvironment { Home = Home, Stores = stores, Time = time, Random = new Random(5) };
        Engine = new MigrationEngine(Environment);
    }

    public SandboxProcess Sandbox { get; }

    public StoreAddress SourceAddress { get; }

    public StoreAddress DestinationAddress { get; }

    public IObjectStore Source { get; }

    public IObjectStore Destination { get; }

    /// <summary>What the engine and its other services work with.</summary>
    public EngineEnvironment Environment { get; }

    public MigrationEngine Engine { get; }

    public string Home { get; } = Directory.CreateTempSubdirectory("ossmigration-cloud-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>With a source in another bucket of OSS, as that of another account or region is.</summary>
    public static async Task<Cloud> StartFromOssAsync()
    {
        SandboxProcess sandbox = await SandboxProcess.StartAsync();
        return new Cloud(sandbox, await sandbox.CreateBucketAsync(SandboxSide.Oss), await sandbox.CreateBucketAsync(SandboxSide.Oss), TimeProvider.System);
    }

    public static async Task<Cloud> StartAsync(SandboxBucket? source = null, TimeProvider? time = null, SandboxBucket? destination = null, string? provider = null)
    {
        SandboxProcess sandbox = await SandboxProcess.StartAsync();
        return new Cloud(
            sandbox,
            await sandbox.CreateBucketAsync(SandboxSide.S3, source) with { Provider = provider },
            await sandbox.CreateBucketAsync(SandboxSide.Oss, destination),
            time ?? TimeProvider.System);
    }

    /// <summary>With a source that is elsewhere.</summary>
    public static async Task<Cloud> StartAsync(StoreAddress source, ICredentialProvider sourceKeys, SandboxBucket? destination = null)
    {
        SandboxProcess sandbox = await SandboxProcess.StartAsync();
        return new Cloud(sandbox, source, await sandbox.CreateBucketAsync(SandboxSide.Oss, destination), TimeProvider.System, sourceKeys);
    }

    public static byte[] Noise(int length, int seed)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public MigrationJob Create(Func<MigrationJob, MigrationJob>? change = null) => Engine.CreateJob((change ?? (job => job))(new MigrationJob
    {
        Name = JobName,
        Source = SourceAddress,
        Destination = DestinationAddress,
        Concurrency = 8,
    }));

    /// <summary>The Shell with this home and the keys of both sides.</summary>
    public ShellProcess StartShell(string command, string? home = null) => ShellProcess.Start(home ?? Home, Sandbox.S3Keys, Sandbox.OssKeys, command);

    public Task<MigrationReport> RunAsync(CancellationToken cancellationToken = default)
        => Engine.RunAsync(JobName, new RunOptions(), SilentListener.Instance, cancellationToken);

    public async Task<(IReadOnlyList<ComparisonItem> Items, ComparisonSummary Summary)> CompareAsync(ComparisonLevel level = ComparisonLevel.Checksum)
    {
        IComparison comparison = Engine.Compare(new ComparisonRequest { JobName = JobName, Level = level }, SilentListener.Instance);
        List<ComparisonItem> items = [];
        await foreach (ComparisonItem item in comparison.Items(Token))
            items.Add(item);
        return (items, comparison.Summary!);
    }

    public Task PutAsync(string key, string content, ObjectMetadata? metadata = null) => PutAsync(Source, key, Encoding.UTF8.GetBytes(content), metadata);

    public static async Task PutAsync(IObjectWriter store, string key, byte[] content, ObjectMetadata? metadata = null)
    {
        await using MemoryStream body = new(content, writable: false);
        await store.PutAsync(new PutRequest(key, body, metadata ?? ObjectMetadata.Empty), Token);
    }

    public static Task<byte[]> ReadAsync(IObjectReader store, string key) => store.ReadAsync(
        new ReadRequest(key, null, null),
        async (content, token) =>
        {
            using MemoryStream copy = new();
            await content.Body.CopyToAsync(copy, token);
            return copy.ToArray();
        },
        Token);

    public static async Task<IReadOnlyList<string>> KeysAsync(IObjectReader store)
    {
        List<string> keys = [];
        string? token = null;
        do
        {
            ListPage page = await store.ListPageAsync(new ListPageRequest("", null, token, 1000), Token);
            keys.AddRange(page.Entries.Select(entry => entry.Key));
            token = page.ContinuationToken;
        }
        while (token is not null);
        return keys;
    }

    /// <summary>Both sides hold the same keys with the same bytes.</summary>
    public async Task AssertSameAsync()
    {
        IReadOnlyList<string> keys = await KeysAsync(Source);
        Assert.Equal(keys, await KeysAsync(Destination));
        foreach (string key in keys)
            Assert.Equal(Hash(await ReadAsync(Source, key)), Hash(await ReadAsync(Destination, key)));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Destination.DisposeAsync();
        await Sandbox.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content));

    /// <summary>Opens real stores with the sandbox's keys.</summary>
    private sealed class KeyedStores(SandboxProcess sandbox, ICredentialProvider? sourceKeys) : IStoreFactory
    {
        private readonly StoreFactory _inner = new();

        public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options) => _inner.OpenSource(address, WithKeys(address, options));

        public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options) => _inner.OpenDestination(address, WithKeys(address, options));

        private StoreOpenOptions WithKeys(StoreAddress address, StoreOpenOptions options)
            => options.Credential is not null ? options : options with { Credential = CredentialFor(address.Scheme) };

        private ICredentialProvider CredentialFor(string scheme) => scheme switch
        {
            "azblob" => AzureEmulator.Require().Credential,
            "s3" => sourceKeys ?? sandbox.Credential(SandboxSide.S3),
            _ => sandbox.Credential(SandboxSide.Oss),
        };
    }
}
