using System.Globalization;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// Where a rule goes. OSS takes the first rule, by number, whose condition fits, and looks at no other even where that one finds
/// nothing: a narrow rule behind a wide one never acts.
/// </summary>
internal static class RulePlacement
{
    // Room for narrower rules that come later.
    private const int Step = 10;

    /// <summary>The number of a rule among the others.</summary>
    /// <param name="rule">The rule; its own number is kept where it has one.</param>
    /// <param name="others">All rules but this one.</param>
    /// <param name="warnings">Takes what is allowed and may surprise.</param>
    /// <exception cref="RefusedException">MirrorRuleNumberTaken, MirrorRuleShadowed.</exception>
    public static int Place(MirrorRule rule, IReadOnlyList<StandingRule> others, ICollection<string> warnings)
    {
        int number = rule.Number ?? Choose(rule, others);
        if (others.FirstOrDefault(other => other.Number == number) is { } holder)
            throw new RefusedException("MirrorRuleNumberTaken", $"The number {number} belongs to another rule: {holder}.", "Give another number, or none to have one chosen.");
        if (others.FirstOrDefault(other => other.Number < number && other.CoversAllOf(rule.Prefix, rule.Suffix)) is { } wider)
            throw Shadowed(rule, wider);
        foreach (StandingRule other in others.Where(other => other.Overlaps(rule.Prefix, rule.Suffix)))
        {
            if (other.Number < number && !IsNarrower(other, rule))
                warnings.Add($"Some of the keys meet another rule first: {other}.");
            else if (other.Number > number && IsNarrower(other, rule))
                warnings.Add($"The rule is tried before a narrower one, which acts no more: {other}.");
        }

        return number;
    }

    private static int Choose(MirrorRule rule, IReadOnlyList<StandingRule> others)
    {
        long highest = others.Count == 0 ? 0 : others.Max(other => other.Number);
        long end = others.Where(other => other.CoversAllOf(rule.Prefix, rule.Suffix)).Select(other => (long)other.Number).DefaultIfEmpty(long.MaxValue).Min();
        long next = ((highest / Step) + 1) * Step;
        if (end == long.MaxValue && next <= int.MaxValue)
            return (int)next;

        // Behind what is narrower, before what is wider; the highest such number that is free.
        long start = others.Where(other => other.Number < end && IsNarrower(other, rule)).Select(other => (long)other.Number).DefaultIfEmpty(0).Max();
        HashSet<long> taken = [.. others.Select(other => (long)other.Number)];
        for (long number = Math.Min(end - 1, int.MaxValue); number > start; number--)
        {
            if (!taken.Contains(number))
                return (int)number;
        }

        throw end == long.MaxValue
            ? new RefusedException("MirrorRuleNumberTaken", "No rule number is free behind the rules that stand.", "Give the standing rules lower numbers in the OSS console.")
            : Shadowed(rule, others.First(other => other.Number == end));
    }

    private static bool IsNarrower(StandingRule other, MirrorRule rule) =>
        other.Prefix.StartsWith(rule.Prefix, StringComparison.Ordinal)
        && (other.Suffix ?? "").EndsWith(rule.Suffix ?? "", StringComparison.Ordinal)
        && (other.Conditions.Count > 0 || other.Prefix != rule.Prefix || (other.Suffix ?? "") != (rule.Suffix ?? ""));

    private static RefusedException Shadowed(MirrorRule rule, StandingRule wider) => new(
        "MirrorRuleShadowed",
        $"The rule for {MirrorRule.Keys(rule.Prefix, rule.Suffix)} would never act: its keys meet another rule first: {wider}.",
        string.Create(CultureInfo.InvariantCulture, $"Give it a free number below {wider.Number}, or remove rule {wider.Number} or give it a higher number first."));
}
