using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Comparing;

/// <summary>What two listings and the manifest say of one key. Pure: it sends nothing.</summary>
/// <param name="level">How deep.</param>
/// <param name="cutover">How a write of the business is told; null before cut-over.</param>
internal sealed class ComparisonRules(ComparisonLevel level, CutoverEvidence? cutover)
{
    // One text each, because most keys of most comparisons have it.
    private static readonly string[] Proofs = [.. Enum.GetValues<ProofKind>().Select(proof => $"the manifest proves it ({proof})")];

    /// <summary>
    /// The verdict; null where the key does not take part (filtered out, or known to the manifest only). A verdict of
    /// <see cref="ComparisonStatus.Unproved"/> may still be settled by looking at the objects themselves, and one of
    /// <see cref="ComparisonStatus.Superseded"/> must be confirmed by <see cref="Confirm"/>.
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
            return Missing(source, triple.Settled);

        if (source.History is { } from && destination.History is { } there)
            return OfHistories(source, from, triple.Proved, destination, there);
        if (source.Size != destination.Size)
            return Different(source, triple.Proved, destination, "sizes differ");
        return level == ComparisonLevel.Size ? (ComparisonStatus.Same, "sizes are equal") : ByVersions(source, triple.Proved, destination);
    }

    /// <summary>The verdict for an object that is not at the destination.</summary>
    /// <param name="source">The source object.</param>
    /// <param name="settled">What the job remembers, be it only that something stood there.</param>
    public (ComparisonStatus Status, string Reason) Missing(ObjectEntry source, SettledEntry? settled)
    {
        if (cutover is null || settled is null)
            return (ComparisonStatus.SourceOnly, "not at the destination");

        // A version that was never at the destination was not deleted there; the clean-up must not take it for that.
        return settled.SourceVersion == source.Version
            ? (ComparisonStatus.DeletedAtDestination, "deleted at the destination since cut-over")
            : (ComparisonStatus.SourceOnly, "deleted at the destination since cut-over, but changed at the source too");
    }

    /// <summary>The verdict for contents that are known to differ. Superseded must be confirmed.</summary>
    /// <param name="source">The source object.</param>
    /// <param name="proved">What the job proved to be the same at both ends; null for nothing.</param>
    /// <param name="destination">What stands at the destination.</param>
    /// <param name="reason">How the difference was found.</param>
    public (ComparisonStatus Status, string Reason) Different(ObjectEntry source, SettledEntry? proved, ObjectEntry destination, string reason)
        => cutover?.MayBeBusiness(source, proved, destination) == true
            ? (ComparisonStatus.Superseded, "written at the destination by the business since cut-over")
            : (ComparisonStatus.Different, reason);

    /// <summary>Holds a verdict of Superseded against the object's headers.</summary>
    public (ComparisonStatus Status, string Reason) Confirm(ObjectEntry source, SettledEntry? proved, ObjectHead standing)
        => cutover?.IsBusiness(source, proved, standing) == true
            ? (ComparisonStatus.Superseded, "written at the destination by the business since cut-over")
            : (ComparisonStatus.Different, "the contents differ, and nothing proves that the business wrote the destination's");

    private (ComparisonStatus Status, string Reason) OfHistories(
        ObjectEntry source, ObjectHistory from, SettledEntry? proved, ObjectEntry destination, ObjectHistory there)
    {
        if (HistoryMatch.FindPlainDifference(from, there) is { } difference)
        {
            bool isContinued = cutover is not null && proved is not null && there.Count > from.Count
                && proved.SourceVersion == source.Version && proved.DestinationTag.EqualsIgnoringCase(there.TagOf(from.Count));
            return isContinued ? (ComparisonStatus.Superseded, "continued at the destination by the business since cut-over") : (ComparisonStatus.Different, difference);
        }

        if (there.Count < from.Count)
            return (ComparisonStatus.Different, FormattableString.Invariant($"the source has {from.Count} versions and delete markers, the destination {there.Count}"));
        return level == ComparisonLevel.Size ? (ComparisonStatus.Same, "count, order, delete markers and sizes are equal") : ByVersions(source, proved, destination);
    }

    private (ComparisonStatus Status, string Reason) ByVersions(ObjectEntry source, SettledEntry? proved, ObjectEntry destination)
    {
        if (level == ComparisonLevel.Content)
            return (ComparisonStatus.Unproved, "to be read");
        if (proved is not null && Identity.SameBySettled(source, proved, destination))
            return (ComparisonStatus.Same, Proofs[(int)proved.Proof]);
        if (Identity.SameByETag(source, destination))
            return (ComparisonStatus.Same, source.History is null ? "both ETags are the same MD5" : "all ETags are the same MD5s");
        if (proved is not null && proved.SourceVersion != source.Version && proved.DestinationTag.EqualsIgnoringCase(destination.Tag))
            return (ComparisonStatus.Different, "changed at the source since it was migrated");
        return (ComparisonStatus.Unproved, "sizes are equal, but nothing in the listings proves the content");
    }
}
