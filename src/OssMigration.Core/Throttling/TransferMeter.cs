using OssMigration.Core.Reporting;

namespace OssMigration.Core.Throttling;

/// <summary>Counts what one side was asked for. Thread-safe.</summary>
internal sealed class TransferMeter
{
    private long _requests;
    private long _retries;
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>The counts now.</summary>
    public StoreUsage Usage => new(
        Interlocked.Read(ref _requests), Interlocked.Read(ref _retries), Interlocked.Read(ref _bytesRead), Interlocked.Read(ref _bytesWritten));

    /// <summary>Adds what another machine counted.</summary>
    public void Add(StoreUsage other)
    {
        Interlocked.Add(ref _requests, other.Requests);
        Interlocked.Add(ref _retries, other.Retries);
        Interlocked.Add(ref _bytesRead, other.BytesRead);
        Interlocked.Add(ref _bytesWritten, other.BytesWritten);
    }

    /// <summary>One request is sent.</summary>
    public void CountRequest() => Interlocked.Increment(ref _requests);

    /// <summary>A request is going to be repeated.</summary>
    public void CountRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Content arrived.</summary>
    public void CountRead(int bytes) => Interlocked.Add(ref _bytesRead, bytes);

    /// <summary>Content was sent.</summary>
    public void CountWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);
}
