using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Copying;

/// <summary>
/// Copies a small object: one read into memory, one write, proof. A larger one of them is written while it still arrives,
/// where its MD5 is known beforehand, so that the destination refuses what was spoiled on the way.
/// </summary>
internal sealed class SingleCopier(CopyContext context)
{
    // Below this the whole is there as soon as the beginning is.
    private const long LeastRelayed = 512 * 1024;

    /// <summary>Copies the object in exactly the given version.</summary>
    /// <param name="entry">The source object.</param>
    /// <param name="guard">Whether an object under the key may be replaced.</param>
    /// <param name="standing">What stands under the key, where equal content would make the write needless; else null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<TransferOutcome> CopyAsync(ObjectEntry entry, OverwriteGuard guard, ObjectHead? standing, CancellationToken cancellationToken)
    {
        using MemoryBudget.Lease memory = await context.Memory.AcquireAsync(BlockPool.Footprint(entry.Size), cancellationToken).ConfigureAwait(false);
        using BlockBuffer content = new(context.Blocks);
        await using Relay<PutResult> relay = new(content);
        SingleWrite write = new(context, content, guard);
        bool isRelayed = standing is null && entry.Size >= LeastRelayed;
        ObjectHead read;
        using (await context.Reads.EnterAsync(entry.Size, cancellationToken).ConfigureAwait(false))
            read = await ReadAsync(entry, content, isRelayed ? relay : null, write, cancellationToken).ConfigureAwait(false);

        if (standing?.Crc64 == content.Crc64)
        {
            return new TransferOutcome.Skipped(
                ProofRules.Settled(read.Entry, standing.Entry.ETag ?? "", content.Crc64, ProofKind.HashRead));
        }

        try
        {
            Task<PutResult> writing = relay.Writing ?? write.SendAsync(read, write.KnowsMd5(read), cancellationToken);
            return await write.ConcludeAsync(read, writing, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (write.WasRefused(exception))
        {
            bool isMd5 = await ConfirmAsync(entry, content, write, cancellationToken).ConfigureAwait(false);
            return await write.ConcludeAsync(read, write.SendConfirmedAsync(read, isMd5, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<ObjectHead> ReadAsync(ObjectEntry entry, BlockBuffer content, Relay<PutResult>? relay, SingleWrite write, CancellationToken cancellationToken)
        => context.Source.ReadPinnedAsync(
            entry,
            range: null,
            async (answer, token) =>
            {
                if (relay is not null)
                    await relay.GiveUpAsync().ConfigureAwait(false);
                await write.PrepareAsync(answer.Head, token).ConfigureAwait(false);
                if (relay is not null)
                {
                    if (write.KnowsMd5(answer.Head))
                        relay.Begin(answer.Length, (body, giveUp) => write.SendArrivingAsync(answer.Head, body, giveUp), cancellationToken);
                }

                try
                {
                    await FillAsync(entry, answer, content, token).ConfigureAwait(false);
                }
                catch when (relay is not null)
                {
                    await relay.GiveUpAsync().ConfigureAwait(false);
                    throw;
                }

                content.Finish();
                return answer.Head;
            },
            cancellationToken);

    private async ValueTask FillAsync(ObjectEntry entry, ObjectContent answer, BlockBuffer content, CancellationToken cancellationToken)
    {
        DeclaredChecksum? declared = StreamChecksum.Cheapest(answer.Head.Checksums);
        using StreamChecksum? checksum = declared is null ? null : new StreamChecksum(declared.Algorithm);
        await content.FillAsync(answer.Body, answer.Length, checksum, context.Source.DisplayName, cancellationToken).ConfigureAwait(false);
        if (checksum is not null && !checksum.Matches(declared!))
            throw Spoiled(entry, checksum.Algorithm.ToString());
        if (answer.Head.Crc64 is { } stored && stored != content.Crc64)
            throw Spoiled(entry, "CRC-64");
    }

    // The destination refused the content for its MD5. Either bytes were spoiled on the way here, or on the way there, or the
    // source gives ETags that only look like an MD5 (SSE-KMS). A second read tells: what comes twice over TLS is what the source holds.
    private async Task<bool> ConfirmAsync(ObjectEntry entry, BlockBuffer content, SingleWrite write, CancellationToken cancellationToken)
    {
        if (Identity.SameETag(entry.ETag, content.ComputeMd5()))
            return true;
        ulong first = content.Crc64;
        using (await context.Reads.EnterAsync(entry.Size, cancellationToken).ConfigureAwait(false))
            await ReadAsync(entry, content, relay: null, write, cancellationToken).ConfigureAwait(false);
        if (content.Crc64 == first)
        {
            if (!context.ETags.TakesUnfitting)
            {
                throw new StoreException(
                    StoreErrorKind.Integrity,
                    context.Source.DisplayName,
                    "The content came twice over plain http without having the MD5 of its ETag, and other ETags of this source are MD5s: something on the way may change it. Reach the source over https.")
                {
                    Key = entry.Key,
                };
            }

            context.ETags.CountUnfitting();
            return false;
        }

        return Identity.SameETag(entry.ETag, content.ComputeMd5())
            ? true
            : throw new StoreException(StoreErrorKind.Integrity, context.Source.DisplayName, "The content was not the same when it was read twice, and neither has the MD5 of the ETag.")
            {
                Key = entry.Key,
            };
    }

    private StoreException Spoiled(ObjectEntry entry, string checksum)
        => new(StoreErrorKind.Integrity, context.Source.DisplayName, $"The content does not have the {checksum} that the source declares.") { Key = entry.Key };
}
