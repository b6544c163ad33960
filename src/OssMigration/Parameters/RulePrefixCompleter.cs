using System.Collections;

namespace OssMigration.Parameters;

/// <summary>Completes prefixes of mirroring rules that this session has looked at.</summary>
public sealed class RulePrefixCompleter : WordCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given) => RuleBook.Find(given, rule => rule.Prefix);
}
