using System.Diagnostics;

namespace OssMigration.Sandbox.Hosting;

/// <summary>Latency, bandwidth and request rate of one side; nothing is limited until set. Safe for concurrent use.</summary>
internal sealed class SideLimits
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _requestsThisSecond = new(StringComparer.Ordinal);
    private long _bytesFreeAt;
    private long _second;

    /// <summary>How long every request waits before it is looked at.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Bytes of bodies per second, both directions and all connections together; 0 for no limit.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>Requests per second for one object key; 0 for no limit.</summary>
    public int RequestsPerSecondPerKey { get; set; }

    /// <summary>Requests per second for each access key.</summary>
    public AccessKeyPace AccessKeys { get; } = new();

    /// <summary>Counts a request for a key; false when the key had its share of this second.</summary>
    public bool TryAdmit(string bucketAndKey)
    {
        int limit = RequestsPerSecondPerKey;
        if (limit <= 0)
            return true;
        long second = Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        lock (_gate)
        {
            if (second != _second)
            {
                _requestsThisSecond.Clear();
                _second = second;
            }
            int count = _requestsThisSecond.GetValueOrDefault(bucketAndKey) + 1;
            _requestsThisSecond[bucketAndKey] = count;
            return count <= limit;
        }
    }

    /// <summary>Waits until this many bytes of a body may pass.</summary>
    public ValueTask PaceAsync(long bytes, CancellationToken cancellationToken)
    {
        long rate = BytesPerSecond;
        if (rate <= 0)
            return ValueTask.CompletedTask;
        TimeSpan wait;
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            _bytesFreeAt = Math.Max(_bytesFreeAt, now) + (long)((double)bytes / rate * Stopwatch.Frequency);
            wait = Stopwatch.GetElapsedTime(now, _bytesFreeAt);
        }
        return wait < TimeSpan.FromMilliseconds(1) ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, cancellationToken));
    }
}
