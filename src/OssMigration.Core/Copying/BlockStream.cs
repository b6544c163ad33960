namespace OssMigration.Core.Copying;

/// <summary>
/// Reads a buffer as one stream, and waits for what the buffer does not show yet. <see cref="CopyToAsync"/> hands the blocks over as they are.
/// </summary>
internal sealed class BlockStream(BlockBuffer buffer, long length) : Stream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value is >= 0 && value <= length ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (_position == length || destination.IsEmpty)
            return 0;
        ReadOnlyMemory<byte> next = await NextAsync(cancellationToken).ConfigureAwait(false);
        int read = Math.Min(next.Length, destination.Length);
        next.Span[..read].CopyTo(destination.Span);
        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (_position < length)
        {
            ReadOnlyMemory<byte> next = await NextAsync(cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(next, cancellationToken).ConfigureAwait(false);
            _position += next.Length;
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> next;
        while ((next = buffer.Shown(_position)).IsEmpty)
            await buffer.WaitBeyondAsync(_position, cancellationToken).ConfigureAwait(false);
        return next;
    }
}
