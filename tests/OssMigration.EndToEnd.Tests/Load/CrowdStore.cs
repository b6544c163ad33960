using System.Globalization;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Load;

/// <summary>
/// A source of any number of small objects out of a formula. The first ones are read after a moment's wait, so that as many are read at a
/// time as may be; all others fail, each time. It counts.
/// </summary>
internal sealed class CrowdStore(int count, int healthy, TimeSpan wait, TimeProvider time) : StoreDecorator(new MemoryStore(new MemoryStoreOptions { Bucket = "from" }))
{
    private const string Content = "sixteen bytes...";
    private const string Md5 = "4A20DD93DA641555D4AC1331C190A8ED";

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _awaited = long.MaxValue;
    private int _reading;
    private long _reads;
    private int _mostAtATime;

    /// <summary>Reads of content, repeats included.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Most of them at a time.</summary>
    public int MostAtATime => Volatile.Read(ref _mostAtATime);

    /// <summary>Waits until so many reads were begun. Once.</summary>
    public Task UntilReadsAsync(long atLeast, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _awaited, atLeast);
        if (Reads >= atLeast)
            _reached.TrySetResult();
        return _reached.Task.WaitAsync(cancellationToken);
    }

    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        int first = FirstAfter(request.ContinuationToken ?? request.StartAfter);
        int next = Math.Min(first + request.MaxKeys, count);
        ObjectEntry[] entries = [.. Enumerable.Range(first, next - first).Select(i => Entry(Key(i)))];
        return Task.FromResult(new ListPage(entries, next < count ? Key(next - 1) : null, entries.Length));
    }

    public override async Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reads) >= Interlocked.Read(ref _awaited))
            _reached.TrySetResult();
        int now = Interlocked.Increment(ref _reading);
        for (int most = MostAtATime; now > most; most = MostAtATime)
            Interlocked.CompareExchange(ref _mostAtATime, now, most);
        try
        {
            if (int.Parse(request.Key, CultureInfo.InvariantCulture) >= healthy)
                throw new StoreException(StoreErrorKind.ServerError, DisplayName, "Planned by a test.") { Key = request.Key };
            await Task.Delay(wait, time, cancellationToken);
            using MemoryStream body = new(System.Text.Encoding.ASCII.GetBytes(Content), writable: false);
            return await consume(new ObjectContent(new ObjectHead(Entry(request.Key), ObjectMetadata.Empty, null, []), Content.Length, body), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }
    }

    private static string Key(int i) => i.ToString("D9", CultureInfo.InvariantCulture);

    private static ObjectEntry Entry(string key) => new(key, Content.Length, new SourceVersion(Md5), Md5, DateTimeOffset.UnixEpoch);

    // Ranges begin behind any text.
    private int FirstAfter(string? after)
    {
        int low = 0;
        for (int high = count; after is not null && low < high;)
        {
            int middle = (low + high) / 2;
            if (KeyOrder.CompareKeys(Key(middle), after) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
