using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OssMigration.Sandbox.Wire;

/// <summary>Writes XML by hand as UTF-8: no tree, no reflection. Characters that XML 1.0 forbids become references, as S3 sends them.</summary>
internal sealed class XmlText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"\r\n\t" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)) + "\uFFFE\uFFFF");
    private byte[] _buffer;
    private int _length;

    /// <summary>Begins a document with the XML declaration.</summary>
    public XmlText(int capacity = 1024)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
        Raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
    }

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Gives the buffer back after the document was sent; nothing may be read or written after it. Not calling it only costs memory traffic.</summary>
    public void Release()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Writes bytes as they are.</summary>
    public XmlText Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
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
        return Number(value).Close(name);
    }

    /// <summary>Writes an element with true or false.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, bool value) => Open(name).Raw(value ? "true"u8 : "false"u8).Close(name);

    /// <summary>Writes an element with a time: 2020-05-18T05:45:43.000Z, whole seconds.</summary>
    public XmlText Element(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Open(name);
        Time(value);
        return Close(name);
    }

    /// <summary>Writes a number.</summary>
    public XmlText Number(long value)
    {
        Span<byte> digits = Room(20);
        Utf8Formatter.TryFormat(value, digits, out int written);
        _length += written;
        return this;
    }

    /// <summary>Writes bytes as lower-case hex digits.</summary>
    public XmlText Hex(ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Room(bytes.Length * 2), out int written);
        _length += written;
        return this;
    }

    /// <summary>Writes bytes as upper-case hex digits.</summary>
    public XmlText UpperHex(ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexString(bytes, Room(bytes.Length * 2), out int written);
        _length += written;
        return this;
    }

    /// <summary>Writes a time: 2020-05-18T05:45:43.000Z, whole seconds. By hand, because listings write very many.</summary>
    public XmlText Time(DateTimeOffset value)
    {
        DateTime utc = value.UtcDateTime;
        Span<byte> text = Room(24);
        "0000-00-00T00:00:00.000Z"u8.CopyTo(text);
        TwoDigits(text, utc.Year / 100);
        TwoDigits(text[2..], utc.Year % 100);
        TwoDigits(text[5..], utc.Month);
        TwoDigits(text[8..], utc.Day);
        TwoDigits(text[11..], utc.Hour);
        TwoDigits(text[14..], utc.Minute);
        TwoDigits(text[17..], utc.Second);
        _length += 24;
        return this;
    }

    /// <summary>Writes text with XML's special characters escaped.</summary>
    public XmlText Text(ReadOnlySpan<char> text)
    {
        while (true)
        {
            int at = text.IndexOfAny(Special);
            ReadOnlySpan<char> clean = at < 0 ? text : text[..at];
            Span<byte> room = Room(Encoding.UTF8.GetMaxByteCount(clean.Length));
            _length += Encoding.UTF8.GetBytes(clean, room);
            if (at < 0)
                return this;
            Escape(text[at]);
            text = text[(at + 1)..];
        }
    }

    private Span<byte> Room(int size)
    {
        if (_buffer.Length - _length < size)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + size, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsSpan(_length);
    }

    private static void TwoDigits(Span<byte> text, int number)
    {
        text[0] = (byte)('0' + (number / 10));
        text[1] = (byte)('0' + (number % 10));
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
