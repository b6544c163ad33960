using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Listing;

/// <summary>A store that only lists, from a sorted list of keys; a test may tamper with the pages.</summary>
internal sealed class PageStore(IEnumerable<ObjectEntry> entries) : IObjectReader
{
    private readonly ObjectEntry[] _entries = [.. entries.OrderBy(entry => entry.Key, KeyOrder.Instance)];

    public PageStore(params string[] keys)
        : this(keys.Select((key, index) => Entry(key, index + 1)))
    {
    }

    public string DisplayName => "s3://pages";

    public StoreLimits Limits { get; init; } = new() { MaxPageSize = 3 };

    /// <summary>Changes a page before it is answered: number of the request from 1, the page.</summary>
    public Func<int, ListPage, ListPage> Tamper { get; init; } = (_, page) => page;

    public bool IgnoresStartAfter { get; init; }

    /// <summary>Waited for before a request is answered.</summary>
    public Func<int, CancellationToken, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    public List<ListPageRequest> Requests { get; } = [];

    public static ObjectEntry Entry(string key, long size) => new(key, size, new SourceVersion("v" + size), "e", DateTimeOffset.UnixEpoch);

    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        int number = Requests.Count;
        await Before(number, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        string? after = request.ContinuationToken?[1..] ?? (IgnoresStartAfter ? null : request.StartAfter);
        ObjectEntry[] rest = [.. _entries.Where(entry =>
            entry.Key.StartsWith(request.Prefix, StringComparison.Ordinal) && (after is null || KeyOrder.CompareKeys(entry.Key, after) > 0))];
        ObjectEntry[] page = [.. rest.Take(request.MaxKeys)];
        return Tamper(number, new ListPage(page, rest.Length > page.Length ? "t" + page[^1].Key : null, page.Length));
    }

    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
