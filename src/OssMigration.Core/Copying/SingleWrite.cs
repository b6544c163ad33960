using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// The write of one object in one request. Where the source's ETag is the MD5 of the content the request names it, so that
/// the destination keeps nothing that was spoiled between the source's disk and its own.
/// </summary>
/// <param name="context">What all transfers share.</param>
/// <param name="content">What is written.</param>
/// <param name="guard">Whether an object under the key may be replaced.</param>
internal sealed class SingleWrite(CopyContext context, BlockBuffer content, OverwriteGuard guard)
{
    private Translation _translation;
    private bool _namesMd5;
    private bool _isConfirmed;

    /// <summary>Finds out what is written, before content is read.</summary>
    /// <exception cref="UntranslatableException">The destination cannot hold the object.</exception>
    public async ValueTask PrepareAsync(ObjectHead read, CancellationToken cancellationToken)
        => _translation = await context.Translator.TranslateAsync(read, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether the ETag is taken for the MD5 of the content.</summary>
    public bool KnowsMd5(ObjectHead read) => !read.IsETagOpaque && Identity.LooksLikeMd5(read.Entry.Tag) && context.ETags.IsWorthChecking;

    /// <summary>Writes what still arrives. Its CRC-64 is not known yet, so the object carries none in its stamp.</summary>
    public Task<PutResult> SendArrivingAsync(ObjectHead read, Stream body, CancellationToken cancellationToken)
        => SendAsync(read, body, SourceStamp.Apply(_translation.Metadata, read.Entry, crc64: null), namesMd5: true, cancellationToken);

    /// <summary>Whether a write was refused because the content has not the MD5 that it named.</summary>
    public bool WasRefused(StoreException exception) => _namesMd5 && exception.Kind == StoreErrorKind.DigestMismatch;

    /// <summary>Waits for the write and proves it.</summary>
    /// <exception cref="StoreException">The write failed, or its answer proves nothing.</exception>
    public async Task<TransferOutcome> ConcludeAsync(ObjectHead read, Task<PutResult> writing, CancellationToken cancellationToken)
    {
        PutResult written;
        try
        {
            written = await writing.ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.AlreadyExists)
        {
            TransferOutcome resolved = await TakenKey.ResolveAsync(context.Destination, context.Cutover, read.Entry, content.Crc64, guard, cancellationToken).ConfigureAwait(false);
            return resolved is TransferOutcome.Copied copied ? copied with { Marks = _translation.Marks } : resolved;
        }

        if (_namesMd5)
            context.ETags.CountFitting();
        return ProofRules.Prove(read.Entry, written, content.Crc64) is { } settled
            ? new TransferOutcome.Copied(settled) { IsReplacement = guard.Ours is not null, Window = written.Window, VersionId = written.VersionId, Marks = _translation.Marks }
            : throw new StoreException(StoreErrorKind.Integrity, context.Destination.DisplayName, "The destination's answer does not prove the content.")
            {
                Key = read.Entry.Key,
            };
    }

    /// <summary>Writes anew what was refused and then looked into.</summary>
    /// <param name="read">The source object.</param>
    /// <param name="isMd5">Whether its ETag was found to be the MD5 of the content.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<PutResult> SendConfirmedAsync(ObjectHead read, bool isMd5, CancellationToken cancellationToken)
    {
        _isConfirmed = isMd5;
        return SendAsync(read, isMd5, cancellationToken);
    }

    /// <summary>Writes what is whole.</summary>
    /// <param name="read">The source object.</param>
    /// <param name="namesMd5">Whether its ETag is the MD5 of the content.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<PutResult> SendAsync(ObjectHead read, bool namesMd5, CancellationToken cancellationToken)
        => SendAsync(read, content.OpenRead(), SourceStamp.Apply(_translation.Metadata, read.Entry, content.Crc64), namesMd5, cancellationToken);

    private async Task<PutResult> SendAsync(ObjectHead read, Stream body, ObjectMetadata metadata, bool namesMd5, CancellationToken cancellationToken)
    {
        _namesMd5 = namesMd5;
        PutRequest request = new(read.Entry.Key, body, metadata, context.MustNotOverwrite(guard))
        {
            Expected = content,
            Md5 = namesMd5 ? read.Entry.ETag : null,
            IsMd5Certain = _isConfirmed,
            OnlyWhile = guard.Expected,
        };
        using (await context.Writes.EnterAsync(read.Entry.Size, cancellationToken).ConfigureAwait(false))
            return await context.Destination.PutAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
