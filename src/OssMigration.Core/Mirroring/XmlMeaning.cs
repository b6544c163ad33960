using System.Text;
using System.Xml.Linq;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// Compares configuration documents by what they mean: order of elements, namespaces, comments and indentation do not
/// count. OSS answers the elements in an order of its own.
/// </summary>
internal static class XmlMeaning
{
    /// <summary>Whether two documents mean the same; null is no document.</summary>
    public static bool IsSame(XElement? left, XElement? right) =>
        left is null || right is null ? left is null && right is null : Canonical(left) == Canonical(right);

    /// <summary>
    /// What of a document that was written is not in the one that was read back, by path and never by value: it may be a secret. Empty where
    /// all is there. What a service may do by itself is no difference: defaults that it adds or leaves out, a mask over a secret.
    /// Rules that were not written are one.
    /// </summary>
    public static IReadOnlyList<string> Differences(XElement written, XElement read)
    {
        List<string> differences = [];
        Collect(written, read, written.Name.LocalName, differences);
        HashSet<string> numbers = [.. Rules(written).Select(NumberOf)];
        differences.AddRange(Rules(read).Select(NumberOf).Where(number => !numbers.Contains(number)).Select(number => $"routing rule {number} was added"));
        differences.AddRange(read.Elements()
            .Where(element => written.Child(element.Name.LocalName) is null && element.Value.Trim().Length > 0 && element.Name.LocalName != "RoutingRules")
            .Select(element => $"{element.Name.LocalName} was added"));
        return differences;
    }

    private static IEnumerable<XElement> Rules(XElement root) => root.Children("RoutingRules").SelectMany(rules => rules.Children("RoutingRule"));

    private static string NumberOf(XElement rule) => rule.Word("RuleNumber") ?? "without number";

    private static void Collect(XElement written, XElement read, string path, List<string> differences)
    {
        if (!written.HasElements)
        {
            if (read.HasElements || !IsSameText(written, read))
                differences.Add($"{path} differs");
            return;
        }

        List<XElement> candidates = [.. read.Elements()];
        foreach (XElement child in written.Elements())
        {
            string name = child.Name.LocalName;
            string childPath = name == "RoutingRule" ? $"{path}/{name} {NumberOf(child)}" : $"{path}/{name}";
            List<XElement> named = candidates.FindAll(element => element.Name.LocalName == name
                && (name != "RoutingRule" || NumberOf(element) == NumberOf(child)));
            XElement? match = named.Find(element => IsCovered(child, element)) ?? (named.Count > 0 ? named[0] : null);
            if (match is not null)
            {
                candidates.Remove(match);
                Collect(child, match, childPath, differences);
            }
            else if (!MayBeLeftOut(child))
            {
                differences.Add($"{childPath} is missing");
            }
        }
    }

    private static bool IsCovered(XElement written, XElement read)
    {
        List<string> differences = [];
        Collect(written, read, "", differences);
        return differences.Count == 0;
    }

    private static bool MayBeLeftOut(XElement element) => element.HasElements
        ? element.Elements().All(MayBeLeftOut)
        : element.Name.LocalName == "MirrorFollowRedirect"
            ? TextOf(element) is "" or "true"
            : TextOf(element) is "" or "false";

    private static bool IsSameText(XElement written, XElement read)
    {
        string left = TextOf(written), right = TextOf(read);
        if (left == right || (bool.TryParse(left, out bool one) && bool.TryParse(right, out bool other) && one == other))
            return true;
        return written.Name.LocalName == "AccessKeySecret" && MaskedSecret.IsMask(right);
    }

    /// <summary>The text of a leaf; indentation between tags is none.</summary>
    private static string TextOf(XElement leaf) =>
        string.IsNullOrWhiteSpace(leaf.Value) && leaf.Value.Contains('\n', StringComparison.Ordinal) ? "" : leaf.Value;

    private static string Canonical(XElement element)
    {
        StringBuilder text = new();
        text.Append('<').Append(element.Name.LocalName);
        foreach (XAttribute attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).OrderBy(attribute => attribute.Name.ToString(), StringComparer.Ordinal))
            text.Append(' ').Append(attribute.Name).Append('=').Append('"').Append(attribute.Value.Replace("\"", "&quot;", StringComparison.Ordinal)).Append('"');
        text.Append('>');
        if (!element.HasElements)
            return text.Append(TextOf(element).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)).Append("</>").ToString();
        foreach (string child in element.Elements().Select(Canonical).Order(StringComparer.Ordinal))
            text.Append(child);
        return text.Append("</>").ToString();
    }
}
