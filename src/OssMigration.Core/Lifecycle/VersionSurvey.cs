using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>What old versions there are under a prefix.</summary>
/// <param name="Current">Objects that are not deleted yet.</param>
/// <param name="Old">Versions that are not current, delete markers left out.</param>
/// <param name="Markers">Delete markers.</param>
/// <param name="Late">Keys whose newest content was written at or after the given moment.</param>
/// <param name="LateKeys">The first of them, full keys.</param>
internal sealed record VersionSurvey(ObjectCount Current, ObjectCount Old, long Markers, long Late, IReadOnlyList<string> LateKeys)
{
    private const int MostNames = 10;

    /// <summary>Counts the versions under a prefix.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="lister">Its lister.</param>
    /// <param name="prefix">Full keys begin with it.</param>
    /// <param name="provedAt">What was written from here on, no comparison has seen.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<VersionSurvey> TakeAsync(
        OpenedBucket bucket, IVersionLister lister, string prefix, DateTimeOffset provedAt, CancellationToken cancellationToken)
    {
        ObjectCount current = default, old = default;
        long markers = 0, late = 0;
        List<string> names = [];
        string? lastContent = null;
        await foreach (ObjectVersion version in ListAsync(bucket, lister, prefix, cancellationToken).ConfigureAwait(false))
        {
            if (version.IsDeleteMarker)
            {
                markers++;
                continue;
            }

            if (version.IsLatest)
                current = current.Plus(version.Size);
            else
                old = old.Plus(version.Size);

            // The newest content of a key is what the comparison has seen, unless it was written since.
            bool isNewest = version.Key != lastContent;
            lastContent = version.Key;
            if (!isNewest || version.LastModified < provedAt)
                continue;
            late++;
            if (names.Count < MostNames)
                names.Add(version.Key);
        }

        return new VersionSurvey(current, old, markers, late, names);
    }

    /// <summary>Whether there is any version or delete marker under the prefix.</summary>
    public static async Task<bool> AnyAsync(OpenedBucket bucket, IVersionLister lister, string prefix, CancellationToken cancellationToken)
    {
        await foreach (ObjectVersion _ in ListAsync(bucket, lister, prefix, cancellationToken).ConfigureAwait(false))
            return true;
        return false;
    }

    private static async IAsyncEnumerable<ObjectVersion> ListAsync(
        OpenedBucket bucket, IVersionLister lister, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VersionMarker? after = null;
        string? lastKey = null;
        do
        {
            VersionMarker? asked = after;
            VersionPage page = await bucket.CallAsync(token => lister.ListVersionPageAsync(prefix, asked, token), cancellationToken).ConfigureAwait(false);
            foreach (ObjectVersion version in page.Versions)
            {
                if (!version.Key.StartsWith(prefix, StringComparison.Ordinal))
                    throw Breach(bucket, $"the listing of prefix '{prefix}' holds '{version.Key}'");
                if (lastKey is not null && KeyOrder.CompareKeys(lastKey, version.Key) > 0)
                    throw Breach(bucket, $"'{version.Key}' came after '{lastKey}'");
                lastKey = version.Key;
                yield return version;
            }

            after = page.Next;
            if (after is not null && (after == asked || (asked is not null && KeyOrder.CompareKeys(after.Key, asked.Key) < 0)))
                throw Breach(bucket, $"a page gives the marker '{after.Key}' after '{asked?.Key}'");
        }
        while (after is not null);
    }

    private static StoreException Breach(OpenedBucket bucket, string what)
        => new(StoreErrorKind.Listing, bucket.DisplayName, $"The listing of versions cannot be trusted: {what}.") { Code = "OutOfOrder" };
}
