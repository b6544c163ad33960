using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// The website configuration of a bucket as the tree that stands. Rules are set and removed in it; whatever else it holds,
/// known to us or not, stays.
/// </summary>
internal sealed class WebsiteTree
{
    /// <summary>Routing rules of all kinds that a bucket holds at most. Source: "Configure back-to-origin rules"; the pages of 2018 and 2019 say five.</summary>
    public const int MostRules = 20;

    private const string RootName = "WebsiteConfiguration";

    /// <summary>A tree over a copy of the document; null for none that stands.</summary>
    /// <exception cref="RefusedException">The document is no website configuration.</exception>
    public WebsiteTree(XElement? standing)
    {
        Root = standing is null ? new XElement(RootName) : new XElement(standing);
        if (Root.Name.LocalName != RootName)
            throw new RefusedException("MirrorDocumentNotUnderstood", $"The website configuration of the bucket is a {Root.Name.LocalName}.", "Look at it in the OSS console.");
    }

    /// <summary>The root element.</summary>
    public XElement Root { get; }

    /// <summary>Whether nothing is configured, so that the document is to be deleted: OSS takes no empty one.</summary>
    public bool IsEmpty => !Root.HasElements;

    /// <summary>The rules in the order in which they are tried.</summary>
    public MirrorRuleSet Rules => new(
        [.. Elements().Select(MirrorRuleXml.Read).OrderBy(rule => rule.Number)],
        Root.Elements().Any(element => element.Name.LocalName != "RoutingRules"));

    /// <summary>Adds a rule, or replaces the one for the same keys; elements of it that the model does not know stay.</summary>
    /// <param name="rule">A checked rule.</param>
    /// <param name="dropsAuth">Whether a rule without keys to the origin takes those away that stand; else they stay.</param>
    /// <param name="warnings">Takes what is allowed and may surprise.</param>
    /// <returns>The rule's number.</returns>
    /// <exception cref="RefusedException">MirrorRuleLimit, MirrorRuleNumberTaken, MirrorRuleShadowed, MirrorSecretMasked.</exception>
    public int Set(MirrorRule rule, bool dropsAuth, ICollection<string> warnings)
    {
        MirrorRuleSet standing = Rules;
        StandingRule? mine = standing.Rules.FirstOrDefault(other => other.Is(rule.Prefix, rule.Suffix));
        if (mine is null && standing.Rules.Count >= MostRules)
        {
            throw new RefusedException(
                "MirrorRuleLimit",
                $"The bucket has {standing.Rules.Count} routing rules, counting those of every kind, and OSS holds at most {MostRules}.",
                "Remove one that is not needed any more, or set one rule for a shorter prefix.");
        }

        StandingRule[] others = [.. standing.Rules.Where(other => other != mine)];
        int number = RulePlacement.Place(rule with { Number = rule.Number ?? mine?.Number }, others, warnings);
        bool keepsAuth = rule.Auth is null && !dropsAuth && mine?.Mirror?.Auth is not null;
        XElement element = mine is null ? AddElement() : Elements().First(candidate => NumberOf(candidate) == mine.Number);
        MirrorRuleXml.Write(element, rule with { Number = number }, keepsAuth);
        if (keepsAuth && !MaskedSecret.IsIn(element))
            warnings.Add($"The rule keeps the keys to the origin that stand ({mine!.Mirror!.Auth}).");
        if (mine is { OtherElements.Count: > 0 })
            warnings.Add($"The rule keeps elements that this module does not set: {string.Join(", ", mine.OtherElements)}.");
        RequireShownSecrets();
        return number;
    }

    /// <summary>Removes the mirroring rules for exactly these keys.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="RefusedException">MirrorSecretMasked.</exception>
    public int Remove(string prefix, string? suffix)
    {
        XElement[] mine = [.. Elements().Where(element => MirrorRuleXml.Read(element).Is(prefix, suffix))];
        foreach (XElement element in mine)
            element.Remove();
        if (mine.Length == 0)
            return 0;
        foreach (XElement rules in Root.Children("RoutingRules").Where(rules => !rules.HasElements).ToArray())
        {
            // One of the three must be there: what remains beside them would not be taken otherwise.
            if (Root.Child("IndexDocument") is not null || Root.Child("ErrorDocument") is not null || Root.Elements().Count() == 1)
                rules.Remove();
        }

        if (!IsEmpty)
            RequireShownSecrets();
        return mine.Length;
    }

    private static int NumberOf(XElement rule) => int.Parse(rule.Word("RuleNumber")!, NumberStyles.None, CultureInfo.InvariantCulture);

    private IEnumerable<XElement> Elements() => Root.Children("RoutingRules").SelectMany(rules => rules.Children("RoutingRule"));

    private XElement AddElement() => Root.Require("RoutingRules").Append("RoutingRule");

    private void RequireShownSecrets()
    {
        if (!MaskedSecret.IsIn(Root))
            return;
        string where = string.Join(", ", Elements().Where(MaskedSecret.IsIn).Select(element => $"rule {NumberOf(element)}")) is { Length: > 0 } rules ? rules : "the configuration";
        throw new RefusedException(
            "MirrorSecretMasked",
            $"OSS does not show the secret of {where}, and takes the configuration only as a whole: to write it back would put the mask in the secret's place.",
            "Set that rule with its secret (OriginCredential), or remove it first; where both must stay, make the change in the OSS console.");
    }
}
