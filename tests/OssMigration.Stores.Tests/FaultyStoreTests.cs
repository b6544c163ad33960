using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>Tests stand on the store that fails by plan, so it is tested itself.</summary>
public sealed class FaultyStoreTests : IAsyncDisposable
{
    private readonly MemoryStore _memory = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss });
    private readonly FaultyStore _store;

    public FaultyStoreTests()
    {
        _store = new FaultyStore(_memory);
        for (int i = 0; i < 10; i++)
            _memory.Seed($"key-{i}", "0123456789");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string[] AllKeys => [.. Enumerable.Range(0, 10).Select(i => $"key-{i}")];

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Without_a_plan_it_is_the_store_behind_it()
    {
        Assert.Equal(AllKeys, await KeysAsync(3));
        Assert.Equal("0123456789", await ReadAsync("key-1"));
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task A_fault_fires_for_its_key_after_its_skips_and_so_often_as_planned()
    {
        _store.Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.Throttled, TimeSpan.FromSeconds(3)), "key-1", skip: 1, times: 2);

        await _store.HeadAsync("key-2", Token);
        await _store.HeadAsync("key-1", Token);
        for (int i = 0; i < 2; i++)
        {
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => _store.HeadAsync("key-1", Token));
            Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
        }

        Assert.NotNull(await _store.HeadAsync("key-1", Token));
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public void A_fault_that_did_not_fire_fails_the_test()
    {
        _store.Plan(StoreOperation.Put, Fault.LoseAnswer());

        Assert.Throws<Xunit.Sdk.FailException>(_store.VerifyAllFaultsFired);
    }

    [Fact]
    public async Task A_lost_answer_is_lost_after_the_work_was_done()
    {
        _store.Plan(StoreOperation.Put, Fault.LoseAnswer()).Plan(StoreOperation.Delete, Fault.Throw(StoreErrorKind.Network));
        using MemoryStream body = new([1, 2, 3]);

        await Assert.ThrowsAsync<StoreException>(() => _store.PutAsync(new PutRequest("new", body, ObjectMetadata.Empty), Token));
        await Assert.ThrowsAsync<StoreException>(() => _store.DeleteAsync("key-1", Token));

        Assert.Equal([1, 2, 3], _memory.Find("new")!.Content);
        Assert.NotNull(_memory.Find("key-1"));
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Bodies_are_cut_and_bytes_are_flipped()
    {
        _store.Plan(StoreOperation.Read, Fault.CutBody(4)).Plan(StoreOperation.Read, Fault.FlipByte(9), skip: 1).Plan(StoreOperation.Put, Fault.FlipByte(1));
        using MemoryStream body = new([1, 2, 3]);

        Assert.Equal(StoreErrorKind.Network, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync("key-1"))).Kind);
        Assert.Equal("012345678\u0019", await ReadAsync("key-1"));
        PutResult put = await _store.PutAsync(new PutRequest("new", body, ObjectMetadata.Empty), Token);

        Assert.Equal([1, 2 ^ 0x20, 3], _memory.Find("new")!.Content);
        Assert.NotEqual(ReferenceCrc64.Of([1, 2, 3]), put.Crc64);
        Assert.Equal([1, 2, 3], body.ToArray());
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Short_and_empty_pages_lose_nothing()
    {
        _store.Plan(StoreOperation.List, Fault.ShortPage(1)).Plan(StoreOperation.List, Fault.EmptyPage(), skip: 1);

        Assert.Equal(AllKeys, await KeysAsync(4));
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task A_dropped_key_is_counted_still()
    {
        _store.Plan(StoreOperation.List, Fault.DropKey("key-5"));

        ListPage first = await PageAsync(null, null, 4);
        ListPage second = await PageAsync(null, first.ContinuationToken, 4);

        Assert.Equal(["key-4", "key-6", "key-7"], second.Entries.Select(entry => entry.Key));
        Assert.Equal(4, second.DeclaredCount);
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Pages_come_in_disorder_again_and_from_the_start()
    {
        _store.Plan(StoreOperation.List, Fault.UnorderedPage()).Plan(StoreOperation.List, Fault.RepeatPage(), skip: 1);
        Assert.Equal(
            ["key-3", "key-2", "key-1", "key-0", "key-4", "key-5", "key-6", "key-7", "key-4", "key-5", "key-6", "key-7", "key-8", "key-9"],
            await KeysAsync(4));

        _store.Plan(StoreOperation.List, Fault.IgnoreStartAfter());
        Assert.Equal("key-0", (await PageAsync("key-5", null, 4)).Entries[0].Key);
        Assert.Equal("key-6", (await PageAsync("key-5", null, 4)).Entries[0].Key);
        _store.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Callbacks_run_before_and_after()
    {
        List<bool> existed = [];
        _store.Plan(StoreOperation.Delete, Fault.Before(() => existed.Add(_memory.Find("key-1") is not null)));
        _store.Plan(StoreOperation.Delete, Fault.After(() => existed.Add(_memory.Find("key-1") is not null)));

        await _store.DeleteAsync("key-1", Token);

        Assert.Equal([true, false], existed);
        Assert.Equal(1, _memory.Counters[StoreOperation.Delete]);
        _store.VerifyAllFaultsFired();
    }

    private Task<ListPage> PageAsync(string? startAfter, string? token, int maxKeys) =>
        _store.ListPageAsync(new ListPageRequest("", startAfter, token, maxKeys), Token);

    private async Task<List<string>> KeysAsync(int maxKeys)
    {
        List<string> keys = [];
        string? token = null;
        do
        {
            ListPage page = await PageAsync(null, token, maxKeys);
            keys.AddRange(page.Entries.Select(entry => entry.Key));
            token = page.ContinuationToken;
        }
        while (token is not null);
        return keys;
    }

    private Task<string> ReadAsync(string key) => _store.ReadAsync(
        new ReadRequest(key, null, null),
        async (content, token) =>
        {
            using StreamReader reader = new(content.Body);
            return await reader.ReadToEndAsync(token);
        },
        Token);
}
