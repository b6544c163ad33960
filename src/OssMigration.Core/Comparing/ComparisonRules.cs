using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>What two listings and the manifest say of one key. Pure: it sends nothing.</summary>
internal sealed class ComparisonRules(ComparisonLevel level, bool isAfterCutover)
{
    /// <summary>
    /// The verdict; null where the key does not take part (filtered out, or known to the manifest only). A verdict of
    /// <see cref="ComparisonStatus.Unproved"/> may still be settled by looking at the objects themselves.
    /// </summary>
    public (ComparisonStatus Status, string Reason)? Judge(EntryTriple triple)
    {
        if (triple.Source is { IsFilteredOut: true })
            return null;
        if (triple.Source is not { } listed)
        {
            if (triple.Destination is null)
                return null;
            return (ComparisonStatus.DestinationOnly, triple.Settled is null ? "not at the source" : "migrated by this job, and gone at the source since");
        }


        ObjectEntry source = listed.Entry;
        if (triple.Destination is not { } destination)
        {
            return isAfterCutover && triple.Settled is not null
                ? (ComparisonStatus.DeletedAtDestination, "migrated, and deleted at the destination since")
                : (ComparisonStatus.SourceOnly, "not at the destination");
        }

        if (source.Size != destination.Size)
            return Different(source, triple.Settled, destination, "sizes differ");
        return level == ComparisonLevel.Size ? (ComparisonStatus.Same, "sizes are equal") : ByVersions(source, triple.Settled, destination);
    }

    /// <summary>The verdict for contents that are known to differ.</summary>
    public (ComparisonStatus Status, string Reason) Different(ObjectEntry source, SettledEntry? settled, ObjectEntry destination, string reason)
        => isAfterCutover && settled is not null && settled.SourceVersion == source.Version && !Identity.SameETag(settled.DestinationETag, destination.ETag)
            ? (ComparisonStatus.Superseded, "overwritten at the destination since cut-over")
            : (ComparisonStatus.Different, reason);

    private (ComparisonStatus Status, string Reason) ByVersions(ObjectEntry source, SettledEntry? settled, ObjectEntry destination)
    {
        if (level == ComparisonLevel.Content)
            return (ComparisonStatus.Unproved, "to be read");
        if (settled is not null && Identity.SameBySettled(source, settled, destination))
            return (ComparisonStatus.Same, $"the manifest proves it ({settled.Proof})");
        if (Identity.SameByETag(source, destination))
            return (ComparisonStatus.Same, "both ETags are the same MD5");
        if (settled is not null && settled.SourceVersion != source.Version && Identity.SameETag(settled.DestinationETag, destination.ETag))
            return (ComparisonStatus.Different, "changed at the source since it was migrated");
        return (ComparisonStatus.Unproved, "sizes are equal, but nothing in the listings proves the content");
    }
}
