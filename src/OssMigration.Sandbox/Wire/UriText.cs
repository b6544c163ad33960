using System.Text;

namespace OssMigration.Sandbox.Wire;

/// <summary>Percent-encoding as both stores use it in signatures and in listings with encoding-type=url.</summary>
internal static class UriText
{
    /// <summary>Encodes every UTF-8 byte but A-Z a-z 0-9 - . _ ~ (and the slash when told so) with upper-case hex digits.</summary>
    public static string Encode(string text, bool keepSlash)
    {
        int clean = 0;
        while (clean < text.Length && IsKept(text[clean], keepSlash))
            clean++;
        if (clean == text.Length)
            return text;
        var encoded = new StringBuilder(text.Length + 16).Append(text, 0, clean);
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.AsSpan(clean).EnumerateRunes())
        {
            if (rune.IsAscii && IsKept((char)rune.Value, keepSlash))
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
                encoded.Append('%').Append("0123456789ABCDEF"[bytes[i] >> 4]).Append("0123456789ABCDEF"[bytes[i] & 15]);
        }
        return encoded.ToString();
    }

    private static bool IsKept(char c, bool keepSlash) =>
        char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' || (keepSlash && c == '/');
}
