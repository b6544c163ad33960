using System.Xml;
using System.Xml.Linq;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>Reads the XML of a request by local names; namespaces are ignored as the service ignores them.</summary>
internal static class XmlBody
{
    /// <summary>The root element.</summary>
    /// <exception cref="OssErrorException">MalformedXML when it is no XML or the root has another name.</exception>
    public static XElement Parse(ReadOnlyMemory<byte> body, string rootName)
    {
        XElement? root;
        try
        {
            XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using MemoryStream stream = new(body.ToArray(), writable: false);
            using XmlReader reader = XmlReader.Create(stream, settings);
            root = XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root;
        }
        catch (XmlException)
        {
            throw OssErrors.MalformedXml();
        }

        return root?.Name.LocalName == rootName ? root : throw OssErrors.MalformedXml();
    }

    /// <summary>The first child of that local name, or null.</summary>
    public static XElement? Child(this XElement parent, string name) => parent.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    /// <summary>All children of that local name.</summary>
    public static IEnumerable<XElement> Children(this XElement parent, string name) => parent.Elements().Where(e => e.Name.LocalName == name);

    /// <summary>The text of a child, or null when it is absent.</summary>
    public static string? Text(this XElement parent, string name) => parent.Child(name)?.Value;

    /// <summary>The trimmed text of a child, or null when it is absent or empty.</summary>
    public static string? Word(this XElement parent, string name) => parent.Text(name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A child holding true or false; the default when absent.</summary>
    public static bool Flag(this XElement parent, string name, bool byDefault) => parent.Word(name) switch
    {
        null => byDefault,
        "true" or "True" => true,
        "false" or "False" => false,
        _ => throw OssErrors.MalformedXml(),
    };
}
