using System.Text;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>A growing run of UTF-8 bytes, reused by one thread after the other: every request is signed, so its text makes no garbage.</summary>
internal sealed class CanonicalText
{
    [ThreadStatic]
    private static CanonicalText? _ofThread;

    private byte[] _bytes = new byte[2048];
    private int _length;

    private CanonicalText()
    {
    }

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The empty text of this thread. Only one is in use at a time, and not across an await.</summary>
    public static CanonicalText Start()
    {
        CanonicalText text = _ofThread ??= new CanonicalText();
        text._length = 0;
        return text;
    }

    /// <summary>Appends one ASCII character.</summary>
    public CanonicalText Add(char ascii)
    {
        Room(1)[0] = (byte)ascii;
        _length++;
        return this;
    }

    /// <summary>Appends text as UTF-8.</summary>
    public CanonicalText Add(ReadOnlySpan<char> text)
    {
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        return this;
    }

    /// <summary>Appends bytes as two lower-case hex digits each.</summary>
    public CanonicalText AddHex(ReadOnlySpan<byte> bytes)
    {
        Span<byte> room = Room(bytes.Length * 2);
        foreach (byte b in bytes)
        {
            room[0] = Hex(b >> 4, 'a');
            room[1] = Hex(b & 15, 'a');
            room = room[2..];
        }

        _length += bytes.Length * 2;
        return this;
    }

    /// <summary>Appends text percent-encoded; a slash is kept only in paths.</summary>
    public CanonicalText AddEncoded(string text, char keep = '\0')
    {
        Span<byte> utf8 = text.Length <= 256 ? stackalloc byte[1024] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int count = Encoding.UTF8.GetBytes(text, utf8);
        Span<byte> room = Room(count * 3);
        int at = 0;
        foreach (byte b in utf8[..count])
        {
            if (IsUnreserved(b) || (b == keep && keep != '\0'))
            {
                room[at++] = b;
                continue;
            }

            room[at++] = (byte)'%';
            room[at++] = Hex(b >> 4, 'A');
            room[at++] = Hex(b & 15, 'A');
        }

        _length += at;
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    private static bool IsUnreserved(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static byte Hex(int nibble, char letterA) => (byte)(nibble < 10 ? '0' + nibble : letterA + nibble - 10);

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length);
    }
}
