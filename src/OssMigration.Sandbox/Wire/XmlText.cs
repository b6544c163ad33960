using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OssMigration.Sandbox.Wire;

/// <summary>Writes XML by hand as UTF-8: no tree, no reflection. Characters that XML 1.0 forbids become references, as S3 sends them.</summary>
internal sealed class XmlText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"\r\n\t" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)) + "\uFFFE\uFFFF");
    private readonly ArrayBufferWriter<byte> _bytes;

    /// <summary>Begins a document with the XML declaration.</summary>
    public XmlText(int capacity = 1024)
    {
        _bytes = new ArrayBufferWriter<byte>(capacity);
        _bytes.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
    }

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>Writes bytes as they are.</summary>
    public XmlText Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Writes a start tag.</summary>
    public XmlText Open(ReadOnlySpan<byte> name) => Raw("<"u8).Raw(name).Raw(">"u8);

    /// <summary>Writes an end tag.</summary>
    public XmlText Close(ReadOnlySpan<byte> name) => Raw("</"u8).Raw(name).Raw(">"u8);

    /// <summary>Writes an element with text.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, string value) => Open(name).Text(value).Close(name);

    /// <summary>Writes an element with text, or nothing for null.</summary>
    public XmlText OptionalElement(ReadOnlySpan<byte> name, string? value) => value is null ? this : Element(name, value);

    /// <summary>Writes an element with a number.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, long value)
    {
        Open(name);
        Span<byte> digits = _bytes.GetSpan(20);
        Utf8Formatter.TryFormat(value, digits, out int written);
        _bytes.Advance(written);
        return Close(name);
    }

    /// <summary>Writes an element with true or false.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, bool value) => Open(name).Raw(value ? "true"u8 : "false"u8).Close(name);

    /// <summary>Writes an element with a time: 2020-05-18T05:45:43.000Z, whole seconds.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Open(name);
        Span<byte> text = _bytes.GetSpan(32);
        value.UtcDateTime.TryFormat(text, out int written, "yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
        _bytes.Advance(written);
        return Close(name);
    }

    /// <summary>Writes text with XML's special characters escaped.</summary>
    public XmlText Text(ReadOnlySpan<char> text)
    {
        while (true)
        {
            int at = text.IndexOfAny(Special);
            ReadOnlySpan<char> clean = at < 0 ? text : text[..at];
            Span<byte> room = _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(clean.Length));
            _bytes.Advance(Encoding.UTF8.GetBytes(clean, room));
            if (at < 0)
                return this;
            Escape(text[at]);
            text = text[(at + 1)..];
        }
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '&':
                Raw("&amp;"u8);
                break;
            case '<':
                Raw("&lt;"u8);
                break;
            case '>':
                Raw("&gt;"u8);
                break;
            case '"':
                Raw("&quot;"u8);
                break;
            default:
                Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"&#x{(int)c:X};")));
                break;
        }
    }
}
