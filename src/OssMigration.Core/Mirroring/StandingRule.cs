using System.Globalization;

namespace OssMigration.Core.Mirroring;

/// <summary>A routing rule of a bucket's website configuration as it stands, of this module's making or not. Holds no secret.</summary>
public sealed record StandingRule
{
    /// <summary>Place in the order in which rules are tried.</summary>
    public required int Number { get; init; }

    /// <summary>Mirror, External, AliCDN ... as the configuration says.</summary>
    public required string Kind { get; init; }

    /// <summary>Full keys that begin with it; empty for all.</summary>
    public required string Prefix { get; init; }

    /// <summary>Full keys that end with it; null for all.</summary>
    public string? Suffix { get; init; }

    /// <summary>What else a request must have for the rule to apply, a phrase each.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary>The mirroring rule, without its secret; null for a rule of another kind.</summary>
    public MirrorRule? Mirror { get; init; }

    /// <summary>Names of elements of the rule that this module does not set; they survive a change.</summary>
    public IReadOnlyList<string> OtherElements { get; init; } = [];

    /// <summary>Whether the rule's secret was not shown, so that the configuration can be written only with that rule set anew or removed.</summary>
    public bool IsSecretMasked { get; init; }

    /// <summary>Whether the rule is a mirroring rule for exactly these keys and no further condition.</summary>
    public bool Is(string prefix, string? suffix) => Mirror is not null && Conditions.Count == 0 && Prefix == prefix && (Suffix ?? "") == (suffix ?? "");

    /// <summary>Whether a GET of this full key may meet the rule, headers aside.</summary>
    public bool Covers(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(Suffix ?? "", StringComparison.Ordinal);

    /// <summary>Whether every key of the other rule meets this one too, whatever the request's headers.</summary>
    internal bool CoversAllOf(string prefix, string? suffix) => Conditions.Count == 0
        && prefix.StartsWith(Prefix, StringComparison.Ordinal) && (suffix ?? "").EndsWith(Suffix ?? "", StringComparison.Ordinal);

    /// <summary>Whether there can be keys that meet this rule and one with these bounds.</summary>
    internal bool Overlaps(string prefix, string? suffix) =>
        (prefix.StartsWith(Prefix, StringComparison.Ordinal) || Prefix.StartsWith(prefix, StringComparison.Ordinal))
        && ((suffix ?? "").EndsWith(Suffix ?? "", StringComparison.Ordinal) || (Suffix ?? "").EndsWith(suffix ?? "", StringComparison.Ordinal));

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string conditions = Conditions.Count == 0 ? "" : $" where {string.Join(" and ", Conditions)}";
        string others = OtherElements.Count == 0 ? "" : $" [also {string.Join(", ", OtherElements)}]";
        string what = Mirror is null ? $"{Kind} (not a mirroring rule; left alone)" : Mirror.Describe() + (IsSecretMasked ? ", secret not shown by OSS" : "");
        return string.Create(CultureInfo.InvariantCulture, $"#{Number} {MirrorRule.Keys(Prefix, Suffix)}{conditions}: {what}{others}");
    }
}

/// <summary>All routing rules of a bucket in the order in which they are tried.</summary>
/// <param name="Rules">By number.</param>
/// <param name="HasOtherSettings">Whether the website configuration holds more than rules: an index page, an error page.</param>
public sealed record MirrorRuleSet(IReadOnlyList<StandingRule> Rules, bool HasOtherSettings)
{
    /// <summary>The mirroring rules.</summary>
    public IEnumerable<StandingRule> Mirrors => Rules.Where(rule => rule.Mirror is not null);

    /// <summary>The rule that a missing full key meets first, headers aside; null for none.</summary>
    public StandingRule? Find(string key) => Rules.FirstOrDefault(rule => rule.Conditions.Count == 0 && rule.Covers(key));

    /// <summary>A line for each rule.</summary>
    public override string ToString()
    {
        IEnumerable<string> lines = Rules.Count == 0 ? ["(no rules)"] : Rules.Select(rule => rule.ToString());
        return string.Join('\n', HasOtherSettings ? lines.Append("(index and error pages and other settings stay as they are)") : lines);
    }
}
