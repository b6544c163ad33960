using System.Collections;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Parameters;

/// <summary>Completes the providers of the S3 API that are known.</summary>
public sealed class ProviderCompleter : WordCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given) => S3Providers.Names;
}
