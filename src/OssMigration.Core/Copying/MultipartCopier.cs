using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// Copies a large object in parts. The intent is on the disk before the upload begins, the upload id before the first
/// part, each part when the store has it, so that a stop at any moment resumes at a part and leaves no upload behind.
/// </summary>
internal sealed class MultipartCopier(CopyContext context)
{
    /// <summary>Copies the object in exactly the given version.</summary>
    public async Task<TransferOutcome> CopyAsync(ObjectEntry entry, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        await context.LargeSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectHead head = await HeadPinnedAsync(entry, cancellationToken).ConfigureAwait(false);
            Translation translation = await context.Translator.TranslateAsync(head, cancellationToken).ConfigureAwait(false);
            head = head with { Metadata = translation.Metadata };
            TransferOutcome outcome;
            try
            {
                outcome = await CopyPartsAsync(head, guard, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException exception) when (exception.Kind == StoreErrorKind.NoSuchUpload)
            {
                // The journalled upload is gone: by a lifecycle rule, by hand, or because it was completed after what this
                // journal knows (it came from a snapshot). Where the object is not there it begins anew, once.
                await context.Uploads.RemoveAsync(entry.Key).ConfigureAwait(false);
                outcome = await FindFinishedAsync(head.Entry, cancellationToken).ConfigureAwait(false)
                    ?? await CopyPartsAsync(head, guard, cancellationToken).ConfigureAwait(false);
            }

            return outcome is TransferOutcome.Copied copied ? copied with { Marks = translation.Marks } : outcome;
        }
        finally
        {
            context.LargeSlots.Release();
        }
    }

    /// <summary>
    /// Aborts what an upload row stands for. A row without id means that the stop came between the intent and the answer:
    /// the upload is found by its key. After cut-over only known ids are aborted, others may be a user's.
    /// </summary>
    public async Task DropAsync(UploadRow upload, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        if (upload.UploadId is { } id)
            await context.Destination.AbortAsync(upload.Key, id, cancellationToken).ConfigureAwait(false);
        if (!context.MayHaveUsersUploads(guard))
            await AbortUnknownAsync(upload.Key, cancellationToken).ConfigureAwait(false);
        await context.Uploads.RemoveAsync(upload.Key).ConfigureAwait(false);
    }

    private async Task<TransferOutcome> CopyPartsAsync(ObjectHead head, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        PartPlan plan = PartPlan.For(head.Entry.Size, context.PartSize, context.Destination.Limits);
        string key = head.Entry.Key;
        UploadRow upload;
        try
        {
            upload = FindOpen(head.Entry, plan) ?? await BeginAsync(head, plan, guard, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.AlreadyExists)
        {
            await context.Uploads.RemoveAsync(key).ConfigureAwait(false);
            ulong crc64 = await context.HashAsync(head.Entry, cancellationToken).ConfigureAwait(false);
            return await TakenKey.ResolveAsync(context.Destination, context.Cutover, head.Entry, crc64, guard, cancellationToken).ConfigureAwait(false);
        }

        PartTransfer transfer = new(context, head, plan, upload.UploadId!, context.Uploads.Parts(key));
        IReadOnlyList<UploadedPart> parts = await transfer.RunAsync(cancellationToken).ConfigureAwait(false);
        if (!transfer.HasDeclaredChecksum)
        {
            // Which of the parts is spoiled is not known, so none of them is kept.
            await DropAsync(upload, guard, cancellationToken).ConfigureAwait(false);
            throw new StoreException(StoreErrorKind.Integrity, context.Source.DisplayName, "The content does not have the checksum that the source declares.") { Key = key };
        }

        CompleteRequest request = new(key, upload.UploadId!, parts, context.MustNotOverwrite(guard)) { OnlyWhile = guard.Expected };
        return await CompleteAsync(head.Entry, transfer.Crc64, request, guard, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectHead> HeadPinnedAsync(ObjectEntry entry, CancellationToken cancellationToken)
    {
        ObjectHead head = await context.Source.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false) ?? throw new SourceVanishedException(entry.Key);
        return head.Entry.Version == entry.Version && head.Entry.Size == entry.Size ? head : throw new SourceChangedException(entry.Key);
    }

    // Only what is stamped as a copy of this version is worth a read of the source.
    private async Task<TransferOutcome?> FindFinishedAsync(ObjectEntry source, CancellationToken cancellationToken)
    {
        // Two versions of a history may be equal, and what had arrived of it was counted before.
        if (context.Histories is not null)
            return null;
        ObjectHead? standing = await context.Destination.HeadAsync(source.Key, cancellationToken).ConfigureAwait(false);
        if (standing is not { Crc64: { } stored } || standing.Entry.Size != source.Size || !SourceStamp.Names(standing, source.Version))
            return null;
        ulong crc64 = await context.HashAsync(source, cancellationToken).ConfigureAwait(false);
        return crc64 == stored
            ? new TransferOutcome.Skipped(ProofRules.Settled(source, standing.Entry.ETag ?? "", crc64, ProofKind.HashRead))
            : null;
    }

    private UploadRow? FindOpen(ObjectEntry entry, PartPlan plan)
        => context.Uploads.Find(entry.Key) is { UploadId: not null } open && open.Version == entry.Version && open.Size == entry.Size && open.PartSize == plan.PartSize
            ? open
            : null;

    private async Task<UploadRow> BeginAsync(ObjectHead head, PartPlan plan, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        string key = head.Entry.Key;
        if (context.Uploads.Find(key) is { } useless)
            await DropAsync(useless, guard, cancellationToken).ConfigureAwait(false);

        UploadRow upload = new(key, head.Entry.Version, head.Entry.Size, plan.PartSize, UploadId: null);
        await context.Uploads.BeginAsync(upload).ConfigureAwait(false);
        InitiateRequest request = new(key, SourceStamp.Apply(head.Metadata, head.Entry, crc64: null), context.MustNotOverwrite(guard)) { OnlyWhile = guard.Expected };
        string uploadId = await context.Destination.InitiateAsync(request, cancellationToken).ConfigureAwait(false);
        await context.Uploads.SetIdAsync(key, uploadId).ConfigureAwait(false);
        return upload with { UploadId = uploadId };
    }

    private async Task AbortUnknownAsync(string key, CancellationToken cancellationToken)
    {
        foreach (OpenUpload open in await context.Destination.ListUploadsAsync(key, cancellationToken).ConfigureAwait(false))
        {
            if (open.Key == key)
                await context.Destination.AbortAsync(open.Key, open.UploadId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TransferOutcome> CompleteAsync(
        ObjectEntry source, ulong crc64, CompleteRequest request, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        TransferOutcome outcome;
        try
        {
            PutResult written = await context.Destination.CompleteAsync(request, cancellationToken).ConfigureAwait(false);
            outcome = new TransferOutcome.Copied(await ProveAsync(source, written, crc64, cancellationToken).ConfigureAwait(false))
            {
                IsReplacement = guard.Ours is not null,
                Window = written.Window,
                VersionId = written.VersionId,
            };
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.NoSuchUpload)
        {
            outcome = await FindCompletedAsync(source, crc64, guard, exception, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.InvalidRequest)
        {
            // The store does not know the parts as we do (InvalidPart, InvalidPartOrder): this upload will never complete.
            await context.Destination.AbortAsync(request.Key, request.UploadId, cancellationToken).ConfigureAwait(false);
            await context.Uploads.RemoveAsync(request.Key).ConfigureAwait(false);
            throw;
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.AlreadyExists)
        {
            await context.Destination.AbortAsync(request.Key, request.UploadId, cancellationToken).ConfigureAwait(false);
            outcome = await TakenKey.ResolveAsync(context.Destination, context.Cutover, source, crc64, guard, cancellationToken).ConfigureAwait(false);
        }

        if (await CleanUpAsync(request, cancellationToken).ConfigureAwait(false))
            await context.Uploads.RemoveAsync(request.Key).ConfigureAwait(false);
        return outcome;
    }

    // An Initiate whose answer was lost was sent again: its first upload is known to nobody but the store. The object is
    // settled by now, so that a store that does not let us look for it makes no failure of it. False: worth another try at the end of the run.
    private async Task<bool> CleanUpAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        if (request.ForbidOverwrite || request.OnlyWhile is not null)
            return true;
        try
        {
            await AbortUnknownAsync(request.Key, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return !exception.IsRetryable;
        }
    }

    private async Task<SettledEntry> ProveAsync(ObjectEntry source, PutResult written, ulong crc64, CancellationToken cancellationToken)
    {
        // The answer to Complete may carry no CRC-64; the object's headers do.
        ulong? stored = written.Crc64 ?? (await context.Destination.HeadAsync(source.Key, cancellationToken).ConfigureAwait(false))?.Crc64;
        if (ProofRules.Prove(source, written with { Crc64 = stored }, crc64) is { } settled)
            return settled;

        await context.Uploads.RemoveAsync(source.Key).ConfigureAwait(false);
        throw new StoreException(StoreErrorKind.Integrity, context.Destination.DisplayName, $"The CRC-64 of the completed object is {stored}, of what was sent {crc64}.")
        {
            Key = source.Key,
        };
    }

    // A Complete whose answer was lost, or that a killed run had sent, leaves the object and no upload.
    private async Task<TransferOutcome> FindCompletedAsync(
        ObjectEntry source, ulong crc64, OverwriteGuard guard, StoreException cause, CancellationToken cancellationToken)
    {
        // As for FindFinishedAsync: where it begins anew.
        if (context.Histories is not null)
            throw cause;
        ObjectHead? standing = await context.Destination.HeadAsync(source.Key, cancellationToken).ConfigureAwait(false);
        if (standing is not null && standing.Entry.Size == source.Size && standing.Crc64 == crc64)
        {
            return new TransferOutcome.Copied(ProofRules.Settled(source, standing.Entry.ETag ?? "", crc64, ProofKind.Crc64))
            {
                IsReplacement = guard.Ours is not null,
            };
        }

        // It may have been made and deleted by the business since, or its upload was aborted and it never was there.
        if (standing is null && cause.FollowsLostAnswer && context.MayHaveUsersUploads(guard))
            return guard.Ours is { } proved ? TakenKey.Deleted(source, crc64, proved) : TransferOutcome.Exceptional.UnknownEnd(cause);

        await context.Uploads.RemoveAsync(source.Key).ConfigureAwait(false);
        throw cause;
    }
}
