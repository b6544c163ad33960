using CsCheck;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Listing;

public sealed class SerialSortedListerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ranges_of_a_store_without_order_come_out_in_order_after_one_listing() =>
        await Gen.Select(ManifestGenerators.Key.Array[0, 20], ManifestGenerators.Key, ManifestGenerators.Key).SampleAsync(async (some, after, to) =>
        {
            string[] keys = [.. some.Distinct().Order(KeyOrder.Instance)];
            PageStore store = new(keys)
            {
                IgnoresStartAfter = true,
                Tamper = (_, page) => page with { Entries = [.. page.Entries.Reverse()] },
            };
            using SerialSortedLister lister = new(store, null, "", _folder.NewFile());

            Assert.Equal(keys, await KeysAsync(lister.Open(null, null)));
            int requests = store.Requests.Count;
            Assert.Equal(
                keys.Where(key => KeyOrder.CompareKeys(key, after) > 0 && KeyOrder.CompareKeys(key, to) <= 0), await KeysAsync(lister.Open(after, to)));
            Assert.Equal(requests, store.Requests.Count);
        }, iter: 40);

    [Fact]
    public async Task Entries_come_back_whole_and_counted()
    {
        ObjectEntry[] entries =
        [
            new("a", 0, new SourceVersion("v"), null, DateTimeOffset.UnixEpoch),
            new("b", long.MaxValue, new SourceVersion("w"), "e", new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), "GLACIER", ObjectAvailability.NeedsRestore),
            new("c", 5, new SourceVersion("x"), "e", DateTimeOffset.UnixEpoch),
        ];
        using SerialSortedLister lister = new(new PageStore(entries), ObjectFilterMatcher.Compile(new ObjectFilter { Exclude = ["b"] }), "", _folder.NewFile());
        IRangeListing listing = lister.Open(null, null);

        List<ListedEntry> listed = await PagedListerTests.ListAsync(listing);

        Assert.Equal(entries, listed.Select(entry => entry.Entry));
        Assert.Equal([(false, 1L, 0L), (true, 1L, 0L), (false, 2L, 5L)], listed.Select(entry => (entry.IsFilteredOut, entry.ObjectOrdinal, entry.ByteOrdinal)));
        Assert.Equal((2L, 5L, 1L), (listing.Totals.Listed.Objects, listing.Totals.Listed.Bytes, listing.Totals.FilteredOut));
    }

    [Fact]
    public async Task A_listing_that_failed_is_done_again_for_the_next_range()
    {
        StoreException failure = new(StoreErrorKind.Network, "s3://pages", "Reset.");
        PageStore store = new(["a", "b", "c", "d"]) { Before = (number, _) => number == 2 ? Task.FromException(failure) : Task.CompletedTask };
        using SerialSortedLister lister = new(store, null, "", _folder.NewFile());

        Assert.Same(failure, await Assert.ThrowsAsync<StoreException>(() => KeysAsync(lister.Open(null, null))));
        Assert.Equal(["a", "b", "c", "d"], await KeysAsync(lister.Open(null, null)));
    }

    [Fact]
    public async Task A_page_with_fewer_entries_than_it_declares_is_an_error()
    {
        PageStore store = new(["a", "b"]) { Tamper = (_, page) => page with { DeclaredCount = 3 } };
        using SerialSortedLister lister = new(store, null, "", _folder.NewFile());
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => KeysAsync(lister.Open(null, null)));
        Assert.Equal("CountMismatch", error.Code);
    }

    [Fact]
    public async Task The_file_is_deleted_in_the_end()
    {
        string path = _folder.NewFile();
        await File.WriteAllTextAsync(path, "something that was left over", Token);
        using (SerialSortedLister lister = new(new PageStore("a"), null, "", path))
        {
            Assert.Equal(["a"], await KeysAsync(lister.Open(null, null)));
            Assert.True(File.Exists(path));
        }
        Assert.False(File.Exists(path));
    }

    private static async Task<IEnumerable<string>> KeysAsync(IRangeListing listing) =>
        (await PagedListerTests.ListAsync(listing)).Select(entry => entry.Entry.Key);
}
