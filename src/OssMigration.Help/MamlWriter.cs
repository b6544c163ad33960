using System.Management.Automation;
using System.Xml.Linq;
using static OssMigration.Help.MamlNames;

namespace OssMigration.Help;

/// <summary>Writes the help of a cmdlet.</summary>
internal sealed class MamlWriter(DocComments comments)
{
    private static readonly HashSet<string> Common = [.. Cmdlet.CommonParameters];

    /// <summary>The element for a cmdlet.</summary>
    public XElement Write(CmdletInfo cmdlet)
    {
        XElement? comment = comments.Of(cmdlet.ImplementingType);
        IReadOnlyList<string> summary = DocText.Paragraphs(comment?.Element("summary"));
        string synopsis = summary.Count > 0 ? DocText.FirstSentence(summary[0]) : "";
        ParameterWriter parameters = new(comments, cmdlet.ImplementingType);
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
            new XElement(
                Command + "details",
                new XElement(Command + "name", cmdlet.Name),
                new XElement(Command + "verb", cmdlet.Verb),
                new XElement(Command + "noun", cmdlet.Noun),
                Paragraphs(Maml + "description", [synopsis])),
            Paragraphs(Maml + "description", [.. summary, .. DocText.Paragraphs(comment?.Element("remarks"))]),
            Syntax(cmdlet, parameters),
            new XElement(Command + "parameters", Distinct(cmdlet).Select(parameter => parameters.Write(parameter, isDescribed: true))),
            new XElement(Command + "inputTypes", Inputs(cmdlet).Select(name => Typed("inputType", name, []))),
            new XElement(Command + "returnValues", Outputs(cmdlet)),
            new XElement(Command + "examples", Examples(comment)),
            new XElement(Maml + "relatedLinks", Links(cmdlet, comment)));
    }

    private static XElement Syntax(CmdletInfo cmdlet, ParameterWriter parameters) => new(
        Command + "syntax",
        cmdlet.ParameterSets.OrderByDescending(set => set.IsDefault).Select(set => new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", cmdlet.Name),
            InOrder(set.Parameters).Select(parameter => parameters.Write(parameter, isDescribed: false)))));

    // A parameter of several sets is described once, as the first set that has it says.
    private static IEnumerable<CommandParameterInfo> Distinct(CmdletInfo cmdlet) => InOrder(
        cmdlet.ParameterSets.OrderByDescending(set => set.IsDefault).SelectMany(set => set.Parameters).DistinctBy(parameter => parameter.Name));

    private static IEnumerable<CommandParameterInfo> InOrder(IEnumerable<CommandParameterInfo> parameters) => parameters
        .Where(parameter => !Common.Contains(parameter.Name))
        .OrderBy(parameter => parameter.Position < 0 ? int.MaxValue : parameter.Position)
        .ThenByDescending(parameter => parameter.IsMandatory);

    private static IEnumerable<string> Inputs(CmdletInfo cmdlet) => cmdlet.ParameterSets
        .SelectMany(set => set.Parameters)
        .Where(parameter => parameter.ValueFromPipeline)
        .Select(parameter => parameter.ParameterType.FullName!)
        .Distinct()
        .DefaultIfEmpty("None");

    private static XElement Typed(string element, string type, IEnumerable<string> text)
        => new(Command + element, TypeOf(type), Paragraphs(Maml + "description", text));

    private static IEnumerable<XElement> Examples(XElement? comment) => (comment?.Elements("example") ?? []).Select((example, index) =>
    {
        XElement code = example.Element("code")!;
        string title = string.Join(' ', DocText.Paragraphs(code.NodesBeforeSelf()));
        return new XElement(
            Command + "example",
            new XElement(Maml + "title", $"Example {index + 1}: {title}"),
            new XElement(Dev + "code", DocText.Code(code.Value)),
            Paragraphs(Dev + "remarks", DocText.Paragraphs(code.NodesAfterSelf())));
    });

    private static IEnumerable<XElement> Links(CmdletInfo cmdlet, XElement? comment) => new[] { "about_" + cmdlet.ModuleName }
        .Concat((comment?.Elements("seealso") ?? []).SelectMany(link => DocText.Paragraphs([new XElement("see", link.Attributes())])))
        .Select(name => new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", name), new XElement(Maml + "uri")));

    private IEnumerable<XElement> Outputs(CmdletInfo cmdlet) => cmdlet.OutputType.Count == 0
        ? [Typed("returnValue", "None", [])]
        : cmdlet.OutputType.Select(output => Typed(
            "returnValue", output.Name, output.Type is null ? [] : DocText.Paragraphs(comments.Of(output.Type)?.Element("summary"))));
}
