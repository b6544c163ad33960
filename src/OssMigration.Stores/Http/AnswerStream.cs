using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>
/// The body of an answer, read only and forward only. It ends after exactly the announced bytes or throws
/// <see cref="StoreException"/> (Network); silence and broken connections are Network too.
/// </summary>
internal sealed class AnswerStream : Stream
{
    private readonly Stream _inner;
    private readonly long? _length;
    private readonly AnswerContext _context;
    private readonly IDisposable? _owner;
    private long _position;

    /// <summary>Wraps the stream of an answer.</summary>
    /// <param name="inner">The stream; owned.</param>
    /// <param name="length">Bytes that must come; null where the answer did not say.</param>
    /// <param name="context">For errors and for the watch.</param>
    /// <param name="owner">Disposed with the stream; null for none.</param>
    public AnswerStream(Stream inner, long? length, AnswerContext context, IDisposable? owner = null)
    {
        _owner = owner;
        _inner = inner;
        _length = length;
        _context = context;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length ?? throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
            return 0;
        IdleWatch watch = _context.Watch;
        CancellationTokenSource? linked = null;
        watch.Resume();
        try
        {
            CancellationToken token = watch.Token;
            if (cancellationToken.CanBeCanceled && cancellationToken != watch.Caller && cancellationToken != token)
            {
                linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, token);
                token = linked.Token;
            }

            return Count(await _inner.ReadAsync(buffer, token).ConfigureAwait(false));
        }
        catch (Exception error) when (Translate(error, cancellationToken) is { } translated)
        {
            throw translated;
        }
        finally
        {
            watch.Pause();
            linked?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0)
            return 0;
        try
        {
            return Count(_inner.Read(buffer));
        }
        catch (Exception error) when (Translate(error, CancellationToken.None) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _owner?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _position += read;
        bool endsEarly = read == 0 && _length is { } length && _position < length;
        return endsEarly || _position > _length ? throw WrongLength() : read;
    }

    private StoreException WrongLength() =>
        new(StoreErrorKind.Network, _context.Store, $"The body ended after {_position} of {_length} bytes.") { Key = _context.Key };

    private Exception? Translate(Exception error, CancellationToken reader)
    {
        if (error is OperationCanceledException && reader.IsCancellationRequested)
            return null;
        return TransportErrors.Translate(error, _context.Store, _context.Key, _context.Watch.Expired, _context.Watch.Caller);
    }
}
