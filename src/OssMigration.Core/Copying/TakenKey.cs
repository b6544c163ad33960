using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// After cut-over a write found its key taken (409), or the object that it may replace changed. What stands there decides:
/// our own write whose answer was lost, the same content from elsewhere (mirrored), or content of the business.
/// </summary>
internal static class TakenKey
{
    /// <summary>Reads the headers of what stands there and names the outcome.</summary>
    public static async Task<TransferOutcome> ResolveAsync(
        IObjectReader destination, CutoverEvidence? cutover, ObjectEntry source, ulong crc64, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await destination.HeadAsync(source.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
            return Deleted(source, crc64, guard.Ours);

        if (standing.Entry.Size == source.Size && (standing.Crc64 == crc64 || Identity.SameByETag(source, standing.Entry)))
        {
            bool isOurs = SourceStamp.Names(standing, source.Version);
            SettledEntry settled = ProofRules.Settled(source, standing.Entry.ETag ?? "", crc64, isOurs ? ProofKind.Crc64 : ProofKind.HashRead);
            return isOurs
                ? new TransferOutcome.Copied(settled) { IsReplacement = guard.Ours is not null }
                : new TransferOutcome.Skipped(settled);
        }

        return Contested(cutover, source, crc64, guard.Ours, standing);
    }

    /// <summary>Something stood under the key after cut-over and is gone: who deleted it meant it. It is not copied back, now or later.</summary>
    /// <param name="source">The source object.</param>
    /// <param name="crc64">Its CRC-64 where it is known.</param>
    /// <param name="proved">What this job proved there before; null for nothing.</param>
    public static TransferOutcome.Exceptional Deleted(ObjectEntry source, ulong? crc64, SettledEntry? proved) => new(
        MigrationItemState.DeletedAtDestination, "DeletedMeanwhile", "Deleted at the destination after cut-over, while this run looked at it or wrote it; it is not copied back.")
    {
        Remembered = proved is null ? Seen(source, crc64) : null,
    };

    /// <summary>The conflict with what stands under the key, named by whose it is.</summary>
    public static TransferOutcome.Exceptional Contested(
        CutoverEvidence? cutover, ObjectEntry source, ulong? crc64, SettledEntry? proved, ObjectHead standing)
    {
        (string kind, string reason) = proved is not null ? ("ChangedAtBothEnds", "The object changed at both ends since it was migrated")
            : SourceStamp.IsOn(standing) && !SourceStamp.Names(standing, source.Version) ? ("ChangedAtSource", "The destination holds a copy of an older version")
            : cutover?.IsBusiness(source, proved, standing) == true ? ("WrittenAtDestination", "The business wrote this key at the destination after cut-over")
            : ("OtherContent", "The destination holds other content under this key, and nothing proves whose it is");
        return new TransferOutcome.Exceptional(MigrationItemState.Conflict, kind, $"{reason}; after cut-over it is not overwritten.")
        {
            Remembered = proved is null ? Seen(source, crc64) : null,
        };
    }

    private static SettledEntry Seen(ObjectEntry source, ulong? crc64) => ProofRules.Settled(source, "", crc64, ProofKind.Seen);
}
