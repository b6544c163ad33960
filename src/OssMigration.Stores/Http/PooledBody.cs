using System.Buffers;

namespace OssMigration.Stores.Http;

/// <summary>A body that was read into a rented buffer. Dispose gives the buffer back.</summary>
internal sealed class PooledBody : IDisposable
{
    private const int Smallest = 4096;

    private byte[] _buffer;

    /// <summary>An empty body with room for an expected number of bytes.</summary>
    public PooledBody(int expected) =>
        // One byte more than announced, so that the read that finds the end needs no growth.
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(expected + 1, Smallest));

    /// <summary>Bytes held.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>The bytes as a stream, valid until this is disposed.</summary>
    public MemoryStream AsStream() => new(_buffer, 0, Length, writable: false);

    /// <summary>Room for more, never empty.</summary>
    public Memory<byte> Free()
    {
        if (Length == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan().CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }

    /// <summary>Takes in bytes that were written to <see cref="Free"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
