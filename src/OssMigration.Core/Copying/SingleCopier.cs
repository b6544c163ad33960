using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Copying;

/// <summary>Copies a small object: one read into memory, one write, proof.</summary>
internal sealed class SingleCopier(CopyContext context)
{
    /// <summary>Copies the object in exactly the given version.</summary>
    /// <param name="entry">The source object.</param>
    /// <param name="guard">Whether an object under the key may be replaced.</param>
    /// <param name="standing">What stands under the key, where equal content would make the write needless; else null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<TransferOutcome> CopyAsync(ObjectEntry entry, OverwriteGuard guard, ObjectHead? standing, CancellationToken cancellationToken)
    {
        using MemoryBudget.Lease memory = await context.Memory.AcquireAsync(BlockPool.Footprint(entry.Size), cancellationToken).ConfigureAwait(false);
        using BlockBuffer content = new(context.Blocks);
        ObjectHead read;
        using (await context.Reads.EnterAsync(entry.Size, cancellationToken).ConfigureAwait(false))
        {
            read = await ReadAsync(entry, content, cancellationToken).ConfigureAwait(false);
            if (standing?.Crc64 == content.Crc64)
            {
                return new TransferOutcome.Skipped(
                    ProofRules.Settled(read.Entry, standing.Entry.ETag ?? "", content.Crc64, ProofKind.HashRead));
            }

            await ConfirmAsync(read, content, cancellationToken).ConfigureAwait(false);
        }

        using (await context.Writes.EnterAsync(entry.Size, cancellationToken).ConfigureAwait(false))
            return await WriteAsync(read, content, guard, cancellationToken).ConfigureAwait(false);
    }

    private Task<ObjectHead> ReadAsync(ObjectEntry entry, BlockBuffer content, CancellationToken cancellationToken)
        => context.Source.ReadPinnedAsync(
            entry,
            range: null,
            async (answer, token) =>
            {
                DeclaredChecksum? declared = StreamChecksum.Cheapest(answer.Head.Checksums);
                using StreamChecksum? checksum = declared is null ? null : new StreamChecksum(declared.Algorithm);
                await content.FillAsync(answer.Body, answer.Length, checksum, context.Source.DisplayName, token).ConfigureAwait(false);
                if (checksum is not null && !checksum.Matches(declared!))
                    throw Spoiled(entry, checksum.Algorithm.ToString());
                if (answer.Head.Crc64 is { } stored && stored != content.Crc64)
                    throw Spoiled(entry, "CRC-64");
                return answer.Head;
            },
            cancellationToken);

    private StoreException Spoiled(ObjectEntry entry, string checksum)
        => new(StoreErrorKind.Integrity, context.Source.DisplayName, $"The content does not have the {checksum} that the source declares.") { Key = entry.Key };

    // An ETag that looks like an MD5 and is not that of the content means bytes that were spoiled on the way, or a store
    // that gives other ETags (SSE-KMS). A second read tells: what comes twice is what the store holds.
    private async Task ConfirmAsync(ObjectHead read, BlockBuffer content, CancellationToken cancellationToken)
    {
        ObjectEntry entry = read.Entry;
        bool isProved = read.Crc64 is not null || read.Checksums.Count > 0;
        if (isProved || read.IsETagOpaque || !Identity.LooksLikeMd5(entry.ETag) || !context.ETags.IsWorthChecking)
            return;
        if (Identity.SameETag(entry.ETag, content.ComputeMd5()))
        {
            context.ETags.CountFitting();
            return;
        }

        ulong first = content.Crc64;
        await ReadAsync(entry, content, cancellationToken).ConfigureAwait(false);
        if (content.Crc64 == first)
        {
            context.ETags.CountUnfitting();
        }
        else if (!Identity.SameETag(entry.ETag, content.ComputeMd5()))
        {
            throw new StoreException(StoreErrorKind.Integrity, context.Source.DisplayName, "The content was not the same when it was read twice, and neither has the MD5 of the ETag.")
            {
                Key = entry.Key,
            };
        }
    }

    private async Task<TransferOutcome> WriteAsync(ObjectHead read, BlockBuffer content, OverwriteGuard guard, CancellationToken cancellationToken)
    {
        await using Stream body = content.OpenRead();
        PutRequest request = new(read.Entry.Key, body, SourceStamp.Apply(read.Metadata, read.Entry, content.Crc64), context.MustNotOverwrite(guard))
        {
            ExpectedCrc64 = content.Crc64,
            OnlyWhile = guard.Expected,
        };
        PutResult written;
        try
        {
            written = await context.Destination.PutAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.AlreadyExists)
        {
            return await TakenKey.ResolveAsync(context, read.Entry, content.Crc64, guard, cancellationToken).ConfigureAwait(false);
        }

        return ProofRules.Prove(read.Entry, written, content.Crc64) is { } settled
            ? new TransferOutcome.Copied(settled) { IsReplacement = guard.Ours is not null, Window = written.Window }
            : throw new StoreException(StoreErrorKind.Integrity, context.Destination.DisplayName, "The destination's answer does not prove the content.")
            {
                Key = read.Entry.Key,
            };
    }
}
