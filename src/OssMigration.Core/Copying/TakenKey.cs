using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// After cut-over a write found its key taken (409). What stands there decides: our own write whose answer was lost, the
/// same content from elsewhere (mirrored), or content of the business.
/// </summary>
internal static class TakenKey
{
    /// <summary>Reads the headers of what stands there and names the outcome.</summary>
    public static async Task<TransferOutcome> ResolveAsync(IObjectStore destination, ObjectEntry source, ulong crc64, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await destination.HeadAsync(source.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
        {
            return new TransferOutcome.Exceptional(
                MigrationItemState.Failed, "KeyFreed", "The key was taken at the destination when the object was written, and is free again; the next run looks at it anew.");
        }

        if (standing.Entry.Size == source.Size && (standing.Crc64 == crc64 || Identity.SameByETag(source, standing.Entry)))
        {
            bool isOurs = standing.Metadata.User.TryGetValue(SourceStamp.VersionName, out string? version) && version == source.Version.Value;
            SettledEntry settled = ProofRules.Settled(source, standing.Entry.ETag ?? "", crc64, isOurs ? ProofKind.Crc64 : ProofKind.HashRead);
            return isOurs ? new TransferOutcome.Copied(settled) : new TransferOutcome.Skipped(settled);
        }

        return new TransferOutcome.Exceptional(
            MigrationItemState.Conflict,
            "KeyTaken",
            "The key was taken at the destination by other content; after cut-over it is not overwritten.");
    }
}
