namespace OssMigration.Sandbox.Storage;

/// <summary>Content in memory: one array, or several for more than 1 MiB. It is its own reader.</summary>
internal sealed class MemoryContent : IObjectContent, IContentReader
{
    /// <summary>No bytes.</summary>
    public static readonly MemoryContent Empty = new([]);

    private readonly byte[][] _segments;
    private readonly int _segmentSize;

    /// <summary>Content that is this array, which nobody changes any more.</summary>
    public MemoryContent(byte[] bytes)
        : this([bytes], Math.Max(bytes.Length, 1), bytes.Length)
    {
    }

    /// <summary>Content made of arrays of the same size, the last of which may be used in part.</summary>
    public MemoryContent(byte[][] segments, int segmentSize, long length)
    {
        _segments = segments;
        _segmentSize = segmentSize;
        Length = length;
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public IContentReader OpenReader() => this;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMemory(long offset, long length)
    {
        length = Math.Min(length, Length - offset);
        if (length <= 0)
            return default;
        (long segment, long start) = Math.DivRem(offset, _segmentSize);
        return _segments[segment].AsMemory((int)start, (int)Math.Min(length, _segmentSize - start));
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        new(Read(offset, buffer.Span));

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ReadOnlyMemory<byte> bytes = GetMemory(offset, buffer.Length);
        bytes.Span.CopyTo(buffer);
        return bytes.Length;
    }

    /// <inheritdoc/>
    public void Discard()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
