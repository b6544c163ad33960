using OssMigration.Core.Stores;

namespace OssMigration.Core.Throttling;

/// <summary>
/// Counts requests and content bytes, and holds content to a rate in both directions. It stands inside the retrying
/// decorator, so that every attempt counts and every byte on the wire is paid for.
/// </summary>
internal sealed class MeteredStore(IObjectReader inner, TransferMeter meter, ByteRateLimiter reading, ByteRateLimiter writing) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Inner.ListPageAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Inner.HeadAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Inner.ReadAsync(
            request,
            async (content, token) =>
            {
                await using MeteredStream body = new(content.Body, meter.CountRead, reading);
                return await consume(content with { Body = body }, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        await using MeteredStream body = new(request.Body, bytes => meter.CountWritten(bytes), writing);
        return await Target.PutAsync(request with { Body = body }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        await using MeteredStream body = new(request.Body, bytes => meter.CountWritten(bytes), writing);
        return await Target.UploadPartAsync(request with { Body = body }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Target.DeleteAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Target.InitiateAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Target.CompleteAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Target.AbortAsync(key, uploadId, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        return Target.ListUploadsAsync(keyPrefix, cancellationToken);
    }
}
