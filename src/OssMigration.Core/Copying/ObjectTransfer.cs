using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

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

    /// <summary>Does it.</summary>
    /// <param name="source">The source object as listed.</param>
    /// <param name="action">What was decided.</param>
    /// <param name="cancellationToken">Cancels; the object then has no outcome.</param>
    /// <exception cref="StoreException">The run cannot go on.</exception>
    public async Task<TransferOutcome> RunAsync(ObjectEntry source, TransferAction action, CancellationToken cancellationToken)
    {
        ObjectEntry entry = source;
        for (int change = 0; change < MostChanges; change++)
        {
            try
            {
                return await CarryOutAsync(entry, action, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceVanishedException)
            {
                return TransferOutcome.Exceptional.Vanished;
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
                entry = now.Entry;
            }
            catch (StoreException exception) when (!exception.StopsJob)
            {
                return TransferOutcome.Exceptional.Of(exception);
            }
        }

        return new TransferOutcome.Exceptional(
            MigrationItemState.Failed, "ChangingAtSource", $"The object changed at the source {MostChanges} times while it was read; it is left to the next run.");
    }

    /// <summary>Aborts what an upload row stands for, and forgets the row.</summary>
    public Task DropUploadAsync(Journal.UploadRow upload, OverwriteGuard guard, CancellationToken cancellationToken)
        => _multipart.DropAsync(upload, guard, cancellationToken);

    private Task<TransferOutcome> CarryOutAsync(ObjectEntry entry, TransferAction action, CancellationToken cancellationToken) => action switch
    {
        TransferAction.Settle settled => Task.FromResult(settled.Outcome),
        TransferAction.Copy copy => CopyAsync(entry, copy.Overwrite, standing: null, cancellationToken),
        TransferAction.Inspect inspect => InspectAsync(entry, inspect.Otherwise, cancellationToken),
        _ => throw new InvalidOperationException($"Unknown action {action.GetType().Name}."),
    };

    private async Task<TransferOutcome> CopyAsync(ObjectEntry entry, OverwriteGuard guard, ObjectHead? standing, CancellationToken cancellationToken)
    {
        await context.Pace.Objects.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        return entry.Size <= context.SinglePutLimit
            ? await _single.CopyAsync(entry, guard, standing, cancellationToken).ConfigureAwait(false)
            : await _multipart.CopyAsync(entry, guard, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TransferOutcome> InspectAsync(ObjectEntry entry, TransferAction otherwise, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await context.Destination.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
            return await CarryOutAsync(entry, otherwise, cancellationToken).ConfigureAwait(false);
        if (SourceStamp.Proves(standing, entry))
            return new TransferOutcome.Skipped(ProofRules.Settled(entry, standing.Entry.ETag ?? "", standing.Crc64, ProofKind.Stamp));

        // An object that is left alone in any case is not worth a read of the source.
        if (otherwise is TransferAction.Settle { Outcome: TransferOutcome.Skipped left })
            return left;

        // A journalled upload knows the CRC-64 of its parts, so carrying it on is cheaper than reading the source again.
        bool isCarriedOn = otherwise is TransferAction.Copy && context.Uploads.Find(entry.Key) is not null;
        if (standing.Crc64 is null || standing.Entry.Size != entry.Size || isCarriedOn)
            return await CarryOutAsync(entry, otherwise, cancellationToken).ConfigureAwait(false);

        if (otherwise is TransferAction.Copy copy && entry.Size <= context.SinglePutLimit)
            return await CopyAsync(entry, copy.Overwrite, standing, cancellationToken).ConfigureAwait(false);

        await context.Pace.Objects.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        ulong crc64 = await context.HashAsync(entry, cancellationToken).ConfigureAwait(false);
        return crc64 == standing.Crc64
            ? new TransferOutcome.Skipped(ProofRules.Settled(entry, standing.Entry.ETag ?? "", crc64, ProofKind.HashRead))
            : await CarryOutAsync(entry, otherwise, cancellationToken).ConfigureAwait(false);
    }
}
