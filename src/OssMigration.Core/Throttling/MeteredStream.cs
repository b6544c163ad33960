namespace OssMigration.Core.Throttling;

/// <summary>Passes a stream on, counting its bytes and holding them to a rate. Does not dispose the stream inside.</summary>
internal sealed class MeteredStream(Stream inner, Action<int> count, ByteRateLimiter limiter) : Stream
{
    private const int PacedChunk = 64 * 1024;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => inner.CanSeek;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        count(read);
        if (read > 0)
            await limiter.AcquireAsync(read, cancellationToken).ConfigureAwait(false);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        if (limiter.BytesPerSecond is not null || !inner.CanSeek)
        {
            await base.CopyToAsync(destination, PacedChunk, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Without a limit the stream inside may have a way of its own that copies nothing.
        long before = inner.Position;
        await inner.CopyToAsync(destination, bufferSize, cancellationToken).ConfigureAwait(false);
        for (long left = inner.Position - before; left > 0; left -= int.MaxValue)
            count((int)Math.Min(left, int.MaxValue));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
        => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
