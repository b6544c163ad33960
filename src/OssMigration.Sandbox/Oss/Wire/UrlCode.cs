using System.Buffers;
using System.Text;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>Percent coding as OSS does it: per UTF-8 byte, upper-case hex, only <c>A-Z a-z 0-9 - . _ ~</c> stay as they are.</summary>
internal static class UrlCode
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> NeedsDecoding = SearchValues.Create("%+");
    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>True for the bytes that are written without a percent sign.</summary>
    public static bool IsUnreserved(byte value) => value < 0x80 && Unreserved.Contains((char)value);

    /// <summary>Encodes every byte that is not unreserved, <c>/</c> as %2F too.</summary>
    public static string Encode(string value) => Encode(value, keepSlash: false);

    /// <summary>As <see cref="Encode(string)"/>, but <c>/</c> stays.</summary>
    public static string EncodePath(string value) => Encode(value, keepSlash: true);

    /// <summary>Decodes a path; <c>+</c> is a plus. False when the bytes are no UTF-8.</summary>
    public static bool TryDecodePath(ReadOnlySpan<char> raw, out string value) => TryDecode(raw, plusIsSpace: false, out value);

    /// <summary>Decodes a query name or value; <c>+</c> is a space. False when the bytes are no UTF-8.</summary>
    public static bool TryDecodeQuery(ReadOnlySpan<char> raw, out string value) => TryDecode(raw, plusIsSpace: true, out value);

    private static string Encode(string value, bool keepSlash)
    {
        if (!value.AsSpan().ContainsAnyExcept(Unreserved))
            return value;
        StringBuilder text = new(value.Length + 16);
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        int length = Encoding.UTF8.GetBytes(value, rented);
        foreach (byte b in rented.AsSpan(0, length))
        {
            if (IsUnreserved(b) || (keepSlash && b == (byte)'/'))
                text.Append((char)b);
            else
                text.Append('%').Append(HexUpper(b >> 4)).Append(HexUpper(b & 15));
        }

        ArrayPool<byte>.Shared.Return(rented);
        return text.ToString();
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, bool plusIsSpace, out string value)
    {
        if (!raw.ContainsAny(NeedsDecoding))
        {
            value = raw.ToString();
            return true;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        try
        {
            int length = DecodeBytes(raw, plusIsSpace, rented);
            value = StrictUtf8.GetString(rented, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            value = string.Empty;
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int DecodeBytes(ReadOnlySpan<char> raw, bool plusIsSpace, Span<byte> bytes)
    {
        int length = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            char c = raw[i];
            if (c == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes[length++] = (byte)((HexValue(raw[i + 1]) << 4) | HexValue(raw[i + 2]));
                i += 2;
            }
            else if (c == '+' && plusIsSpace)
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                length += Encoding.UTF8.GetBytes(raw.Slice(i, 1), bytes[length..]);
            }
        }

        return length;
    }

    private static char HexUpper(int nibble) => (char)(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);

    private static int HexValue(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
