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
    {
        if (text.AsSpan().IndexOfAny('%', '+') < 0)
            return text;
        int max = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = max > StackBytes ? ArrayPool<byte>.Shared.Rent(max) : null;
        Span<byte> bytes = rented ?? stackalloc byte[StackBytes];
        int count = 0;
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            int special = rest.IndexOfAny('%', '+');
            int plain = special < 0 ? rest.Length : special;
            count += Encoding.UTF8.GetBytes(rest[..plain], bytes[count..]);
            rest = rest[plain..];
            if (rest.Length == 0)
                break;
            int taken = 1;
            if (rest[0] == '+')
                bytes[count++] = (byte)' ';
            else if (rest.Length > 2 && char.IsAsciiHexDigit(rest[1]) && char.IsAsciiHexDigit(rest[2]))
            {
                bytes[count++] = (byte)((HexValue(rest[1]) << 4) | HexValue(rest[2]));
                taken = 3;
            }
            else
                bytes[count++] = (byte)'%';
            rest = rest[taken..];
        }

        try
        {
            return StrictUtf8.GetString(bytes[..count]);
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
