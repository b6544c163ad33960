using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Changes a configuration document that others change too. No store has a condition for it, so the document is read once to
/// plan the change and once more just before the write, and nothing is written where the two differ; what stands after the write
/// is read back. What remains is the moment between the second read and the write.
/// </summary>
internal sealed class DocumentEditor(OpenedBucket bucket, IBucketDocuments documents, BucketDocumentKind kind)
{
    /// <summary>The document as it stands; null for none.</summary>
    public Task<BucketDocument?> ReadAsync(CancellationToken cancellationToken)
        => bucket.CallAsync(token => documents.ReadDocumentAsync(kind, token), cancellationToken);

    /// <summary>Refuses where the document is not the one that the change was planned on.</summary>
    /// <exception cref="RefusedException">Somebody changed the document meanwhile; nothing was written.</exception>
    public async Task RefuseChangedAsync(BucketDocument? seen, string errorId, CancellationToken cancellationToken)
    {
        BucketDocument? now = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!DocumentMeaning.IsSame(seen, now))
        {
            throw new RefusedException(
                errorId, $"Somebody changed the {kind} configuration of {bucket.DisplayName} since it was read; nothing was written.", "Run the command again.");
        }
    }

    /// <summary>Writes the document, or removes it for null, and reads back what stands then.</summary>
    public async Task<BucketDocument?> WriteAsync(BucketDocument? wanted, CancellationToken cancellationToken)
    {
        if (wanted is null)
            await bucket.CallAsync(token => documents.DeleteDocumentAsync(kind, token), cancellationToken).ConfigureAwait(false);
        else
            await bucket.CallAsync(token => documents.WriteDocumentAsync(kind, wanted, token), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }
}
