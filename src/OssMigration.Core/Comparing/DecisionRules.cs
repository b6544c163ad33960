using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>
/// The truth table: what is done with a key, from its place in the three streams and the job's modes. Pure: it reads no
/// clock and sends nothing.
/// </summary>
internal sealed class DecisionRules(MigrationJob job, StoreLimits destinationLimits, bool isAfterCutover)
{
    /// <summary>Decides one key.</summary>
    public TransferAction Decide(EntryTriple triple)
    {
        if (triple.Source is not { } listed)
            return WithoutSource(triple);
        if (listed.Error is { } error)
            return new TransferAction.Settle(TransferOutcome.Exceptional.Of(error));
        if (listed.IsFilteredOut)
            return new TransferAction.Settle(TransferOutcome.FilteredOut.Instance);

        ObjectEntry source = listed.Entry;
        if (destinationLimits.WhyUnsupported(source.Key, source.Size) is { } reason)
            return Exceptional(MigrationItemState.Unsupported, "NotPossibleAtDestination", reason);

        return triple.Destination is { } destination
            ? WithDestination(source, triple.Settled, destination)
            : WithoutDestination(source, triple.Settled);
    }

    private TransferAction.Settle WithoutSource(EntryTriple triple)
    {
        if (triple.Destination is null)
            return new TransferAction.Settle(new TransferOutcome.AtNeitherEnd(IsForgotten: !isAfterCutover));
        return triple.Settled is null
            ? new TransferAction.Settle(TransferOutcome.DestinationOnly.Instance)
            : Exceptional(MigrationItemState.GoneAtSource, "GoneAtSource", "Migrated by an earlier run; no longer at the source.");
    }

    private TransferAction WithoutDestination(ObjectEntry source, SettledEntry? settled)
    {
        if (isAfterCutover && settled is not null)
        {
            return Exceptional(
                MigrationItemState.DeletedAtDestination, "DeletedAtDestination", "Migrated by an earlier run and deleted at the destination since; it is not copied back.");
        }

        return CopyUnlessArchived(source);
    }

    private TransferAction WithDestination(ObjectEntry source, SettledEntry? settled, ObjectEntry destination)
    {
        if (job.Overwrite == OverwriteMode.Always && !isAfterCutover)
            return CopyUnlessArchived(source);
        if (settled is not null && Identity.SameBySettled(source, settled, destination))
            return new TransferAction.Settle(new TransferOutcome.Skipped(settled));
        if (Identity.SameByETag(source, destination))
        {
            return new TransferAction.Settle(new TransferOutcome.Skipped(
                new SettledEntry(source.Key, source.Size, source.Version, destination.ETag!, Crc64: null, ProofKind.ETagMd5)));
        }

        if (job.Overwrite == OverwriteMode.Never)
            return new TransferAction.Settle(new TransferOutcome.Skipped(Settled: null));

        TransferAction otherwise = WhenDifferent(source, settled, destination);

        // Equal sizes leave the possibility that the contents are equal. Only a settled entry of another source version,
        // with the destination still as we wrote it, rules it out.
        bool isKnownChange = settled is not null
            && settled.SourceVersion != source.Version
            && Identity.SameETag(settled.DestinationETag, destination.ETag);
        return source.Size == destination.Size && !isKnownChange ? new TransferAction.Inspect(otherwise) : otherwise;
    }

    private TransferAction WhenDifferent(ObjectEntry source, SettledEntry? settled, ObjectEntry destination)
    {
        if (isAfterCutover)
        {
            return Exceptional(
                MigrationItemState.Conflict, "ChangedAtBothEnds", "The destination holds other content under this key; after cut-over it is not overwritten.");
        }

        // The date has a say only where this job never wrote what stands at the destination.
        bool isOurs = settled is not null && Identity.SameETag(settled.DestinationETag, destination.ETag);
        if (job.Overwrite == OverwriteMode.IfNewer && !isOurs && source.LastModified <= destination.LastModified + job.ClockSkewMargin)
            return new TransferAction.Settle(new TransferOutcome.Skipped(Settled: null));

        return CopyUnlessArchived(source);
    }

    private TransferAction CopyUnlessArchived(ObjectEntry source) => source.Availability == ObjectAvailability.NeedsRestore
        ? Exceptional(MigrationItemState.NeedsRestore, "NeedsRestore", $"In storage class {source.StorageClass} and not restored.")
        : new TransferAction.Copy(isAfterCutover ? OverwriteGuard.Forbidden : OverwriteGuard.Allowed);

    private static TransferAction.Settle Exceptional(MigrationItemState state, string kind, string message)
        => new(new TransferOutcome.Exceptional(state, kind, message));
}
