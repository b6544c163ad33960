using System.Buffers;
using System.Text;

namespace OssMigration.Stores.Http;

/// <summary>
/// Percent-encoding as both V4 signatures want it: UTF-8 bytes, upper-case hex, only <c>A-Z a-z 0-9 - . _ ~</c> stay.
/// </summary>
internal static class PercentEncoding
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const int StackBytes = 1024;

    private static readonly SearchValues<char> PlainInValue = SearchValues.Create(Unreserved);
    private static readonly SearchValues<char> PlainInKey = SearchValues.Create(Unreserved + "/");
    private static readonly SearchValues<byte> PlainBytesInValue = SearchValues.Create(Encoding.ASCII.GetBytes(Unreserved));
    private static readonly SearchValues<byte> PlainBytesInKey = SearchValues.Create(Encoding.ASCII.GetBytes(Unreserved + "/"));
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes a key for a path; <c>/</c> stays.</summary>
    /// <exception cref="EncoderFallbackException">The key has half a surrogate pair, so it has no UTF-8 form.</exception>
    public static string EncodeKey(string key) => Encode(key, PlainInKey, PlainBytesInKey);

    /// <summary>Encodes a name or value of a query; <c>/</c> becomes %2F.</summary>
    /// <exception cref="EncoderFallbackException">The value has half a surrogate pair, so it has no UTF-8 form.</exception>
    public static string EncodeValue(string value) => Encode(value, PlainInValue, PlainBytesInValue);

    /// <summary>
    /// Decodes text of an answer that was asked for with encoding-type=url. A bare <c>+</c> is a space, as AWS writes
    /// it and as the Go and C# clients of OSS read it; what is no escape stays as it is.
    /// </summary>
    /// <exception cref="FormatException">The bytes are no UTF-8, so that no text stands for them.</exception>
    public static string Decode(string text)
        => text.AsSpan().IndexOfAny('%', '+') < 0 ? text : Decode(Encoding.UTF8.GetBytes(text));

    /// <summary>The same of text in UTF-8.</summary>
    /// <exception cref="FormatException">As of the other.</exception>
    public static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0)
            return Encoding.UTF8.GetString(text);
        byte[]? rented = text.Length > StackBytes ? ArrayPool<byte>.Shared.Rent(text.Length) : null;
        Span<byte> bytes = rented ?? stackalloc byte[StackBytes];
        try
        {
            return StrictUtf8.GetString(bytes[..Decode(text, bytes)]);
        }
        catch (DecoderFallbackException error)
        {
            throw new FormatException("A name is not UTF-8.", error);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Decode(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        int count = 0;
        for (int at = 0; at < text.Length; at++)
        {
            bool isEscape = text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]);
            bytes[count++] = isEscape ? (byte)((HexValue((char)text[at + 1]) << 4) | HexValue((char)text[at + 2])) : text[at] == '+' ? (byte)' ' : text[at];
            at += isEscape ? 2 : 0;
        }

        return count;
    }

    private static string Encode(string text, SearchValues<char> plain, SearchValues<byte> plainBytes)
    {
        if (!text.AsSpan().ContainsAnyExcept(plain))
            return text;
        int max = StrictUtf8.GetMaxByteCount(text.Length);
        byte[]? rentedBytes = max > StackBytes ? ArrayPool<byte>.Shared.Rent(max) : null;
        Span<byte> bytes = rentedBytes ?? stackalloc byte[StackBytes];
        bytes = bytes[..StrictUtf8.GetBytes(text, bytes)];
        char[] chars = ArrayPool<char>.Shared.Rent(bytes.Length * 3);
        int count = 0;
        foreach (byte value in bytes)
        {
            if (plainBytes.Contains(value))
            {
                chars[count++] = (char)value;
                continue;
            }

            chars[count++] = '%';
            chars[count++] = HexDigit(value >> 4);
            chars[count++] = HexDigit(value & 15);
        }

        string encoded = new(chars, 0, count);
        ArrayPool<char>.Shared.Return(chars);
        if (rentedBytes is not null)
            ArrayPool<byte>.Shared.Return(rentedBytes);
        return encoded;
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
