using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>All versions and delete markers of one key, oldest first. Immutable.</summary>
/// <param name="versions">Oldest first.</param>
internal sealed class ObjectHistory(IReadOnlyList<ObjectVersion> versions)
{
    private const int DigestBytes = 16;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ObjectVersion> Versions => versions;

    /// <summary>How many, delete markers included.</summary>
    public int Count => versions.Count;

    /// <summary>Bytes of all versions together.</summary>
    public long Bytes => versions.Sum(version => version.Size);

    /// <summary>
    /// What tells the first versions from any others: their ids, sizes and ETags in their order. An older history of the key has the token that
    /// the same number of its versions have in a newer one.
    /// </summary>
    /// <param name="count">How many, from the oldest on.</param>
    public SourceVersion VersionOf(int count) => new(Digest(count, version => version.VersionId));

    /// <summary>
    /// An ETag of the first versions: of their sizes and ETags in their order, but not of their ids, which each store makes up. It has the form
    /// of an MD5, by which two stores can be compared, where the ETags of all versions have it.
    /// </summary>
    /// <param name="count">How many, from the oldest on.</param>
    public StoreTag TagOf(int count)
    {
        string digest = Digest(count, static _ => "");
        bool isComparable = versions.Take(count).All(version => version.Entry is null || Identity.LooksLikeMd5(version.Entry.Tag));
        return StoreTag.Of(isComparable ? digest : FormattableString.Invariant($"{digest}-{count}"));
    }

    /// <summary>The history as one object: the unit that listings, decisions and books know.</summary>
    public ObjectEntry ToEntry(string key)
    {
        ObjectEntry? archived = versions.FirstOrDefault(version => version.Entry is { Availability: ObjectAvailability.NeedsRestore })?.Entry;
        ObjectEntry? newest = versions.LastOrDefault(version => version.Entry is not null)?.Entry;
        return new ObjectEntry(
            key, Bytes, VersionOf(Count), TagOf(Count), versions[^1].LastModified, (archived ?? newest)?.StorageClass, archived?.Availability ?? ObjectAvailability.Readable)
        {
            History = this,
        };
    }

    private string Digest(int count, Func<ObjectVersion, string> idOf)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ObjectVersion version in versions.Take(count))
        {
            string what = version.IsDeleteMarker ? "deleted" : string.Create(CultureInfo.InvariantCulture, $"{version.Size} {version.Entry?.ETag?.ToLowerInvariant()}");
            hash.AppendData(Encoding.UTF8.GetBytes($"{idOf(version)} {what}\n"));
        }

        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, DigestBytes)).ToLowerInvariant();
    }
}
