using OssMigration.Core.Stores;

namespace OssMigration.Core.Throttling;

/// <summary>
/// Counts requests and content bytes, and holds both to a rate in both directions. It stands inside the retrying
/// decorator, so that every attempt counts and every byte on the wire is paid for. What content requests tell about the
/// endpoint goes to its places.
/// </summary>
internal sealed class MeteredStore(IObjectReader inner, TransferMeter meter, Pace pace, ConcurrencyGate places) : StoreDecorator(inner)
{
    private readonly Action<int> _countRead = meter.CountRead;
    private readonly Action<int> _countWritten = bytes => meter.CountWritten(bytes);

    /// <inheritdoc/>
    public override async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        await BeginReadAsync(0, pace.Reading.TakeTurn(), cancellationToken).ConfigureAwait(false);
        ListPage page = await Inner.ListPageAsync(request, cancellationToken).ConfigureAwait(false);

        // How long it is shows when it is there; the next one waits for it.
        if (pace.Reading.IsLimited)
            await pace.Reading.AcquireAsync(page.Entries.Sum(entry => TrafficCost.ListedEntry + entry.Key.Length), cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <inheritdoc/>
    public override async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        await BeginReadAsync(0, pace.Reading.TakeTurn(), cancellationToken).ConfigureAwait(false);
        return await Inner.HeadAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
    {
        int ahead = pace.Reading.IsLimited ? (int)Math.Min(request.Range?.Length ?? request.ExpectedLength ?? 0, Pace.PaidAhead) : 0;
        long turn = pace.Reading.TakeTurn();
        await BeginReadAsync(ahead, turn, cancellationToken).ConfigureAwait(false);
        long begun = places.Now();
        try
        {
            return await Inner.ReadAsync(
                request,
                async (content, token) =>
                {
                    await using MeteredStream body = new(content.Body, content.Length, ahead, _countRead, pace.Reading, turn);
                    TResult result = await consume(content with { Body = body }, token).ConfigureAwait(false);
                    places.Completed(begun, content.Length);
                    return result;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception)
        {
            places.Failed(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => WriteAsync(request.Body, request, static (target, put, body, token) => target.PutAsync(put with { Body = body }, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => WriteAsync(request.Body, request, static (target, part, body, token) => target.UploadPartAsync(part with { Body = body }, token), cancellationToken);

    /// <inheritdoc/>
    public override async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        await BeginWriteAsync(0, pace.Writing.TakeTurn(), cancellationToken).ConfigureAwait(false);
        await Target.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        await BeginWriteAsync(0, pace.Writing.TakeTurn(), cancellationToken).ConfigureAwait(false);
        return await Target.InitiateAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        await BeginWriteAsync(0, pace.Writing.TakeTurn(), cancellationToken).ConfigureAwait(false);
        return await Target.CompleteAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        await BeginWriteAsync(0, pace.Writing.TakeTurn(), cancellationToken).ConfigureAwait(false);
        await Target.AbortAsync(key, uploadId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        await BeginReadAsync(0, pace.Reading.TakeTurn(), cancellationToken).ConfigureAwait(false);
        return await Target.ListUploadsAsync(keyPrefix, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TResult> WriteAsync<TRequest, TResult>(
        Stream content, TRequest request, Func<IObjectStore, TRequest, Stream, CancellationToken, Task<TResult>> send, CancellationToken cancellationToken)
    {
        int ahead = pace.Writing.IsLimited ? (int)Math.Min(content.Length, pace.Writing.Piece) : 0;
        long turn = pace.Writing.TakeTurn();
        await BeginWriteAsync(ahead, turn, cancellationToken).ConfigureAwait(false);
        await using MeteredStream body = new(content, content.Length, ahead, _countWritten, pace.Writing, turn);
        long begun = places.Now();
        try
        {
            TResult result = await send(Target, request, body, cancellationToken).ConfigureAwait(false);
            places.Completed(begun, content.Length);
            return result;
        }
        catch (StoreException exception)
        {
            places.Failed(exception);
            throw;
        }
    }

    // A request and the header of its answer cost both directions, but wait in one queue: who waited in both by turns would
    // leave one idle while all are in the other.
    private ValueTask BeginReadAsync(int arriving, long turn, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        pace.Writing.Charge(TrafficCost.Header);
        return pace.Reading.AcquireAsync(TrafficCost.Header + TrafficCost.OfContent(arriving), turn, cancellationToken);
    }

    private ValueTask BeginWriteAsync(int sent, long turn, CancellationToken cancellationToken)
    {
        meter.CountRequest();
        pace.Reading.Charge(TrafficCost.Header);
        return pace.Writing.AcquireAsync(TrafficCost.Header + TrafficCost.OfContent(sent), turn, cancellationToken);
    }
}
