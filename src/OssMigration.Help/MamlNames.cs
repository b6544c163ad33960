using System.Xml.Linq;

namespace OssMigration.Help;

/// <summary>The names of the elements of a MAML help file (PowerShell-Docs: "How to write cmdlet help").</summary>
internal static class MamlNames
{
    public static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    public static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    public static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    public static readonly XName HelpItems = XName.Get("helpItems", "http://msh");

    /// <summary>An element with one <c>para</c> a paragraph.</summary>
    public static XElement Paragraphs(XName name, IEnumerable<string> paragraphs)
        => new(name, paragraphs.Select(text => new XElement(Maml + "para", text)));

    /// <summary>A type by its name.</summary>
    public static XElement TypeOf(string name)
        => new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));
}
