using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Lists;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Copying;

/// <summary>
/// Carries out a decided action on one object, from a doubt to be looked into up to a proved copy. What goes wrong with
/// one object becomes its outcome; what would go wrong with every object is thrown and stops the run.
/// </summary>
internal sealed class ObjectTransfer(CopyContext context)
{
    private const int MostChanges = 3;

    private readonly SingleCopier _single = new(context);
    private readonly MultipartCopier _multipart = new(context);
    private readonly MetadataRepair _metadata = new(context);
    private readonly HistoryTransfer? _histories = context.Histories is { } histories ? new HistoryTransfer(context, histories) : null;
    private readonly DenialWatch _denials = new(context.Destination.DisplayName);

    /// <summary>Does it.</summary>
    /// <param name="source">The source object as listed.</param>
    /// <param name="decided">What was decided.</param>
    /// <param name="cancellationToken">Cancels; the object then has no outcome.</param>
    /// <exception cref="StoreException">The run cannot go on.</exception>
    public async Task<TransferOutcome> RunAsync(ObjectEntry source, TransferAction decided, CancellationToken cancellationToken)
    {
        ObjectEntry entry = source;
        TransferAction action = decided;
        for (int change = 0; change < MostChanges; change++)
        {
            try
            {
                TransferOutcome outcome = await CarryOutAsync(entry, action, cancellationToken).ConfigureAwait(false);
                _denials.Count(outcome);
                return outcome;
            }
            catch (SourceVanishedException)
            {
                return TransferOutcome.Exceptional.Vanished;
            }
            catch (UntranslatableException refusal)
            {
                return TransferOutcome.Exceptional.Untranslatable(refusal);
            }
            catch (SourceChangedException)
            {
                ObjectHead? now;
                try
                {
                    now = await context.Source.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
                }
                catch (StoreException exception) when (!exception.StopsJob)
                {
                    return TransferOutcome.Exceptional.Of(exception);
                }

                if (now is null)
                    return TransferOutcome.Exceptional.Vanished;
                if (context.IsFromList && !ListedEntries.IsAsListed(source, now.Entry))
                    return OtherThanListed(source, now.Entry);
                entry = now.Entry;

                // Some of its history may have been written by then.
                if (action is TransferAction.Append append)
                    action = append with { IsNew = false };
            }
            catch (StoreException exception) when (!exception.StopsJob)
            {
                _denials.Count(exception);
                return TransferOutcome.Exceptional.Of(exception);
            }
        }

        return new TransferOutcome.Exceptional(
            MigrationItemState.Failed, "ChangingAtSource", $"The object changed at the source {MostChanges} times while it was read; it is left to the next run.");
    }

    private static TransferOutcome.Exceptional OtherThanListed(ObjectEntry listed, ObjectEntry found) => new(
        MigrationItemState.Failed,
        "OtherThanListed",
        FormattableString.Invariant($"The object list says {listed.Size} bytes, ETag {listed.ETag ?? "unknown"}; at the source are {found.Size} bytes, ETag {found.ETag}, of {found.LastModified:u}. It was not copied: piped to Start-OssMigration this item is copied as it is now."));

    /// <summary>Aborts what an upload row stands for, and forgets the row.</summary>
    public Task DropUploadAsync(Journal.UploadRow upload, OverwriteGuard guard, CancellationToken cancellationToken)
        => _multipart.DropAsync(upload, guard, cancellationToken);

    private Task<TransferOutcome> CarryOutAsync(ObjectEntry entry, TransferAction action, CancellationToken cancellationToken) => action switch
    {
        TransferAction.Settle settled => Task.FromResult(settled.Outcome),
        TransferAction.Copy copy => CopyAsync(entry, copy.Overwrite, standing: null, cancellationToken),
        TransferAction.Inspect inspect => InspectAsync(entry, inspect.Otherwise, cancellationToken),
        TransferAction.Restore restore => RestoreAsync(entry, restore.Overwrite, cancellationToken),
        TransferAction.Append append => _histories!.RunAsync(entry, append, cancellationToken),
        TransferAction.Repair repair => _metadata.RunAsync(entry, repair.Settled, cancellationToken),
        _ => throw new InvalidOperationException($"Unknown action {action.GetType().Name}."),
    };

    private async Task<TransferOutcome> CopyAsync(ObjectEntry entry, OverwriteGuard guard, ObjectHead? standing, CancellationToken cancellationToken)
    {
        await context.Pace.Objects.AcquireAsync(1, cancellationToken).ConfigureAwait(false);

        // A write that may replace something is looked at right before it completes: with parts that is one short request.
        bool isSingle = entry.Size <= context.SinglePutLimit && (guard.Ours is null || entry.Size == 0);
        return isSingle
            ? await _single.CopyAsync(entry, guard, standing, cancellationToken).ConfigureAwait(false)
            : await _multipart.CopyAsync(entry, guard, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TransferOutcome> RestoreAsync(ObjectEntry entry, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        if (context.Restore is null)
            return TransferOutcome.Exceptional.NeedsRestore(entry);
        RestoreAnswer answer = await context.Restore(entry.Key, cancellationToken).ConfigureAwait(false);
        return answer == RestoreAnswer.Readable
            ? await CopyAsync(entry, guard, standing: null, cancellationToken).ConfigureAwait(false)
            : TransferOutcome.Exceptional.Restoring(entry, answer == RestoreAnswer.Begun);
    }

    private async Task<TransferOutcome> InspectAsync(ObjectEntry entry, TransferAction otherwise, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await context.Destination.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
            return await WithoutStandingAsync(entry, otherwise, cancellationToken).ConfigureAwait(false);
        TransferOutcome outcome = await InspectAsync(entry, otherwise, standing, cancellationToken).ConfigureAwait(false);
        return outcome is TransferOutcome.Skipped { Settled: { Proof: ProofKind.HashRead } found }
            ? await _metadata.WhenFoundAsync(entry, found, standing, cancellationToken).ConfigureAwait(false)
            : outcome;
    }

    private async Task<TransferOutcome> InspectAsync(ObjectEntry entry, TransferAction otherwise, ObjectHead standing, CancellationToken cancellationToken)
    {
        if (SourceStamp.Proves(standing, entry))
            return new TransferOutcome.Skipped(ProofRules.Settled(entry, standing.Entry.ETag ?? "", standing.Crc64, ProofKind.Stamp));

        // An object that is left alone in any case is not worth a read of the source.
        if (otherwise is TransferAction.Settle { Outcome: TransferOutcome.Skipped left })
            return left;

        // A journalled upload knows the CRC-64 of its parts, so carrying it on is cheaper than reading the source again.
        bool isCarriedOn = otherwise is TransferAction.Copy && context.Uploads.Find(entry.Key) is { UploadId: not null };
        if (standing.Crc64 is null || standing.Entry.Size != entry.Size || isCarriedOn)
            return await OtherwiseAsync(entry, otherwise, standing, crc64: null, cancellationToken).ConfigureAwait(false);

        if (entry.Availability == ObjectAvailability.NeedsRestore)
            return TransferOutcome.Exceptional.NeedsRestore(entry);
        if (otherwise is TransferAction.Copy copy && entry.Size <= context.SinglePutLimit)
            return await CopyAsync(entry, copy.Overwrite, standing, cancellationToken).ConfigureAwait(false);

        await context.Pace.Objects.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        ulong crc64 = await context.HashAsync(entry, cancellationToken).ConfigureAwait(false);
        return crc64 == standing.Crc64
            ? new TransferOutcome.Skipped(ProofRules.Settled(entry, standing.Entry.ETag ?? "", crc64, ProofKind.HashRead))
            : await OtherwiseAsync(entry, otherwise, standing, crc64, cancellationToken).ConfigureAwait(false);
    }

    private Task<TransferOutcome> OtherwiseAsync(
        ObjectEntry entry, TransferAction otherwise, ObjectHead standing, ulong? crc64, CancellationToken cancellationToken)
        => otherwise is TransferAction.Contest
            ? Task.FromResult<TransferOutcome>(TakenKey.Contested(context.Cutover, entry, crc64, proved: null, standing))
            : CarryOutAsync(entry, otherwise, cancellationToken);

    // It was listed and is gone: after cut-over the business deleted it.
    private Task<TransferOutcome> WithoutStandingAsync(ObjectEntry entry, TransferAction otherwise, CancellationToken cancellationToken) => otherwise switch
    {
        TransferAction.Contest => Task.FromResult<TransferOutcome>(TakenKey.Deleted(entry, crc64: null, proved: null)),
        TransferAction.Settle { Outcome.Kind: OutcomeKind.Conflict } => Task.FromResult<TransferOutcome>(TakenKey.Deleted(entry, crc64: null, proved: null) with { Remembered = null }),
        _ => CarryOutAsync(entry, otherwise, cancellationToken),
    };
}
