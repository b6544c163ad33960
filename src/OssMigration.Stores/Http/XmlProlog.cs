using System.Text;
using System.Xml;

namespace OssMigration.Stores.Http;

/// <summary>What may stand around and between elements: the declaration, comments and processing instructions.</summary>
internal static class XmlProlog
{
    /// <summary>Steps over the declaration, where there is one. It must not name another encoding than UTF-8.</summary>
    public static void CheckEncoding(ReadOnlySpan<byte> document, ref int at)
    {
        if (!document.StartsWith("<?xml"u8) || document.Length == 5 || !IsWhite(document[5]))
            return;
        int end = document.IndexOf("?>"u8);
        if (end < 0)
            throw new XmlException("The declaration of the document has no end.");
        ReadOnlySpan<byte> declaration = document[..end];
        int encoding = declaration.IndexOf("encoding"u8);
        if (encoding >= 0)
        {
            ReadOnlySpan<byte> value = declaration[(encoding + 8)..].Trim(" \t\r\n='\""u8);
            int length = value.IndexOfAny("'\""u8);
            string name = Encoding.UTF8.GetString(length < 0 ? value : value[..length]);
            if (!name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
                throw new XmlException($"The document is in the encoding '{name}', not in UTF-8.");
        }

        at = end + 2;
    }

    /// <summary>Steps over a comment or a processing instruction, where one stands there.</summary>
    public static bool TrySkipMisc(ReadOnlySpan<byte> document, ref int at)
    {
        ReadOnlySpan<byte> rest = document[at..];
        if (rest.StartsWith("<!--"u8))
        {
            int end = rest[4..].IndexOf("--"u8);
            if (end < 0 || !rest[(4 + end)..].StartsWith("-->"u8))
                throw new XmlException("A comment has no end.");
            at += end + 7;
            return true;
        }

        if (!rest.StartsWith("<?"u8))
            return false;
        int close = rest.IndexOf("?>"u8);
        bool isDeclaration = rest.Length > 5 && Ascii.EqualsIgnoreCase(rest.Slice(2, 3), "xml"u8) && (IsWhite(rest[5]) || rest[5] == '?');
        if (close < 0 || isDeclaration)
            throw new XmlException("A processing instruction has no end, or is none.");
        at += close + 2;
        return true;
    }

    private static bool IsWhite(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
