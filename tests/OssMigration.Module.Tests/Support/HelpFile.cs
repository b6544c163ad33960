using System.Xml.Linq;

namespace OssMigration.ModuleTests.Support;

/// <summary>The help of the finished module, as it ships.</summary>
internal static class HelpFile
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>The entries, by the name of the cmdlet.</summary>
    public static IReadOnlyDictionary<string, HelpEntry> Entries { get; } = XDocument
        .Load(Path.Combine(Layout.Module, "en-US", "OssMigration.dll-Help.xml")).Root!.Elements(Command + "command")
        .ToDictionary(element => element.Element(Command + "details")!.Element(Command + "name")!.Value, Read);

    private static HelpEntry Read(XElement element) => new(
        Text(element.Element(Command + "details")!.Element(Maml + "description")!),
        Text(element.Element(Maml + "description")!),
        [.. element.Element(Command + "parameters")!.Elements(Command + "parameter").Select(ReadParameter)],
        [.. element.Element(Command + "syntax")!.Elements(Command + "syntaxItem")
            .Select(item => (IReadOnlyList<HelpParameter>)[.. item.Elements(Command + "parameter").Select(ReadParameter)])],
        Types(element, "inputTypes"),
        Types(element, "returnValues"),
        [.. element.Element(Command + "examples")!.Elements(Command + "example").Select(ReadExample)],
        [.. element.Element(Maml + "relatedLinks")!.Descendants(Maml + "linkText").Select(link => link.Value)]);

    private static HelpParameter ReadParameter(XElement element) => new(
        element.Element(Maml + "name")!.Value,
        element.Attribute("required")!.Value == "true",
        element.Attribute("position")!.Value,
        element.Attribute("pipelineInput")!.Value,
        element.Attribute("globbing")!.Value == "true",
        element.Attribute("aliases")!.Value,
        element.Element(Dev + "type")!.Element(Maml + "name")!.Value,
        element.Element(Maml + "description") is { } description ? Text(description) : "");

    private static HelpExample ReadExample(XElement element)
        => new(element.Element(Maml + "title")!.Value, element.Element(Dev + "code")!.Value, Text(element.Element(Dev + "remarks")!));

    private static IReadOnlyList<string> Types(XElement element, string list)
        => [.. element.Element(Command + list)!.Elements().Select(type => type.Element(Dev + "type")!.Element(Maml + "name")!.Value)];

    private static string Text(XElement element) => string.Join('\n', element.Elements(Maml + "para").Select(paragraph => paragraph.Value));
}

/// <summary>The help of one cmdlet.</summary>
internal sealed record HelpEntry(
    string Synopsis,
    string Description,
    IReadOnlyList<HelpParameter> Parameters,
    IReadOnlyList<IReadOnlyList<HelpParameter>> Syntax,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<HelpExample> Examples,
    IReadOnlyList<string> Links);

/// <summary>A parameter in the help.</summary>
internal sealed record HelpParameter(
    string Name, bool IsRequired, string Position, string Pipeline, bool TakesWildcards, string Aliases, string Type, string Description);

/// <summary>An example in the help.</summary>
internal sealed record HelpExample(string Title, string Code, string Remarks);
