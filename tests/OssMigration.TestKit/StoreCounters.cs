using System.Globalization;

namespace OssMigration.TestKit;

/// <summary>Counts what a store was asked for. Thread-safe.</summary>
public sealed class StoreCounters
{
    private readonly long[] _calls = new long[Enum.GetValues<StoreOperation>().Length];
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>How often an operation was begun, successful or not.</summary>
    public long this[StoreOperation operation] => Interlocked.Read(ref _calls[(int)operation]);

    /// <summary>Bytes of content that consumers took out of bodies.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes of content that were stored, parts included.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>All calls that change something.</summary>
    public long Writes => this[StoreOperation.Put] + this[StoreOperation.Delete] + this[StoreOperation.Initiate]
        + this[StoreOperation.UploadPart] + this[StoreOperation.Complete] + this[StoreOperation.Abort] + this[StoreOperation.ReplaceMetadata];

    /// <summary>Starts again from zero.</summary>
    public void Reset()
    {
        for (int i = 0; i < _calls.Length; i++)
            Interlocked.Exchange(ref _calls[i], 0);
        Interlocked.Exchange(ref _bytesRead, 0);
        Interlocked.Exchange(ref _bytesWritten, 0);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Enum.GetValues<StoreOperation>()
        .Where(operation => this[operation] > 0)
        .Select(operation => string.Create(CultureInfo.InvariantCulture, $"{operation} {this[operation]}"))
        .Append(string.Create(CultureInfo.InvariantCulture, $"read {BytesRead} B, written {BytesWritten} B")));

    internal void Count(StoreOperation operation) => Interlocked.Increment(ref _calls[(int)operation]);

    internal void CountRead(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    internal void CountWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);
}
