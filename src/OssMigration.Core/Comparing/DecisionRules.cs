using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>
/// The truth table: what is done with a key, from its place in the three streams and the job's modes. Pure: it reads no
/// clock and sends nothing.
/// </summary>
/// <remarks>
/// After cut-over, read from the top, the first row that fits decides. "Proved" is a settled entry, "seen" the memory that
/// something else stood there, "ours" a destination ETag that is the settled one.
/// <code>
/// source  memory          destination      then
/// none    *               there            GoneAtSource where proved, else DestinationOnly; nothing is deleted
/// there   proved or seen  none             DeletedAtDestination: not copied back
/// there   none            none             copied, the store refuses where the key is taken by then
/// there   proved, as is   ours             Same
/// there   *               equal MD5 ETag   Same
/// there   *               there            left alone (Overwrite Never)
/// there   proved, other   ours             Conflict ChangedAtSource; ConflictAction Overwrite: replaced, HEAD right before
/// there   none or seen    there            looked at: Same, or Conflict WrittenAtDestination, ChangedAtSource or OtherContent
/// there   proved, as is   not ours         looked at where sizes are equal: Same, or Conflict OverwrittenAtDestination
/// there   proved, other   not ours         looked at where sizes are equal: Same, or Conflict ChangedAtBothEnds
/// </code>
/// Looking means HEAD, and where the sizes are equal and no stamp decides, one read of the source for its hash. What is gone
/// by then is DeletedAtDestination. With RepairMetadata, a Same that this job did not write has its headers compared.
/// </remarks>
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
        if (FidelityRules.OfKey(destinationLimits, source, job.InvalidKeyAction) is { } refusal)
            return WithoutPlace(refusal);

        if (job.Versions == VersionScope.All)
            return OfHistory(source, triple);
        return triple.Destination is { } destination
            ? WithDestination(source, triple.Proved, destination)
            : WithoutDestination(source, triple.Settled);
    }

    // Which of two histories is the beginning of the other is found out where the action is carried out.
    private static TransferAction OfHistory(ObjectEntry source, EntryTriple triple)
    {
        if (triple is { Destination: { } destination, Proved: { } settled } && Identity.SameBySettled(source, settled, destination))
            return new TransferAction.Settle(new TransferOutcome.Skipped(settled));
        if (triple.Destination is { } found && Identity.SameByETag(source, found))
            return new TransferAction.Settle(new TransferOutcome.Skipped(new SettledEntry(source.Key, source.Size, source.Version, found.Tag, crc64: null, ProofKind.FoundETag)));
        return source.Availability == ObjectAvailability.NeedsRestore
            ? new TransferAction.Settle(TransferOutcome.Exceptional.NeedsRestore(source))
            : new TransferAction.Append(triple.Proved, IsNew: triple.Destination is null);
    }

    private TransferAction.Settle WithoutPlace(FidelityMarks refusal)
    {
        (MigrationItemState state, string kind) = job.InvalidKeyAction == InvalidKeyAction.Skip
            ? (MigrationItemState.KeySkipped, "KeySkipped")
            : (MigrationItemState.Unsupported, "NotPossibleAtDestination");
        return new TransferAction.Settle(new TransferOutcome.Exceptional(state, kind, refusal.Findings![0].Reason) { Refusal = refusal });
    }

    private TransferAction.Settle WithoutSource(EntryTriple triple)
    {
        if (triple.Destination is null)
            return new TransferAction.Settle(new TransferOutcome.AtNeitherEnd(IsForgotten: !isAfterCutover));
        return triple.Proved is null
            ? new TransferAction.Settle(TransferOutcome.DestinationOnly.Instance)
            : Exceptional(MigrationItemState.GoneAtSource, "GoneAtSource", "Migrated by an earlier run; no longer at the source.");
    }

    private TransferAction WithoutDestination(ObjectEntry source, SettledEntry? settled)
    {
        if (isAfterCutover && settled is not null)
        {
            return settled.SourceVersion == source.Version
                ? Exceptional(MigrationItemState.DeletedAtDestination, "DeletedAtDestination", "At the destination by an earlier run and deleted there since; it is not copied back.")
                : Exceptional(
                    MigrationItemState.DeletedAtDestination,
                    "DeletedAndChangedAtSource",
                    "At the destination by an earlier run and deleted there since, but changed at the source too; it is not copied back.");
        }

        return CopyUnlessArchived(source);
    }

    private TransferAction WithDestination(ObjectEntry source, SettledEntry? settled, ObjectEntry destination)
    {
        if (job.Overwrite == OverwriteMode.Always && !isAfterCutover)
            return CopyUnlessArchived(source);
        if (settled is not null && Identity.SameBySettled(source, settled, destination))
            return Same(settled);
        if (Identity.SameByETag(source, destination))
            return Same(new SettledEntry(source.Key, source.Size, source.Version, destination.Tag, crc64: null, ProofKind.FoundETag));

        if (job.Overwrite == OverwriteMode.Never)
            return new TransferAction.Settle(new TransferOutcome.Skipped(Settled: null));

        TransferAction otherwise = WhenDifferent(source, settled, destination);

        // Whose it is that stands there, its headers tell.
        if (otherwise is TransferAction.Contest)
            return new TransferAction.Inspect(otherwise);

        // Equal sizes leave the possibility that the contents are equal. Only a settled entry of another source version,
        // with the destination still as we wrote it, rules it out.
        bool isKnownChange = settled is not null
            && settled.SourceVersion != source.Version
            && settled.DestinationTag.EqualsIgnoringCase(destination.Tag);
        return source.Size == destination.Size && !isKnownChange ? new TransferAction.Inspect(otherwise) : otherwise;
    }

    private TransferAction Same(SettledEntry settled)
        => job.RepairMetadata && settled.Proof is ProofKind.FoundETag or ProofKind.HashRead
            ? new TransferAction.Repair(settled)
            : new TransferAction.Settle(new TransferOutcome.Skipped(settled));

    private TransferAction WhenDifferent(ObjectEntry source, SettledEntry? settled, ObjectEntry destination)
    {
        bool isOurs = settled is not null && settled.DestinationTag.EqualsIgnoringCase(destination.Tag);
        if (isAfterCutover)
            return settled is null ? TransferAction.Contest.Instance : WhenContested(source, settled, isOurs);

        // The date has a say only where this job never wrote what stands at the destination.
        if (job.Overwrite == OverwriteMode.IfNewer && !isOurs && source.LastModified <= destination.LastModified + job.ClockSkewMargin)
            return new TransferAction.Settle(new TransferOutcome.Skipped(Settled: null));

        return CopyUnlessArchived(source);
    }

    private TransferAction WhenContested(ObjectEntry source, SettledEntry settled, bool isOurs)
    {
        if (isOurs && job.ConflictAction == ConflictAction.Overwrite)
            return CopyUnlessArchived(source, OverwriteGuard.Only(settled));
        (string kind, string reason) = isOurs ? ("ChangedAtSource", "The object changed at the source since it was migrated")
            : settled.SourceVersion == source.Version ? ("OverwrittenAtDestination", "The destination was overwritten since the object was migrated")
            : ("ChangedAtBothEnds", "The object changed at both ends since it was migrated");
        return Exceptional(MigrationItemState.Conflict, kind, $"{reason}; after cut-over it is not overwritten.");
    }

    private TransferAction CopyUnlessArchived(ObjectEntry source)
        => CopyUnlessArchived(source, isAfterCutover ? OverwriteGuard.Forbidden : OverwriteGuard.Allowed);

    private TransferAction CopyUnlessArchived(ObjectEntry source, OverwriteGuard guard)
    {
        if (source.Availability != ObjectAvailability.NeedsRestore)
            return new TransferAction.Copy(guard);
        return job.RestoreDays is null
            ? new TransferAction.Settle(TransferOutcome.Exceptional.NeedsRestore(source))
            : new TransferAction.Restore(guard);
    }

    private static TransferAction.Settle Exceptional(MigrationItemState state, string kind, string message)
        => new(new TransferOutcome.Exceptional(state, kind, message));
}
