using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Changes a configuration document that others change too. No store has a condition for it, so the document is read once to
/// plan the change and once more just before the write, and nothing is written where the two differ; what stands after the write
/// is read back. What remains is the moment between the second read and the write.
/// </summary>
/// <param name="environment">Its clock and its delays between attempts.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="documents">Its documents.</param>
/// <param name="kind">Which of them.</param>
/// <param name="isWritten">
/// Whether what stands is what was wanted, where a store may add something to a document by itself. Default: both say the same.
/// </param>
internal sealed class DocumentEditor(
    EngineEnvironment environment, OpenedBucket bucket, IBucketDocuments documents, BucketDocumentKind kind,
    Func<BucketDocument?, BucketDocument?, bool>? isWritten = null)
{
    private const int MostWrites = 3;
    private const int MostReadsAfter = 5;

    private readonly Func<BucketDocument?, BucketDocument?, bool> _isWritten = isWritten ?? DocumentMeaning.IsSame;

    /// <summary>The document as it stands; null for none.</summary>
    public Task<BucketDocument?> ReadAsync(CancellationToken cancellationToken)
        => bucket.CallAsync(token => documents.ReadDocumentAsync(kind, token), cancellationToken);

    /// <summary>Refuses where the document is not the one that the change was planned on.</summary>
    /// <exception cref="RefusedException">Somebody changed the document meanwhile; nothing was written.</exception>
    public async Task RefuseChangedAsync(BucketDocument? seen, string errorId, CancellationToken cancellationToken)
        => Refuse(seen, await ReadAsync(cancellationToken).ConfigureAwait(false), errorId);

    /// <summary>Replaces what was seen by what is wanted (null removes it), and gives what stands then.</summary>
    /// <exception cref="RefusedException">Somebody changed the document meanwhile; nothing was written.</exception>
    public async Task<BucketDocument?> ReplaceAsync(BucketDocument? seen, BucketDocument? wanted, string errorId, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            BucketDocument? now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (attempt > 1 && _isWritten(wanted, now))
                return now;
            Refuse(seen, now, errorId);
            try
            {
                await WriteAsync(wanted, cancellationToken).ConfigureAwait(false);
                return await ReadBackAsync(seen, wanted, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException error) when ((error.IsRetryable || error.Kind == StoreErrorKind.DigestMismatch) && attempt < MostWrites)
            {
                // A store has taken the MD5 of what it sends, so another one means bytes spoiled on the way.
                // Not sent again blindly: it may have arrived, and somebody may have written since.
                await DelayAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Refuse(BucketDocument? seen, BucketDocument? now, string errorId)
    {
        if (!DocumentMeaning.IsSame(seen, now))
        {
            throw new RefusedException(
                errorId, $"Somebody changed the {kind} configuration of {bucket.DisplayName} since it was read; nothing was written.", "Run the command again.");
        }
    }

    private Task WriteAsync(BucketDocument? wanted, CancellationToken cancellationToken) => wanted is null
        ? documents.DeleteDocumentAsync(kind, cancellationToken)
        : documents.WriteDocumentAsync(kind, wanted, cancellationToken);

    // A server that has not heard of the new document yet may answer the old one for a moment.
    private async Task<BucketDocument?> ReadBackAsync(BucketDocument? seen, BucketDocument? wanted, CancellationToken cancellationToken)
    {
        for (int read = 1; ; read++)
        {
            BucketDocument? now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read == MostReadsAfter || _isWritten(wanted, now) || !DocumentMeaning.IsSame(seen, now))
                return now;
            await DelayAsync(read, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task DelayAsync(int attempt, CancellationToken cancellationToken)
        => Task.Delay(environment.Retry.BaseDelay * (1 << attempt), environment.Time, cancellationToken);
}
