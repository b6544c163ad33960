using System.Reflection;
using System.Xml.Linq;

namespace OssMigration.Help;

/// <summary>The doc comments that the compiler wrote down, by the member that they describe.</summary>
internal sealed class DocComments
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    /// <summary>Reads the files that lie beside the assemblies.</summary>
    public static DocComments Load(IEnumerable<string> files)
    {
        DocComments comments = new();
        foreach (XElement member in files.SelectMany(file => XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member")))
            comments._members[member.Attribute("name")!.Value] = member;
        return comments;
    }

    /// <summary>The comment of a type; null where there is none.</summary>
    public XElement? Of(Type type) => Find("T:" + Name(type));

    /// <summary>The comment of a cmdlet's parameter, wherever in its ancestry it is declared; null where there is none.</summary>
    public XElement? OfParameter(Type cmdlet, string parameter)
        => cmdlet.GetProperty(parameter) is { DeclaringType: { } owner } ? Find($"P:{Name(owner)}.{parameter}") : null;

    /// <summary>The comment of a word of an enumeration; null where there is none.</summary>
    public XElement? OfWord(FieldInfo word) => Find($"F:{Name(word.DeclaringType!)}.{word.Name}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private XElement? Find(string name) => _members.GetValueOrDefault(name);
}
