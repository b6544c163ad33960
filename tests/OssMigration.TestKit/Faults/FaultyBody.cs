using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>A body that ends early or holds a changed byte.</summary>
internal sealed class FaultyBody(Stream inner, long? flipAt, long? cutAt, Func<StoreException> cut) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        Span<byte> allowed = buffer[..Allowed(buffer.Length)];
        return Spoil(allowed, inner.Read(allowed));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> allowed = buffer[..Allowed(buffer.Length)];
        int read = await inner.ReadAsync(allowed, cancellationToken);
        return Spoil(allowed.Span, read);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Allowed(int wanted)
    {
        if (cutAt is not { } end || wanted == 0)
            return wanted;
        return _position < end ? (int)Math.Min(wanted, end - _position) : throw cut();
    }

    private int Spoil(Span<byte> buffer, int read)
    {
        if (flipAt is { } at && at >= _position && at < _position + read)
            buffer[(int)(at - _position)] ^= 0x20;
        _position += read;
        return read;
    }
}
