using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Listing;

/// <summary>
/// Sorted keys behind requests that each take about one unit of a virtual time, drawn from a seed. Everything happens on one thread, one
/// answer after the other, so that a listing of minutes takes milliseconds and is the same each time.
/// </summary>
/// <param name="keys">The keys in order.</param>
/// <param name="pageSize">Most keys of a page.</param>
/// <param name="jitter">Answers take between 1 - this and 1 + this.</param>
/// <param name="seed">Of the time that answers take.</param>
/// <param name="milliseconds">The unit of time, for what looks at a clock.</param>
internal sealed class TimedKeyStore(IReadOnlyList<string> keys, int pageSize, double jitter = 0, int seed = 1, double milliseconds = 200) : IObjectReader
{
    private readonly Random _random = new(seed);
    private readonly Queue<Func<Task>> _begun = new();
    private readonly PriorityQueue<(TaskCompletionSource<ListPage> Answer, ListPage Page), (double Due, int Number)> _pending = new();

    public string DisplayName => "s3://timed";

    public StoreLimits Limits { get; } = new() { MaxPageSize = pageSize };

    public int Requests { get; private set; }

    /// <summary>The time that has passed, in requests.</summary>
    public double Now { get; private set; }

    /// <summary>The time as a clock.</summary>
    public TimeProvider Clock => new UnitClock(this, milliseconds);

    /// <summary>Told of every request: when it was sent and what it asked for.</summary>
    public Action<double, ListPageRequest>? OnRequest { get; init; }

    /// <summary>Begins a piece of work when all that was begun before waits for answers.</summary>
    public void Begin(Func<Task> work) => _begun.Enqueue(work);

    /// <summary>Does a piece of work, and all that it begins.</summary>
    public void Run(Func<Task> work)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Task done = work();
            while (_begun.Count > 0 || _pending.Count > 0)
            {
                if (_begun.TryDequeue(out Func<Task>? next))
                    _ = next();
                else
                    AnswerNext();
            }

            done.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        string? after = request.ContinuationToken?[1..] ?? request.StartAfter;
        int from = after is null ? 0 : IndexBehind(after);
        int count = Math.Min(Math.Min(request.MaxKeys, pageSize), keys.Count - from);
        ObjectEntry[] entries = new ObjectEntry[count];
        for (int i = 0; i < count; i++)
            entries[i] = PageStore.Entry(keys[from + i], 1);
        ListPage page = new(entries, from + count < keys.Count ? "t" + entries[^1].Key : null, count);

        // Whoever waits for it goes on within SetResult.
        TaskCompletionSource<ListPage> answer = new();
        Requests++;
        OnRequest?.Invoke(Now, request);
        _pending.Enqueue((answer, page), (Now + 1 + (jitter * ((2 * _random.NextDouble()) - 1)), Requests));
        return answer.Task;
    }

    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;

    private void AnswerNext()
    {
        _pending.TryDequeue(out (TaskCompletionSource<ListPage> Answer, ListPage Page) next, out (double Due, int Number) at);
        Now = at.Due;
        next.Answer.SetResult(next.Page);
    }

    private int IndexBehind(string key)
    {
        int low = 0, high = keys.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (KeyOrder.CompareKeys(keys[middle], key) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private sealed class UnitClock(TimedKeyStore store, double milliseconds) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (long)(store.Now * milliseconds * TimeSpan.TicksPerMillisecond);
    }
}
