using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>
/// The end of one key's history at the destination. A write that is sent twice makes two versions, so the store inside repeats none; here the
/// history is asked before a write is sent again, and what has arrived is the answer that was lost.
/// </summary>
/// <param name="inner">The destination, which repeats no write.</param>
/// <param name="versions">Its versions.</param>
/// <param name="at">How many versions the key has before the write.</param>
/// <param name="repeat">Calls until it succeeds, or is not worth it any more.</param>
internal sealed class AppendStore(IObjectStore inner, VersionAccess versions, int at, AppendStore.Repeat repeat) : StoreDecorator(inner)
{
    /// <summary>Calls until it succeeds, or is not worth it any more.</summary>
    internal delegate Task<PutResult> Repeat(Func<CancellationToken, Task<PutResult>> call, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => AppendAsync(request.Key, isMarker: false, token => Target.PutAsync(request, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => AppendAsync(request.Key, isMarker: false, token => Target.CompleteAsync(request, token), cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken)
        => AppendAsync(
            key,
            isMarker: true,
            async token =>
            {
                await Target.DeleteAsync(key, token).ConfigureAwait(false);
                return new PutResult("", Crc64: null);
            },
            cancellationToken);

    private Task<PutResult> AppendAsync(string key, bool isMarker, Func<CancellationToken, Task<PutResult>> write, CancellationToken cancellationToken)
    {
        bool wasSent = false;
        return repeat(
            async token =>
            {
                if (wasSent && await FindAsync(key, isMarker, token).ConfigureAwait(false) is { } arrived)
                    return arrived;
                wasSent = true;
                return await write(token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    private async Task<PutResult?> FindAsync(string key, bool isMarker, CancellationToken cancellationToken)
    {
        ObjectHistory there = await versions.HistoryAsync(key, cancellationToken).ConfigureAwait(false);
        if (there.Count == at)
            return null;
        ObjectVersion last = there.Count == at + 1 ? there.Versions[at] : throw Foreign(key);
        if (last.IsDeleteMarker != isMarker)
            throw Foreign(key);
        ObjectHead? head = isMarker ? null : await versions.HeadAsync(key, last.VersionId, cancellationToken).ConfigureAwait(false) ?? throw Foreign(key);
        return new PutResult(last.Entry?.ETag ?? "", head?.Crc64) { VersionId = last.VersionId };
    }

    private StoreException Foreign(string key) => new(
        StoreErrorKind.InvalidRequest, DisplayName, "While a version was written, the history of the key got others that this job did not write. Somebody else writes there.")
    {
        Key = key,
    };
}
