using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>What a store must do that keeps old versions. A test class derives from it and creates an empty store with versioning.</summary>
public abstract class VersionContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes an empty store with versioning.</summary>
    protected abstract ValueTask<IObjectStore> CreateStoreAsync();

    /// <summary>Whether the answer to a write names the version that it made.</summary>
    protected virtual bool NamesWhatItWrote => true;

    [Fact]
    public async Task A_history_is_listed_newest_first_with_its_delete_markers()
    {
        await using IObjectStore store = await CreateStoreAsync();
        string?[] written = [(await PutAsync(store, "k", "one")).VersionId, (await PutAsync(store, "k", "second")).VersionId];
        await store.DeleteAsync("k", Token);
        await PutAsync(store, "k", "third");
        await store.DeleteAsync("only deleted", Token);

        ObjectVersion[] found = await AllAsync(store, "");

        Assert.Equal(
            [("k", false, 5L, true), ("k", true, 0L, false), ("k", false, 6L, false), ("k", false, 3L, false), ("only deleted", true, 0L, true)],
            found.Select(version => (version.Key, version.IsDeleteMarker, version.Size, version.IsLatest)));
        Assert.Equal(5, found.Select(version => (version.Key, version.VersionId)).Distinct().Count());
        if (NamesWhatItWrote)
            Assert.Equal(string.Join(" ", written), $"{found[3].VersionId} {found[2].VersionId}");
        Assert.All(found, version => Assert.Equal(version.IsDeleteMarker, version.Entry is null));
        Assert.All(found.Where(version => version.Entry is not null), version => Assert.Equal((version.Key, version.Size), (version.Entry!.Key, version.Entry.Size)));
    }

    [Fact]
    public async Task Each_version_is_read_by_its_id_whatever_came_after_it()
    {
        await using IObjectStore store = await CreateStoreAsync();
        await PutAsync(store, "a b/ü", "one");
        await PutAsync(store, "a b/ü", "second");
        await store.DeleteAsync("a b/ü", Token);
        ObjectVersion[] found = await AllAsync(store, "");

        Assert.Null(await store.HeadAsync("a b/ü", Token));
        foreach ((ObjectVersion version, string text) in found[1..].Zip(["second", "one"]))
        {
            ObjectHead? head = await ((IVersionReader)store).HeadVersionAsync(version.Key, version.VersionId, Token);
            Assert.Equal((version.Entry!.Size, version.Entry.Version), (head!.Entry.Size, head.Entry.Version));
            ReadRequest read = new(version.Key, Range: null, version.Entry.Version) { VersionId = version.VersionId };
            Assert.Equal(text, await store.ReadAsync(read, ReadAllAsync, Token));
            Assert.Equal(text[1..2], await store.ReadAsync(read with { Range = new ByteRange(1, 1) }, ReadAllAsync, Token));
        }
    }

    [Fact]
    public async Task What_is_no_version_of_the_key_is_not_found()
    {
        await using IObjectStore store = await CreateStoreAsync();
        await PutAsync(store, "k", "one");
        await PutAsync(store, "other", "two");
        string foreign = (await AllAsync(store, "other"))[0].VersionId;

        Assert.Null(await ((IVersionReader)store).HeadVersionAsync("k", foreign, Token));
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync(new ReadRequest("k", null, null) { VersionId = foreign }, ReadAllAsync, Token));
        Assert.Equal(StoreErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task A_listing_goes_on_after_any_key_with_the_history_of_the_next()
    {
        await using IObjectStore store = await CreateStoreAsync();
        foreach (string key in (string[])["a", "b", "b/1", "c"])
        {
            await PutAsync(store, key, "one");
            await PutAsync(store, key, "two");
        }

        VersionPage page = await ((IVersionReader)store).ListVersionPageAsync("", new VersionMarker("b", VersionId: null), Token);

        // Ceph RGW begins with what the marker's own key has, AWS after it.
        Assert.Equal(["b/1", "b/1", "c", "c"], page.Versions.Select(version => version.Key).Where(key => key != "b"));
        Assert.Equal(["b", "b", "b/1", "b/1"], (await AllAsync(store, "b")).Select(version => version.Key));
    }

    private static async Task<ObjectVersion[]> AllAsync(IObjectStore store, string prefix)
    {
        List<ObjectVersion> all = [];
        VersionMarker? after = null;
        do
        {
            VersionPage page = await ((IVersionReader)store).ListVersionPageAsync(prefix, after, Token);
            all.AddRange(page.Versions);
            after = page.Next;
        }
        while (after is not null);
        return [.. all];
    }

    private static async Task<PutResult> PutAsync(IObjectStore store, string key, string text)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes(text));
        return await store.PutAsync(new PutRequest(key, body, ObjectMetadata.Empty), Token);
    }

    private static async ValueTask<string> ReadAllAsync(ObjectContent content, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(content.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
