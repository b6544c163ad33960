using System.Runtime.ExceptionServices;
using Polly;
using Polly.Retry;

namespace OssMigration.Core.Stores;

/// <summary>How requests are repeated.</summary>
public sealed record RetryOptions
{
    /// <summary>Attempts in all, the first included.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>Delay before the second attempt; doubled from there, with full jitter.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest delay by our own reckoning; a store that asks for more gets it, up to <see cref="MaxServerDelay"/>.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// False: a write that makes an object, or deletes one, is sent once only, because in a bucket with versioning each time makes a version. Who
    /// writes finds out what has arrived and repeats it.
    /// </summary>
    public bool RepeatsWrites { get; init; } = true;

    /// <summary>Longest delay that a store may ask for.</summary>
    public TimeSpan MaxServerDelay { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>
/// The one place where requests are repeated. The error says whether it is worth it (<see cref="StoreException.IsRetryable"/>);
/// once cancelled, nothing is sent any more.
/// </summary>
public sealed class RetryingStore : StoreDecorator
{
    private readonly Lazy<ResiliencePipeline> _pipeline;
    private readonly bool _repeatsWrites;

    /// <summary>Wraps a store.</summary>
    /// <param name="inner">The store whose requests are repeated.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock that delays run on.</param>
    /// <param name="random">Chance for the jitter, 0 to 1.</param>
    /// <param name="onRetry">Told of each repeat before its delay.</param>
    public RetryingStore(IObjectReader inner, RetryOptions options, TimeProvider time, Func<double> random, Action<StoreException, TimeSpan>? onRetry = null)
        : base(inner)
    {
        _repeatsWrites = options.RepeatsWrites;
        _pipeline = new Lazy<ResiliencePipeline>(() => MakePipeline(options, time, random, onRetry));
    }

    /// <inheritdoc/>
    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Inner.ListPageAsync(state, token), request, cancellationToken);

    /// <inheritdoc/>
    public override Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Inner.HeadAsync(state, token), key, cancellationToken);

    /// <inheritdoc/>
    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Inner.ReadAsync(state.request, state.consume, token), (request, consume), cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => WriteAsync(static (store, state, token) => store.Target.PutAsync(state, token), request, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken)
        => WriteAsync(static (store, state, token) => Done(store.Target.DeleteAsync(state, token)), key, cancellationToken);

    /// <inheritdoc/>
    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Target.InitiateAsync(state, token), request, cancellationToken);

    /// <inheritdoc/>
    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Target.UploadPartAsync(state, token), request, cancellationToken);

    /// <inheritdoc/>
    public override async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        bool mayBeDone = false;
        try
        {
            return await WriteAsync(
                async (store, state, token) =>
                {
                    try
                    {
                        return await store.Target.CompleteAsync(state, token).ConfigureAwait(false);
                    }
                    catch (StoreException exception) when (exception.Kind is StoreErrorKind.Network or StoreErrorKind.ServerError)
                    {
                        mayBeDone = true;
                        throw;
                    }
                },
                request,
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (mayBeDone)
        {
            exception.FollowsLostAnswer = true;
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => Done(store.Target.AbortAsync(state.key, state.uploadId, token)), (key, uploadId), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
        => RunAsync(static (store, state, token) => store.Target.ListUploadsAsync(state, token), keyPrefix, cancellationToken);

    /// <summary>A request of a capability of the undecorated store, repeated like every other.</summary>
    public Task<TResult> CallAsync<TResult>(Func<CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
        => RunAsync(static (_, state, token) => state(token), call, cancellationToken);

    /// <summary>Full jitter over a doubling delay; never less than the store asks for.</summary>
    internal static TimeSpan? Delay(RetryOptions options, double random, int attempt, TimeSpan? serverAsks)
    {
        double ceiling = Math.Min(options.BaseDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)), options.MaxDelay.TotalMilliseconds);
        TimeSpan own = TimeSpan.FromMilliseconds(random * ceiling);
        if (serverAsks is not { } asked)
            return own;
        TimeSpan bounded = asked < options.MaxServerDelay ? asked : options.MaxServerDelay;
        return bounded > own ? bounded : own;
    }

    private static ResiliencePipeline MakePipeline(RetryOptions options, TimeProvider time, Func<double> random, Action<StoreException, TimeSpan>? onRetry)
        => options.MaxAttempts < 2 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                ShouldHandle = static arguments => new(arguments.Outcome.Exception is StoreException { IsRetryable: true }),
                DelayGenerator = arguments => new(Delay(options, random(), arguments.AttemptNumber, (arguments.Outcome.Exception as StoreException)?.RetryAfter)),
                OnRetry = arguments =>
                {
                    onRetry?.Invoke((StoreException)arguments.Outcome.Exception!, arguments.RetryDelay);
                    return default;
                },
            })
            .Build();

    private static async Task<bool> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private Task<TResult> WriteAsync<TState, TResult>(Func<RetryingStore, TState, CancellationToken, Task<TResult>> call, TState state, CancellationToken cancellationToken)
    {
        if (_repeatsWrites)
            return RunAsync(call, state, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return call(this, state, cancellationToken);
    }

    private async Task<TResult> RunAsync<TState, TResult>(
        Func<RetryingStore, TState, CancellationToken, Task<TResult>> call, TState state, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoreException first;
        try
        {
            return await call(this, state, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.IsRetryable)
        {
            first = exception;
        }

        return await RepeatAsync(first, call, state, cancellationToken).ConfigureAwait(false);
    }

    // The pipeline costs as much as the rest of a small request does here, so it is made and entered with a failure only, which is its first attempt.
    private async Task<TResult> RepeatAsync<TState, TResult>(
        StoreException first, Func<RetryingStore, TState, CancellationToken, Task<TResult>> call, TState state, CancellationToken cancellationToken)
    {
        bool isFirst = true;
        return await _pipeline.Value.ExecuteAsync(
            async token =>
            {
                if (!isFirst)
                    return await call(this, state, token).ConfigureAwait(false);
                isFirst = false;
                ExceptionDispatchInfo.Throw(first);
                throw first;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
