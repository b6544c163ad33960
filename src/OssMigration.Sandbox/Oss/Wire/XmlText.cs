using System.Globalization;
using System.Text;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>
/// Writes the XML of an answer. Characters that XML 1.0 cannot hold become character references, as the service does it:
/// a client that lists such keys without <c>encoding-type=url</c> must see its parser fail.
/// </summary>
internal sealed class XmlText
{
    private readonly StringBuilder _text;

    /// <summary>Starts a document.</summary>
    /// <param name="capacity">Expected length in characters.</param>
    public XmlText(int capacity = 512) => _text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", capacity);

    /// <summary>Opens an element.</summary>
    public XmlText Open(string name)
    {
        _text.Append('<').Append(name).Append('>');
        return this;
    }

    /// <summary>Closes an element.</summary>
    public XmlText Close(string name)
    {
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>An element with text; null gives an empty one.</summary>
    public XmlText Element(string name, string? value)
    {
        _text.Append('<').Append(name).Append('>');
        AddEscaped(value);
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>An element with a whole number.</summary>
    public XmlText Element(string name, long value) => Element(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An element with <c>true</c> or <c>false</c>.</summary>
    public XmlText Element(string name, bool value) => Element(name, value ? "true" : "false");

    /// <summary>An element, left out when the value is null.</summary>
    public XmlText Optional(string name, string? value) => value is null ? this : Element(name, value);

    /// <summary>Owner with the one account the sandbox has.</summary>
    public XmlText Owner() => Open("Owner").Element("ID", OssAccount.OwnerId).Element("DisplayName", OssAccount.OwnerId).Close("Owner");

    /// <summary>The document in UTF-8.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private void AddEscaped(string? value)
    {
        foreach (char c in value.AsSpan())
        {
            switch (c)
            {
                case '&': _text.Append("&amp;"); break;
                case '<': _text.Append("&lt;"); break;
                case '>': _text.Append("&gt;"); break;
                case '"': _text.Append("&quot;"); break;
                case < ' ' or '\u007F' or '\uFFFE' or '\uFFFF':
                    _text.Append(CultureInfo.InvariantCulture, $"&#x{(int)c:X};");
                    break;
                default: _text.Append(c); break;
            }
        }
    }
}
