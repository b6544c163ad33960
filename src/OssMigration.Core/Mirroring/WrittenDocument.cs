using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// Holds a website configuration that was read back against the one that was written: the order of elements, namespaces, comments and
/// indentation do not count, as for <see cref="DocumentMeaning"/>, and neither does what OSS may do by itself.
/// </summary>
internal static class WrittenDocument
{
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
            ? DocumentMeaning.TextOf(element) is "" or "true"
            : DocumentMeaning.TextOf(element) is "" or "false";

    private static bool IsSameText(XElement written, XElement read)
    {
        string left = DocumentMeaning.TextOf(written), right = DocumentMeaning.TextOf(read);
        if (left == right || (bool.TryParse(left, out bool one) && bool.TryParse(right, out bool other) && one == other))
            return true;
        return written.Name.LocalName == "AccessKeySecret" && MaskedSecret.IsMask(right);
    }
}
