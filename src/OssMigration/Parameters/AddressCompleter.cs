using System.Collections;

namespace OssMigration.Parameters;

/// <summary>Completes addresses that were used before: by the jobs of the home, and in this session.</summary>
public sealed class AddressCompleter : WordCompleter
{
    private const string Schemes = "s3:// oss:// file:///";

    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(IDictionary given) => [
        .. AddressBook.Find().Select(uri => (uri, "Used before: " + uri)),
        .. Schemes.Split(' ').Select(scheme => (scheme, "An address of this kind")),
    ];
}
