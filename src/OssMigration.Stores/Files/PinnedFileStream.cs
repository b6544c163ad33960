using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

/// <summary>
/// A range of an open file. With the last byte it looks once more whether the file is still the one that was opened, and
/// throws <see cref="StoreErrorKind.Changed"/> where it was written to meanwhile. Owns the handle.
/// </summary>
internal sealed class PinnedFileStream(SafeFileHandle file, ByteRange range, Func<StoreException?> change) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => range.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int wanted = Wanted(buffer.Length);
        return wanted == 0
            ? 0
            : Took(await RandomAccess.ReadAsync(file, buffer[..wanted], range.Offset + _position, cancellationToken).ConfigureAwait(false));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int wanted = Wanted(buffer.Length);
        return wanted == 0 ? 0 : Took(RandomAccess.Read(file, buffer[..wanted], range.Offset + _position));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private int Wanted(int room) => (int)Math.Min(room, range.Length - _position);

    private int Took(int read)
    {
        _position += read;
        if ((read == 0 || _position == range.Length) && change() is { } error)
            throw error;
        return read > 0 ? read : throw new IOException("The file ended early.");
    }
}
