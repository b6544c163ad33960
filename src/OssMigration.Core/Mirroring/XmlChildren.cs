using System.Xml.Linq;

namespace OssMigration.Core.Mirroring;

/// <summary>Children of a configuration's elements by local name: the service ignores namespaces, and so do we.</summary>
internal static class XmlChildren
{
    /// <summary>The first child of that name, or null.</summary>
    public static XElement? Child(this XElement parent, string name) => parent.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    /// <summary>All children of that name.</summary>
    public static IEnumerable<XElement> Children(this XElement parent, string name) => parent.Elements().Where(element => element.Name.LocalName == name);

    /// <summary>The text of a child, or null where it is absent.</summary>
    public static string? Text(this XElement parent, string name) => parent.Child(name)?.Value;

    /// <summary>The trimmed text of a child, or null where it is absent or blank.</summary>
    public static string? Word(this XElement parent, string name) => parent.Text(name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A child that says true or false; null where it says neither.</summary>
    public static bool? Flag(this XElement parent, string name) => bool.TryParse(parent.Word(name), out bool value) ? value : null;

    /// <summary>Adds an empty child in the parent's namespace.</summary>
    public static XElement Append(this XElement parent, string name)
    {
        XElement child = new(parent.Name.Namespace + name);
        parent.Add(child);
        return child;
    }

    /// <summary>The first child of that name, made where it is missing.</summary>
    public static XElement Require(this XElement parent, string name) => parent.Child(name) ?? parent.Append(name);

    /// <summary>Leaves exactly one child of that name, with this text; none for null.</summary>
    public static void SetText(this XElement parent, string name, string? text)
    {
        XElement[] standing = [.. parent.Children(name)];
        foreach (XElement surplus in text is null ? standing : standing.Skip(1))
            surplus.Remove();
        if (text is not null)
            parent.Require(name).Value = text;
    }

    /// <summary>Leaves exactly one child of that name, with true or false.</summary>
    public static void SetFlag(this XElement parent, string name, bool value) => parent.SetText(name, value ? "true" : "false");

    /// <summary>Removes all children of these names.</summary>
    public static void Drop(this XElement parent, params string[] names)
    {
        foreach (string name in names)
            parent.SetText(name, null);
    }
}
