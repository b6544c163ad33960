using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>A store as one machine sees it: where its power or its line is gone, nothing reaches the store, and no answer comes back.</summary>
internal sealed class PoweredStore(IObjectStore inner, Action throwIfGone) : StoreDecorator(inner), IBucketInspector
{
    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        => CallAsync(() => base.ListPageAsync(request, cancellationToken));

    public override Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
        => CallAsync(() => base.HeadAsync(key, cancellationToken));

    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => CallAsync(() => base.ReadAsync(request, consume, cancellationToken));

    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => CallAsync(() => base.PutAsync(request, cancellationToken));

    public override Task DeleteAsync(string key, CancellationToken cancellationToken)
        => CallAsync(async () =>
        {
            await base.DeleteAsync(key, cancellationToken);
            return true;
        });

    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => CallAsync(() => base.InitiateAsync(request, cancellationToken));

    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => CallAsync(() => base.UploadPartAsync(request, cancellationToken));

    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => CallAsync(() => base.CompleteAsync(request, cancellationToken));

    public Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken)
        => CallAsync(() => ((IBucketInspector)Inner).InspectBucketAsync(cancellationToken));

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        throwIfGone();
        T result = await call();
        throwIfGone();
        return result;
    }
}
