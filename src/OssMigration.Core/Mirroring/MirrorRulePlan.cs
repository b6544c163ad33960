using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>A rule to be set.</summary>
public sealed record MirrorRuleChange
{
    /// <summary>The bucket. Its prefix does not narrow the rule: the rule names full keys.</summary>
    public required StoreAddress Destination { get; init; }

    /// <summary>The rule. What it does not say has its default, whatever stood; but keys to the origin stay where it has none (see <see cref="DropAuth"/>).</summary>
    public required MirrorRule Rule { get; init; }

    /// <summary>Whether a rule without keys to the origin takes those away that stand. Default false.</summary>
    public bool DropAuth { get; init; }

    /// <summary>Whether the origin may lie where the internet does not reach. Loopback origins are allowed without it where OSS is a loopback sandbox.</summary>
    public bool AllowPrivateOrigin { get; init; }
}

/// <summary>
/// A change that was worked out and not made: the rules before and after. It is made by <see cref="MirrorRules.ApplyAsync"/>, which
/// refuses where the configuration is another one by then.
/// </summary>
public sealed class MirrorRulePlan
{
    internal MirrorRulePlan(StoreAddress destination, XElement? standing, WebsiteTree wanted, IReadOnlyList<string> warnings)
    {
        Destination = destination;
        Standing = standing;
        Wanted = wanted.IsEmpty ? null : wanted.Root;
        Before = new WebsiteTree(standing).Rules;
        After = wanted.Rules;
        Warnings = warnings;
    }

    /// <summary>The bucket.</summary>
    public StoreAddress Destination { get; }

    /// <summary>The rules that stand.</summary>
    public MirrorRuleSet Before { get; }

    /// <summary>The rules as they will be.</summary>
    public MirrorRuleSet After { get; }

    /// <summary>What is allowed and may surprise, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether anything changes.</summary>
    public bool IsChange => !DocumentMeaning.IsSame(Standing, Wanted);

    /// <summary>The document that the plan was made from; null for none.</summary>
    internal XElement? Standing { get; }

    /// <summary>The document to be written; null to delete it.</summary>
    internal XElement? Wanted { get; }

    /// <summary>The rules before and after, for people, without secrets.</summary>
    public override string ToString() => $"Rules before:\n{Indented(Before)}\nRules after:\n{Indented(After)}{(IsChange ? "" : "\n(the same: nothing is written)")}";

    private static string Indented(MirrorRuleSet rules) => "  " + rules.ToString().Replace("\n", "\n  ", StringComparison.Ordinal);
}
