using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class SourceContract
{
    // Chosen so that UTF-16 order, UTF-8 order, and "directory by directory" order all differ.
    private static readonly string[] InOrder =
    [
        "A", "Z", "a", "a b", "a!", "a-b/c", "a.txt", "a0", "ab", "b/1", "b/10", "b/2", "b/c/d", "b0", "c-d", "c.d/1", "c.txt", "c/1", "c0",
        "\u00e9", "\ue000", "\uffee", "\U0001f600", "\U0010fffd",
    ];

    private string[] Sorted => [.. InOrder.Order(Traits.Order)];

    [Fact]
    public async Task An_empty_store_lists_nothing()
    {
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Keys_are_listed_in_the_stores_order()
    {
        await WriteAllAsync(Enumerable.Reverse(Sorted));

        Assert.Equal(Sorted, await KeysAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(24)]
    public async Task Pages_of_any_size_give_every_key_once(int pageSize)
    {
        await WriteAllAsync(Sorted);

        Assert.Equal(Sorted, await KeysAsync(maxKeys: pageSize));
    }

    [Fact]
    public async Task A_page_ends_the_listing_when_nothing_is_left()
    {
        await WriteAllAsync(["a", "b"]);

        ListPage page = await Store.ListPageAsync(new ListPageRequest("", null, null, 1000), Token);

        Assert.Equal(2, page.Entries.Count);
        Assert.Null(page.ContinuationToken);
    }

    [Fact]
    public async Task Start_after_leaves_out_the_named_key_and_all_before_it()
    {
        await WriteAllAsync(Sorted);

        for (int i = 0; i < Sorted.Length; i++)
            Assert.Equal(After(Sorted, Sorted[i]), await KeysAsync(startAfter: Sorted[i], maxKeys: 5));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("a ", 3)]
    [InlineData("a/", 7)]
    [InlineData("b/10x", 11)]
    [InlineData("b/c", 12)]
    [InlineData("\ud800\udc00", 22)]
    public async Task Start_after_need_not_be_a_key(string startAfter, int firstLeft)
    {
        await WriteAllAsync(Sorted);

        Assert.Equal(InOrder[firstLeft..], InOrder.Where(key => KeyOrder.CompareKeys(key, startAfter) > 0));
        Assert.Equal(After(Sorted, startAfter), await KeysAsync(startAfter: startAfter, maxKeys: 3));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("b/")]
    [InlineData("b/1")]
    [InlineData("b/c/d")]
    [InlineData("b/c/d/")]
    [InlineData("\u00e9")]
    [InlineData("nothing")]
    public async Task A_prefix_is_taken_literally(string prefix)
    {
        await WriteAllAsync(Sorted);

        string[] expected = [.. Sorted.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.Equal(expected, await KeysAsync(prefix, maxKeys: 2));
    }

    [Fact]
    public async Task Prefix_and_start_after_hold_together()
    {
        await WriteAllAsync(Sorted);

        string[] keys = ["b/1", "b/10", "b/2", "b/c/d"];
        Assert.Equal(After(keys, "b/1"), await KeysAsync("b/", "b/1", 2));
        Assert.Equal(After(keys, "a"), await KeysAsync("b/", "a"));
        Assert.Equal(After(keys, "c"), await KeysAsync("b/", "c"));
    }

    [Fact]
    public async Task A_prefix_of_odd_characters_is_taken_literally()
    {
        await WriteAllAsync(["p+q %2F&<x>/1", "p+q %2F&<x>/2", "p q %2F&<x>/3", "p+q /&<x>/4"]);

        Assert.Equal(["p+q %2F&<x>/1", "p+q %2F&<x>/2"], await KeysAsync("p+q %2F&<x>/", maxKeys: 1));
        Assert.Equal(After(["p+q %2F&<x>/1", "p+q %2F&<x>/2"], "p+q %2F&<x>/1"), await KeysAsync("p+q %2F&<x>/", "p+q %2F&<x>/1"));
    }

    [Fact]
    public async Task An_entry_says_the_same_as_a_head()
    {
        await WriteAsync("folder/object", "12345");

        ObjectEntry entry = Assert.Single(await ListAsync());
        ObjectEntry head = (await HeadAsync("folder/object")).Entry;
        Assert.Equal("folder/object", entry.Key);
        Assert.Equal(5, entry.Size);
        Assert.Equal(ObjectAvailability.Readable, entry.Availability);
        Assert.NotEmpty(entry.Version.Value);
        Assert.Equal(entry.Version, head.Version);
        Assert.Equal(entry.ETag, head.ETag);
        Assert.Equal(entry.Size, head.Size);
        Assert.Equal(entry.Key, head.Key);
        Assert.Equal(TimeSpan.Zero, entry.LastModified.Offset);
        Assert.InRange((entry.LastModified - head.LastModified).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_replaced_object_is_listed_once_with_another_version()
    {
        await WriteAsync("key", "first");
        SourceVersion first = Assert.Single(await ListAsync()).Version;

        await WriteAsync("key", "second");

        ObjectEntry entry = Assert.Single(await ListAsync());
        Assert.Equal(6, entry.Size);
        Assert.NotEqual(first, entry.Version);
    }

    // A store that ignores where to begin must begin so early that the range lister sees it.
    private IEnumerable<string> After(string[] sorted, string startAfter) => Traits.StartsInTheMiddle
        ? sorted.Where(key => Traits.Order.Compare(key, startAfter) > 0)
        : sorted.SkipWhile((key, index) => Traits.LeavesOutTheNamedKey && index == 0 && key == startAfter);
}
