using System.Collections.Concurrent;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Passes everything on to a memory store and remembers what was asked for. Can be told that its process is dead.</summary>
internal sealed class SpyStore : StoreDecorator, IBucketInspector, IBucketDocuments, IVersionReader, IMetadataWriter, IObjectTraitReader, IObjectRestorer
{
    private readonly MemoryStore _inner;
    private readonly ConcurrentDictionary<(StoreOperation Operation, string? Key), int> _done = new();
    private readonly ConcurrentQueue<ListPageRequest> _lists = new();

    public SpyStore(MemoryStore inner)
        : base(inner)
    {
        _inner = inner;
        inner.BeforeOperation = async (operation, key, token) =>
        {
            if (Before is { } before)
                await before(operation, key, token);
        };
        inner.AfterOperation = async (operation, key, token) =>
        {
            _done.AddOrUpdate((operation, key), 1, static (_, count) => count + 1);
            if (After is { } after)
                await after(operation, key, token);
        };
    }

    /// <summary>Runs before each operation.</summary>
    public Func<StoreOperation, string?, CancellationToken, ValueTask>? Before { get; set; }

    /// <summary>Runs when the store has done an operation.</summary>
    public Func<StoreOperation, string?, CancellationToken, ValueTask>? After { get; set; }

    /// <summary>Told of each page that is asked for.</summary>
    public Action<ListPageRequest>? OnList { get; set; }

    /// <summary>The pages that were asked for, oldest first.</summary>
    public IReadOnlyList<ListPageRequest> Lists => [.. _lists];

    /// <summary>How often an operation was done on a key.</summary>
    public int Count(StoreOperation operation, string? key) => _done.GetValueOrDefault((operation, key));

    /// <summary>How often an operation was done on each key.</summary>
    public IReadOnlyDictionary<string, int> CountByKey(StoreOperation operation)
        => _done.Where(done => done.Key.Operation == operation && done.Key.Key is not null).ToDictionary(done => done.Key.Key!, done => done.Value);

    /// <summary>Forgets what was asked for.</summary>
    public void Reset()
    {
        _done.Clear();
        _lists.Clear();
    }

    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        _lists.Enqueue(request);
        OnList?.Invoke(request);
        return base.ListPageAsync(request, cancellationToken);
    }

    public Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken)
        => _inner.ReplaceMetadataAsync(key, ifETag, metadata, cancellationToken);

    public Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken) => _inner.HeadVersionAsync(key, versionId, cancellationToken);

    public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken) => _inner.ReadTagsAsync(key, cancellationToken);

    public Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken) => _inner.ReadAccessAsync(key, cancellationToken);

    public Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken) => _inner.RestoreAsync(key, days, tier, cancellationToken);

    public Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken) => _inner.InspectBucketAsync(cancellationToken);

    public Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) => _inner.ReadDocumentAsync(kind, cancellationToken);

    public Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken) => _inner.WriteDocumentAsync(kind, document, cancellationToken);

    public Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) => _inner.DeleteDocumentAsync(kind, cancellationToken);

    public Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken) => _inner.ListVersionPageAsync(keyPrefix, after, cancellationToken);
}
