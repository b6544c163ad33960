using System.Collections;
using OssMigration.Core.Stores;

namespace OssMigration.Parameters;

/// <summary>Completes the reasons for which a store fails an object.</summary>
public sealed class ErrorKindCompleter : WordCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given)
        => Enum.GetNames<StoreErrorKind>().Select(kind => (kind, $"Store{kind} in about_OssMigration_Troubleshooting"));
}
