namespace OssMigration.Core.Stores;

/// <summary>
/// The reading side of a store. Every method throws <see cref="StoreException"/> for what the store refuses and
/// <see cref="OperationCanceledException"/> when cancelled, and nothing else. A store does not retry: one decorator does.
/// Thread-safe.
/// </summary>
public interface IObjectReader : IAsyncDisposable
{
    /// <summary>For people: scheme and bucket (or folder), for example <c>s3://photos</c>. No secret, no query.</summary>
    string DisplayName { get; }

    /// <summary>What the store can hold.</summary>
    StoreLimits Limits { get; }

    /// <summary>
    /// One page of the listing of current objects, in ascending UTF-8 byte order where the store keeps to the order.
    /// The store passes on what it was given: gaps, disorder and repetition are found by the range lister.
    /// </summary>
    Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken);

    /// <summary>The headers of one object; null when the key does not exist.</summary>
    Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Reads content: opens the answer, hands it to <paramref name="consume"/>, closes it, and returns what that returned.
    /// A decorator that retries calls <paramref name="consume"/> again from the beginning, so it must be restartable.
    /// Errors: NotFound, Changed, NeedsRestore, AccessDenied and the general ones.
    /// </summary>
    Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken);
}

/// <summary>The writing side of a store. Errors and threads as for <see cref="IObjectReader"/>.</summary>
public interface IObjectWriter
{
    /// <summary>Writes one whole object in one request; replaces what stands under the key unless told otherwise.</summary>
    Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes one object. A key that does not exist is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Writing in parts. The object is invisible until <see cref="CompleteAsync"/>.</summary>
public interface IMultipartWriter
{
    /// <summary>Begins an upload and returns its id.</summary>
    Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken);

    /// <summary>Writes one part; a number that was written already is replaced.</summary>
    Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken);

    /// <summary>Makes the object. NoSuchUpload where the id is unknown, which is also the answer to a second Complete.</summary>
    Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken);

    /// <summary>Drops the upload and its parts. An id that is unknown is no error.</summary>
    Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken);

    /// <summary>All open uploads whose key starts with the prefix, in the store's order.</summary>
    Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken);
}

/// <summary>A store that can be a destination.</summary>
public interface IObjectStore : IObjectReader, IObjectWriter, IMultipartWriter
{
}

/// <summary>Whether a bucket keeps old versions.</summary>
public enum BucketVersioning
{
    /// <summary>Never switched on.</summary>
    Off,

    /// <summary>Every write makes a version.</summary>
    Enabled,

    /// <summary>Switched off again; the null version is replaced.</summary>
    Suspended,

    /// <summary>The store did not say (no right to ask, or it has no such thing).</summary>
    Unknown,
}

/// <summary>Capability: facts of the bucket itself.</summary>
public interface IBucketInspector
{
    /// <summary>
    /// Reads the facts. NoSuchBucket where it does not exist; a single fact that may not be read is Unknown or null.
    /// </summary>
    Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken);
}

/// <summary>Facts of a bucket.</summary>
/// <param name="Region">The region that the store names, or null.</param>
/// <param name="Versioning">Whether old versions are kept.</param>
/// <param name="StorageClass">The default storage class, or null.</param>
public sealed record BucketFacts(string? Region, BucketVersioning Versioning, string? StorageClass);
