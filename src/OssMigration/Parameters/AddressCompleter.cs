using System.Collections;

namespace OssMigration.Parameters;

/// <summary>
/// Completes addresses that were used before, by the jobs of the home and in this session, and buckets. Nobody is asked for buckets
/// but where <c>?</c> stands at the end of what is typed.
/// </summary>
public sealed class AddressCompleter : WordCompleter
{
    private const string Schemes = "s3:// oss:// azblob:// https:// file:///";

    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given)
    {
        BucketBook.Ask(typed, given);
        return AddressBook.Find().Select(uri => (uri, "Used before: " + uri))
            .Concat(BucketBook.Find())
            .DistinctBy(word => word.Item1)
            .Concat(Schemes.Split(' ').Select(scheme => (scheme, "An address of this kind")));
    }

    /// <inheritdoc/>
    private protected override bool Fits(string word, string typed) => base.Fits(word, BucketBook.WithoutQuestion(typed));
}
