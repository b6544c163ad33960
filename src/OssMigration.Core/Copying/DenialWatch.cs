using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// Stops a run that may not write at all: so many objects were refused by the destination, and none was written. One
/// refusal says nothing of the next object (policies go by prefix), a hundred without a success do. Thread-safe.
/// </summary>
internal sealed class DenialWatch(string destination)
{
    /// <summary>Refusals that are enough.</summary>
    public const int Enough = 100;

    private int _denied;
    private volatile bool _hasWritten;

    /// <summary>An object has an outcome.</summary>
    public void Count(TransferOutcome outcome) => _hasWritten |= outcome is TransferOutcome.Copied;

    /// <summary>An object failed.</summary>
    /// <exception cref="StoreException">It is one refusal too many.</exception>
    public void Count(StoreException error)
    {
        if (error.Kind != StoreErrorKind.AccessDenied || error.Store != destination || _hasWritten || Interlocked.Increment(ref _denied) < Enough)
            return;
        throw new StoreException(
            StoreErrorKind.AccessDenied,
            error.Store,
            $"The destination refused all of the first {Enough} objects, so the run stops; give the right to write there (oss:PutObject) and start it again. The last answer: {error.Message}",
            error)
        {
            Key = error.Key,
            Code = error.Code,
            HttpStatus = error.HttpStatus,
            RequestId = error.RequestId,
            ConcernsEveryObject = true,
        };
    }
}
