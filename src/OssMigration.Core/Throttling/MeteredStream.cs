namespace OssMigration.Core.Throttling;

/// <summary>
/// Passes a stream on, counting its bytes and holding them to a rate: what is paid for is read, not the reverse, so that a
/// sender is never ahead by more than the buffers in between. The next piece is ordered while one is read: so the oldest
/// stream has the line to itself as long as it keeps up, where others would slip in between its pieces, all of them at a
/// time. Does not dispose the stream inside.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="length">Bytes that it has; no more is paid for.</param>
/// <param name="paid">Bytes of it that are paid for already.</param>
/// <param name="count">Told of every byte.</param>
/// <param name="limiter">The rate.</param>
/// <param name="turn">Its turn there.</param>
internal sealed class MeteredStream(Stream inner, long length, long paid, Action<int> count, RateLimiter limiter, long turn) : Stream
{
    private readonly long _length = length;
    private long _left = length;
    private long _paid = paid;
    private Task? _order;
    private int _ordered;

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
            int wanted = (int)Math.Min(Math.Min(buffer.Length, limiter.Piece), _left);
            while (_paid < wanted)
                await PayAsync(cancellationToken).ConfigureAwait(false);
            Order(cancellationToken);
            buffer = buffer[..wanted];
        }

        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _left -= read;
        _paid = Math.Max(0, _paid - read);
        count(read);
        return read;
    }

    private async ValueTask PayAsync(CancellationToken cancellationToken)
    {
        Order(cancellationToken);
        if (_order is { } order)
            await order.ConfigureAwait(false);
        _paid += _ordered;
        (_order, _ordered) = (null, 0);
    }

    // What is ordered when the stream ends early is lost; it is a piece at most.
    private void Order(CancellationToken cancellationToken)
    {
        if (_ordered > 0 || _left <= _paid)
            return;
        _ordered = (int)Math.Min(limiter.Piece, _left - _paid);
        ValueTask order = limiter.AcquireAsync(TrafficCost.OfContent(_ordered), turn, cancellationToken);
        _order = order.IsCompletedSuccessfully ? null : order.AsTask();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        if (limiter.IsLimited || !inner.CanSeek)
        {
            await base.CopyToAsync(destination, limiter.Piece, cancellationToken).ConfigureAwait(false);
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
