using System.Buffers;
using System.Text;

namespace OssMigration.Stores.Http;

/// <summary>Builds text to be signed as UTF-8 in a rented buffer. Dispose gives the buffer back.</summary>
internal ref struct Utf8Builder : IDisposable
{
    private byte[] _buffer;
    private int _count;

    /// <summary>Empty, with room for so many bytes at first.</summary>
    public Utf8Builder(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The bytes so far; valid until the next call.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _count);

    /// <summary>Adds text.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _count += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_count));
    }

    /// <summary>Adds one ASCII character.</summary>
    public void Append(char ascii)
    {
        Reserve(1);
        _buffer[_count++] = (byte)ascii;
    }

    /// <summary>Adds bytes as lower-case hex digits.</summary>
    public void AppendHex(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length * 2);
        foreach (byte value in bytes)
        {
            _buffer[_count++] = HexDigit(value >> 4);
            _buffer[_count++] = HexDigit(value & 15);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private void Reserve(int more)
    {
        if (_buffer.Length - _count >= more)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _count + more));
        _buffer.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
