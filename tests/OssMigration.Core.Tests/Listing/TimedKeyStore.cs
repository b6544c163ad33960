using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Listing;

/// <summary>
/// Sorted keys behind requests that each take one tick of a virtual clock. The clock ticks when everybody waits, so that a listing of
/// minutes takes milliseconds and is the same each time.
/// </summary>
internal sealed class TimedKeyStore(IReadOnlyList<string> keys, int pageSize) : IObjectReader
{
    private readonly object _gate = new();
    private List<(TaskCompletionSource<ListPage> Answer, ListPage Page)> _pending = [];

    public string DisplayName => "s3://timed";

    public StoreLimits Limits { get; } = new() { MaxPageSize = pageSize };

    public int Requests { get; private set; }

    public int Ticks { get; private set; }

    public List<string?> Starts { get; } = [];

    public int Pending
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    /// <summary>Ticks whenever so many requests are waited for as there are, until the work is done.</summary>
    public async Task RunAsync(Task work, Func<int?> idle)
    {
        while (!work.IsCompleted)
        {
            if (Pending > 0 && idle() == Pending)
                Tick();
            else
                await Task.Yield();
        }

        await work;
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
        TaskCompletionSource<ListPage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Requests++;
            Starts.Add(request.ContinuationToken is null ? request.StartAfter : null);
            _pending.Add((answer, page));
        }

        return answer.Task.WaitAsync(cancellationToken);
    }

    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;

    private void Tick()
    {
        List<(TaskCompletionSource<ListPage> Answer, ListPage Page)> due;
        lock (_gate)
        {
            Ticks++;
            (due, _pending) = (_pending, []);
        }

        foreach ((TaskCompletionSource<ListPage> answer, ListPage page) in due)
            answer.SetResult(page);
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
}
