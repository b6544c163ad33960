using OssMigration.Core.Comparing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// After cut-over no write leaves without forbid-overwrite, whatever was decided, or sent for the first time, before: the
/// clock is asked at every attempt, so this stands inside the retrying decorator. The one exception is a write that may
/// replace exactly what this job wrote: at each attempt HEAD looks whether that still stands there.
/// </summary>
internal sealed class CutoverStore(IObjectStore inner, Func<bool> isAfterCutover, TimeProvider time) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => request.OnlyWhile is { } expected
            ? ReplaceAsync(request, expected, cancellationToken)
            : Target.PutAsync(isAfterCutover() ? request with { ForbidOverwrite = true } : request, cancellationToken);

    /// <inheritdoc/>
    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => Target.InitiateAsync(request.OnlyWhile is null && isAfterCutover() ? request with { ForbidOverwrite = true } : request, cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => request.OnlyWhile is { } expected
            ? ReplaceAsync(request.Key, expected, token => Target.CompleteAsync(request, token), cancellationToken)
            : Target.CompleteAsync(isAfterCutover() ? request with { ForbidOverwrite = true } : request, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken) => isAfterCutover()
        ? throw new StoreException(StoreErrorKind.NotSupported, DisplayName, "After cut-over nothing is deleted at the destination.") { Key = key }
        : Target.DeleteAsync(key, cancellationToken);

    private Task<PutResult> ReplaceAsync(PutRequest request, ExpectedObject expected, CancellationToken cancellationToken)
        => ReplaceAsync(request.Key, expected, token => Target.PutAsync(request, token), cancellationToken);

    private async Task<PutResult> ReplaceAsync(
        string key, ExpectedObject expected, Func<CancellationToken, Task<PutResult>> write, CancellationToken cancellationToken)
    {
        long looked = time.GetTimestamp();
        ObjectHead? standing = await Inner.HeadAsync(key, cancellationToken).ConfigureAwait(false);

        // An equal ETag alone may be the business's own write of the same bytes; that one has no stamp.
        if (standing is null || !Identity.SameETag(expected.ETag, standing.Entry.ETag) || !SourceStamp.Names(standing, expected.Version))
        {
            throw new StoreException(StoreErrorKind.AlreadyExists, DisplayName, "What stands under the key is not what this job wrote any more; it is left alone.")
            {
                Key = key,
            };
        }

        PutResult written = await write(cancellationToken).ConfigureAwait(false);
        return written with { Window = time.GetElapsedTime(looked) };
    }
}
