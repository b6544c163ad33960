using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>A version that this job wrote.</summary>
/// <param name="At">Its place in the history, from 0.</param>
/// <param name="SourceId">Its id at the source.</param>
/// <param name="DestinationId">Its id at the destination.</param>
internal sealed record ArrivedVersion(int At, string SourceId, string DestinationId);

/// <summary>Tells whether the history at the destination is the beginning of that at the source: order, count, markers, sizes and content.</summary>
internal sealed class HistoryMatch(IObjectReader sourceObjects, VersionAccess source, IObjectReader destinationObjects, VersionAccess destination)
{
    /// <summary>Why the destination's history is not the beginning of the source's; null where it is.</summary>
    /// <param name="from">The source's.</param>
    /// <param name="there">The destination's.</param>
    /// <param name="proved">What an earlier run proved of the key; null for nothing.</param>
    /// <param name="known">What is known to be there: this run, or the one that it resumes, wrote it or found it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<string?> FindDifferenceAsync(
        ObjectHistory from, ObjectHistory there, SettledEntry? proved, IReadOnlyList<ArrivedVersion> known, CancellationToken cancellationToken)
    {
        if (FindPlainDifference(from, there) is { } plain)
            return plain;
        if (proved is not null && proved.SourceVersion == from.VersionOf(there.Count) && proved.DestinationTag.EqualsIgnoringCase(there.TagOf(there.Count)))
            return null;
        for (int at = 0; at < there.Count; at++)
        {
            bool isKnown = known.Any(version => version.At == at && version.SourceId == from.Versions[at].VersionId && version.DestinationId == there.Versions[at].VersionId);
            if (!isKnown && !await HasSameContentAsync(from.Versions[at], there.Versions[at], cancellationToken).ConfigureAwait(false))
                return Other(from, at, "has other content, or none that can be compared");
        }

        return null;
    }

    /// <summary>The same, by reading all versions at both ends; null where they are equal.</summary>
    public async Task<string?> FindReadDifferenceAsync(ObjectHistory from, ObjectHistory there, CancellationToken cancellationToken)
    {
        for (int at = 0; at < from.Count; at++)
        {
            if (from.Versions[at].Entry is { } entry
                && await SourceOf(from.Versions[at]).HashAsync(entry, cancellationToken).ConfigureAwait(false)
                    != await new VersionSource(destinationObjects, destination, there.Versions[at].VersionId).HashAsync(there.Versions[at].Entry!, cancellationToken).ConfigureAwait(false))
                return Other(from, at, "was read at both ends and differs");
        }

        return null;
    }

    /// <summary>The same as far as the two listings tell it.</summary>
    public static string? FindPlainDifference(ObjectHistory from, ObjectHistory there)
    {
        if (there.Count > from.Count)
            return FormattableString.Invariant($"the destination has {there.Count} versions and delete markers, the source {from.Count}");
        for (int at = 0; at < there.Count; at++)
        {
            (ObjectVersion left, ObjectVersion right) = (from.Versions[at], there.Versions[at]);
            if (left.IsDeleteMarker != right.IsDeleteMarker)
                return Other(from, at, "is a delete marker at one end only");
            if (left.Size != right.Size)
                return Other(from, at, FormattableString.Invariant($"has {left.Size} bytes at the source and {right.Size} at the destination"));
        }

        return null;
    }

    private static string Other(ObjectHistory from, int at, string how) => FormattableString.Invariant($"version {at + 1} of {from.Count} (counted from the oldest) {how}");

    private VersionSource SourceOf(ObjectVersion version) => new(sourceObjects, source, version.VersionId);

    private async Task<bool> HasSameContentAsync(ObjectVersion from, ObjectVersion there, CancellationToken cancellationToken)
    {
        if (from.Entry is not { } entry || there.Entry is not { } standing || Identity.SameByETag(entry, standing))
            return true;
        ObjectHead? head = await destination.HeadAsync(there.Key, there.VersionId, cancellationToken).ConfigureAwait(false);
        if (head is null)
            return false;
        if (SourceStamp.Proves(head, entry))
            return true;
        return head.Crc64 is { } stored
            && stored == await SourceOf(from).HashAsync(entry, cancellationToken).ConfigureAwait(false);
    }
}
