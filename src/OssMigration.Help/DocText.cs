using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OssMigration.Help;

/// <summary>Puts the elements of a doc comment into plain paragraphs.</summary>
internal static partial class DocText
{
    /// <summary>The paragraphs of an element; none where it is null.</summary>
    public static IReadOnlyList<string> Paragraphs(XElement? element) => element is null ? [] : Paragraphs(element.Nodes());

    /// <summary>The paragraphs of a run of nodes.</summary>
    public static IReadOnlyList<string> Paragraphs(IEnumerable<XNode> nodes)
    {
        List<StringBuilder> paragraphs = [new()];
        foreach (XNode node in nodes)
        {
            if (node is XElement { Name.LocalName: "para" } paragraph)
            {
                paragraphs.AddRange(Paragraphs(paragraph).Select(text => new StringBuilder(text)));
                paragraphs.Add(new());
            }
            else
            {
                paragraphs[^1].Append(Inline(node));
            }
        }

        return [.. paragraphs.Select(text => Blanks().Replace(text.ToString(), " ").Trim()).Where(text => text.Length > 0)];
    }

    /// <summary>A paragraph up to the end of its first sentence.</summary>
    public static string FirstSentence(string paragraph)
    {
        Match end = SentenceEnd().Match(paragraph);
        return end.Success ? paragraph[..(end.Index + 1)] : paragraph;
    }

    /// <summary>Code without the indentation of the comment that it stands in.</summary>
    public static string Code(string text)
    {
        string[] lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        int indentation = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length >= indentation ? line[indentation..].TrimEnd() : "")).Trim('\n');
    }

    private static string Inline(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element when Reference(element) is { } name => name,
        XElement element => string.Concat(element.Nodes().Select(Inline)),
        _ => "",
    };

    private static string? Reference(XElement element)
    {
        if (element.Attribute("langword") is { } word)
            return word.Value;
        if (element.Attribute("name") is { } parameter && element.Name.LocalName == "paramref")
            return parameter.Value;
        if (element.Attribute("cref") is not { } reference)
            return null;
        string name = reference.Value[2..].Split('(')[0].Split('.')[^1];
        return CmdletClass().Match(name) is { Success: true } cmdlet ? $"{cmdlet.Groups["verb"]}-{cmdlet.Groups["noun"]}" : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"[.?!](?= [A-Z])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex("^(?<verb>[A-Z][a-z]+)(?<noun>[A-Z].*)Command$")]
    private static partial Regex CmdletClass();
}
