using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace OssMigration.Sandbox.Storage;

/// <summary>The buckets of one side. Safe for concurrent use.</summary>
internal sealed class BucketRegistry(string region, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Finds a bucket.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out Bucket bucket) => _buckets.TryGetValue(name, out bucket);

    /// <summary>Creates a bucket; null when the name is taken.</summary>
    /// <param name="name">The name.</param>
    /// <param name="store">Where its objects are; null for memory.</param>
    /// <param name="bucketRegion">The region it is declared in; null for the side's own.</param>
    /// <param name="etagStyle">How ETags are made.</param>
    public Bucket? Create(string name, ObjectStore? store = null, string? bucketRegion = null, ETagStyle etagStyle = ETagStyle.Md5)
    {
        var bucket = new Bucket(name, bucketRegion ?? region, store ?? new MemoryObjectStore(), clock) { ETagStyle = etagStyle };
        return _buckets.TryAdd(name, bucket) ? bucket : null;
    }

    /// <summary>Forgets a bucket. A folder stays on disk.</summary>
    public bool Remove(string name) => _buckets.TryRemove(name, out _);

    /// <summary>All buckets by name.</summary>
    public IReadOnlyList<Bucket> List() => [.. _buckets.Values.OrderBy(bucket => bucket.Name, KeyOrder.Instance)];
}
