using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;

namespace OssMigration.Stores.Http;

/// <summary>Texts that do not stand in a document as they are: with references, CDATA, comments or line ends. One buffer is used for all of them.</summary>
internal sealed class XmlCharacters
{
    private const int LongestReference = 16;

    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>What a text cannot hold for itself.</summary>
    public static SearchValues<byte> Special { get; } = SearchValues.Create("<&]\r"u8);

    /// <summary>The text that was read last.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Reads up to the next tag and returns how far that is.</summary>
    public int Read(ReadOnlySpan<byte> document)
    {
        _length = 0;
        int at = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = document[at..];
            int plain = rest.IndexOfAny(Special);
            if (plain < 0)
                throw new XmlException("The document is cut off.");
            Append(rest[..plain]);
            at += plain;
            rest = rest[plain..];
            switch (rest[0])
            {
                case (byte)'&':
                    AppendRune(ReadReference(rest, out int length));
                    at += length;
                    break;
                case (byte)'\r':
                    Append("\n"u8);
                    at += rest.StartsWith("\r\n"u8) ? 2 : 1;
                    break;
                case (byte)']':
                    if (rest.StartsWith("]]>"u8))
                        throw new XmlException("A CDATA section ends that has not begun.");
                    Append("]"u8);
                    at++;
                    break;
                default:
                    if (rest.StartsWith("<![CDATA["u8))
                        at += AppendSection(rest);
                    else if (!XmlProlog.TrySkipMisc(document, ref at))
                        return at;
                    break;
            }
        }
    }

    /// <summary>Checks the value of an attribute, which nobody reads.</summary>
    public static void CheckAttribute(ReadOnlySpan<byte> value)
    {
        for (int at; (at = value.IndexOfAny((byte)'<', (byte)'&')) >= 0;)
        {
            if (value[at] == '<')
                throw new XmlException("An attribute holds a tag.");
            _ = ReadReference(value[at..], out int length);
            value = value[(at + length)..];
        }
    }

    private static Rune ReadReference(ReadOnlySpan<byte> text, out int length)
    {
        int end = text[..Math.Min(text.Length, LongestReference)].IndexOf((byte)';');
        length = end + 1;
        ReadOnlySpan<byte> name = end < 0 ? [] : text[1..end];
        int value = name switch
        {
            _ when name.SequenceEqual("amp"u8) => '&',
            _ when name.SequenceEqual("lt"u8) => '<',
            _ when name.SequenceEqual("gt"u8) => '>',
            _ when name.SequenceEqual("quot"u8) => '"',
            _ when name.SequenceEqual("apos"u8) => '\'',
            [(byte)'#', (byte)'x', .. var hex] => Number(hex, NumberStyles.AllowHexSpecifier),
            [(byte)'#', .. var digits] => Number(digits, NumberStyles.None),
            _ => -1,
        };
        return Rune.TryCreate(value, out Rune rune) ? rune : throw new XmlException("A reference names no character.");
    }

    private static int Number(ReadOnlySpan<byte> digits, NumberStyles style)
        => int.TryParse(digits, style, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private int AppendSection(ReadOnlySpan<byte> rest)
    {
        const int Start = 9, End = 3;
        int length = rest[Start..].IndexOf("]]>"u8);
        if (length < 0)
            throw new XmlException("A CDATA section has no end.");
        ReadOnlySpan<byte> text = rest.Slice(Start, length);
        for (int at; (at = text.IndexOf((byte)'\r')) >= 0;)
        {
            Append(text[..at]);
            Append("\n"u8);
            text = text[(at + (text[at..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        Append(text);
        return Start + length + End;
    }

    private void AppendRune(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        Append(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _length < bytes.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }
}
