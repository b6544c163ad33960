using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Reporting.Export;

/// <summary>An object's full name as a URI, exact and in visible ASCII: what RFC 3986 does not let stand is percent-encoded.</summary>
internal sealed class ObjectName(StoreAddress address)
{
    private readonly string _start = address.Scheme == "file" ? $"file://{Encode(address.Bucket)}/" : $"{address.Scheme}://{address.Bucket}/";

    /// <summary>The name of a key below the address.</summary>
    public string Of(string key) => _start + Encode(address.Prefix + key);

    private static string Encode(string text)
    {
        StringBuilder encoded = new(text.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || (char)rune.Value is '/' or '-' or '.' or '_' or '~'))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
                encoded.Append('%').Append("0123456789ABCDEF"[value >> 4]).Append("0123456789ABCDEF"[value & 15]);
        }

        return encoded.ToString();
    }
}
