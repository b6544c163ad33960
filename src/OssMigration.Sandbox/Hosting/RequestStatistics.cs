using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace OssMigration.Sandbox.Hosting;

/// <summary>Counts the requests of one side by operation, and the bytes of object bodies.</summary>
internal sealed class RequestStatistics
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _requests = new(StringComparer.Ordinal);
    private readonly CountWaits _waits = new();
    private long _bytesIn;
    private long _bytesOut;

    /// <summary>Bytes of object bodies received.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>Bytes of object bodies sent.</summary>
    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>The requests by operation so far.</summary>
    public IReadOnlyDictionary<string, long> Requests()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string operation, StrongBox<long> count) in _requests)
            counts[operation] = Interlocked.Read(ref count.Value);
        return counts;
    }

    /// <summary>Counts a request.</summary>
    public void CountRequest(string operation)
    {
        Interlocked.Increment(ref _requests.GetOrAdd(operation, static _ => new StrongBox<long>()).Value);
        _waits.Look();
    }

    /// <summary>Waits until there were so many requests of an operation.</summary>
    public Task UntilAsync(string operation, long atLeast, CancellationToken cancellationToken) =>
        _waits.UntilAsync(() => _requests.TryGetValue(operation, out StrongBox<long>? count) && Interlocked.Read(ref count.Value) >= atLeast, cancellationToken);

    /// <summary>Counts received bytes.</summary>
    public void CountIn(long bytes) => Interlocked.Add(ref _bytesIn, bytes);

    /// <summary>Counts sent bytes.</summary>
    public void CountOut(long bytes) => Interlocked.Add(ref _bytesOut, bytes);

    /// <summary>Starts from zero.</summary>
    public void Reset()
    {
        _requests.Clear();
        Interlocked.Exchange(ref _bytesIn, 0);
        Interlocked.Exchange(ref _bytesOut, 0);
    }
}
