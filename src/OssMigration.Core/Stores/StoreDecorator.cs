namespace OssMigration.Core.Stores;

/// <summary>
/// Passes every call on to the store inside; a decorator overrides what it is for. Around a store that only reads, the
/// writing methods throw <see cref="NotSupportedException"/>; the engine types a source as <see cref="IObjectReader"/>,
/// so that they cannot be reached.
/// </summary>
public abstract class StoreDecorator : IObjectStore
{
    /// <summary>Wraps a store.</summary>
    protected StoreDecorator(IObjectReader inner)
    {
        Inner = inner;
    }

    /// <summary>The store inside.</summary>
    protected IObjectReader Inner { get; }

    /// <summary>The store inside as one that can be written.</summary>
    protected IObjectStore Target => Inner as IObjectStore ?? throw new NotSupportedException($"{Inner.DisplayName} is open for reading only.");

    /// <inheritdoc/>
    public string DisplayName => Inner.DisplayName;

    /// <inheritdoc/>
    public virtual StoreLimits Limits => Inner.Limits;

    /// <inheritdoc/>
    public virtual Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        => Inner.ListPageAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
        => Inner.HeadAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => Inner.ReadAsync(request, consume, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => Target.PutAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task DeleteAsync(string key, CancellationToken cancellationToken)
        => Target.DeleteAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => Target.InitiateAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => Target.UploadPartAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => Target.CompleteAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
        => Target.AbortAsync(key, uploadId, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
        => Target.ListUploadsAsync(keyPrefix, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Inner.DisposeAsync();
    }
}
