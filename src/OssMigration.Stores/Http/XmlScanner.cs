using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using System.Xml;

namespace OssMigration.Stores.Http;

/// <summary>
/// Goes through a document in UTF-8 element by element and allocates nothing for it: for answers that are long and many. A document
/// that is not well-formed, has a DTD or is nested deeper than <see cref="MostDepth"/> is an <see cref="XmlException"/>. As servers do it,
/// a character reference may name any character, also one that XML 1.0 does not allow; namespaces are not resolved.
/// </summary>
internal ref struct XmlScanner
{
    /// <summary>Most elements within one another.</summary>
    public const int MostDepth = 16;

    // A name may have letters, digits, _ - . : and whatever is not ASCII.
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f !\"#$%&'()*+,/;<=>?@[\\]^`{|}~\u007f"u8);

    // XML has no literal control characters but tab and the ends of lines; a key may have them by reference only.
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\u000b\f\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"u8);

    private readonly ReadOnlySpan<byte> _document;
    private readonly XmlCharacters _characters;
    private OpenNames _open;
    private int _depth;
    private int _at;
    private bool _isEmpty;

    /// <summary>Begins within the root element.</summary>
    /// <param name="document">The document, in UTF-8 with or without its mark.</param>
    /// <param name="characters">Takes texts in that do not stand in the document as they are.</param>
    public XmlScanner(ReadOnlySpan<byte> document, XmlCharacters characters)
    {
        _characters = characters;
        _document = document.StartsWith("\uFEFF"u8) ? document[3..] : document;
        if (!Utf8.IsValid(_document) || _document.ContainsAny(Controls))
            throw new XmlException("The document is not text in UTF-8.");
        XmlProlog.CheckEncoding(_document, ref _at);
        SkipBetween();
        StartTag();
    }

    /// <summary>The local name of the element that was entered last.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Enters the next child of the element it is in; text between children is passed over. False at the end of the element, which is left then.</summary>
    public bool NextChild()
    {
        if (IsLeftEmpty())
            return false;
        _ = Characters();
        if (Rest.StartsWith("</"u8))
        {
            EndTag();
            return false;
        }

        StartTag();
        return true;
    }

    /// <summary>The text of the element it is in, which is left. Valid until the next text is read. Children are an error.</summary>
    public ReadOnlySpan<byte> Text()
    {
        if (IsLeftEmpty())
            return [];
        ReadOnlySpan<byte> text = Characters();
        EndTag();
        return text;
    }

    /// <summary>Leaves the element it is in.</summary>
    public void Skip()
    {
        for (int outside = _depth - 1; _depth > outside;)
            _ = NextChild();
    }

    /// <summary>Checks that nothing follows the root.</summary>
    public void End()
    {
        SkipBetween();
        if (_at < _document.Length)
            throw Broken("something follows the root");
    }

    private readonly ReadOnlySpan<byte> Rest => _document[_at..];

    private bool IsLeftEmpty()
    {
        if (!_isEmpty)
            return false;
        _isEmpty = false;
        _depth--;
        return true;
    }

    // Most texts stand in the document as they are.
    private ReadOnlySpan<byte> Characters()
    {
        ReadOnlySpan<byte> rest = Rest;
        int end = rest.IndexOfAny(XmlCharacters.Special);
        if (end >= 0 && rest[end] == '<' && end + 1 < rest.Length && rest[end + 1] is not ((byte)'!' or (byte)'?'))
        {
            _at += end;
            return rest[..end];
        }

        _at += _characters.Read(rest);
        return _characters.Written;
    }

    private void StartTag()
    {
        Expect('<');
        int start = _at;
        ReadOnlySpan<byte> name = ReadName();
        if (_depth == MostDepth)
            throw Broken("elements are nested too deep");
        _open[_depth++] = (start, name.Length);
        Name = name[(name.LastIndexOf((byte)':') + 1)..];
        while (true)
        {
            bool isApart = SkipWhite();
            if (Rest is [(byte)'>', ..])
                break;
            if (Rest is [(byte)'/', ..])
            {
                _at++;
                _isEmpty = true;
                break;
            }

            if (!isApart)
                throw Broken("a tag has no end");
            Attribute();
        }

        Expect('>');
    }

    private void Attribute()
    {
        _ = ReadName();
        SkipWhite();
        Expect('=');
        SkipWhite();
        if (Rest is not [(byte)'"' or (byte)'\'', ..])
            throw Broken("an attribute has no value");
        int length = Rest[1..].IndexOf(Rest[0]);
        if (length < 0)
            throw Broken("an attribute has no end");
        XmlCharacters.CheckAttribute(Rest.Slice(1, length));
        _at += length + 2;
    }

    private void EndTag()
    {
        (int start, int length) = _open[_depth - 1];
        ReadOnlySpan<byte> rest = Rest;
        if (!rest.StartsWith("</"u8) || !rest[2..].StartsWith(_document.Slice(start, length)))
            throw Broken("the end of an element was expected");
        _at += 2 + length;
        SkipWhite();
        Expect('>');
        _depth--;
    }

    private ReadOnlySpan<byte> ReadName()
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAny(NameEnds);
        if (length <= 0 || rest[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.' or (byte)':' || rest[length - 1] == ':')
            throw Broken("a name was expected");
        _at += length;
        return rest[..length];
    }

    private void SkipBetween()
    {
        do
            SkipWhite();
        while (XmlProlog.TrySkipMisc(_document, ref _at));
    }

    private bool SkipWhite()
    {
        int before = _at;
        while (_at < _document.Length && _document[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
        return _at > before;
    }

    private void Expect(char expected)
    {
        if (_at == _document.Length || _document[_at] != expected)
            throw Broken($"'{expected}' was expected");
        _at++;
    }

    private readonly XmlException Broken(string what) => new($"The document is not well-formed: {what} at byte {_at}.");

    [InlineArray(MostDepth)]
    private struct OpenNames
    {
        private (int Start, int Length) _first;
    }
}
