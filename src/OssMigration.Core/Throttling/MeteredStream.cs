namespace OssMigration.Core.Throttling;

/// <summary>
/// Passes a stream on, counting its bytes and holding them to a rate: what is paid for is read, not the reverse, so that a
/// sender is never ahead by more than the buffers in between. Does not dispose the stream inside.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="length">Bytes that it has; no more is paid for.</param>
/// <param name="paid">Bytes of it that are paid for already.</param>
/// <param name="count">Told of every byte.</param>
/// <param name="limiter">The rate.</param>
internal sealed class MeteredStream(Stream inner, long length, long paid, Action<int> count, RateLimiter limiter) : Stream
{
    /// <summary>Most bytes that are paid for, and so sent or taken, in one go.</summary>
    public const int PacedChunk = 32 * 1024;

    private readonly long _length = length;
    private long _left = length;
    private long _paid = paid;

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
        set
        {
            // Content that is sent again is paid for again.
            inner.Position = value;
            _left = _length - value;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (limiter.IsLimited && _left > 0 && buffer.Length > 0)
        {
            int wanted = (int)Math.Min(Math.Min(buffer.Length, PacedChunk), _left);
            if (_paid < wanted)
            {
                int missing = wanted - (int)_paid;
                await limiter.AcquireAsync(TrafficCost.OfContent(missing), cancellationToken).ConfigureAwait(false);
                _paid = wanted;
            }

            buffer = buffer[..wanted];
        }

        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _left -= read;
        _paid = Math.Max(0, _paid - read);
        count(read);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        if (limiter.IsLimited || !inner.CanSeek)
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
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
