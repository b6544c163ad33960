namespace OssMigration.Core.Stores;

/// <summary>
/// Holds the CRC-64 that a store answers against the one of the bytes that were sent. A difference is
/// <see cref="StoreErrorKind.Integrity"/>, which the retrying decorator outside sends again.
/// </summary>
public sealed class ProvingStore(IObjectStore inner) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        PutResult result;
        try
        {
            result = await Target.PutAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.DigestMismatch && request.IsMd5Certain)
        {
            throw new StoreException(StoreErrorKind.Integrity, DisplayName, "The store received other bytes than were sent.", exception) { Key = request.Key };
        }

        Check(request.Key, request.Expected, result.Crc64);
        return result;
    }

    /// <inheritdoc/>
    public override async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        UploadedPart part = await Target.UploadPartAsync(request, cancellationToken).ConfigureAwait(false);
        Check(request.Key, request.Expected, part.Crc64);
        return part;
    }

    private void Check(string key, IContentHash? sent, ulong? stored)
    {
        if (sent is { Crc64: var expected } && stored is { } actual && expected != actual)
        {
            throw new StoreException(StoreErrorKind.Integrity, DisplayName, $"The CRC-64 of what was stored is {actual}, of what was sent {expected}.")
            {
                Key = key,
            };
        }
    }
}
