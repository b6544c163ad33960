using CsCheck;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Listing;

public sealed class PagedListerTests
{
    private static readonly string[] Keys = ["a", "b", "c", "d", "e", "f", "g", "h"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_range_of_any_keys_is_listed_completely_and_in_order() =>
        await Gen.Select(ManifestGenerators.Key.Array[0, 20], ManifestGenerators.Key, ManifestGenerators.Key, Gen.Bool, Gen.Bool, Gen.Int[1, 5])
            .SampleAsync(async (some, after, to, isStartOpen, isEndOpen, pageSize) =>
            {
                string[] keys = [.. some.Distinct().Order(KeyOrder.Instance)];
                string? start = isStartOpen ? null : after;
                string? end = isEndOpen ? null : to;
                PageStore store = new(keys) { Limits = new StoreLimits { MaxPageSize = pageSize } };
                IRangeListing listing = new PagedLister(store, null, "").Open(start, end);

                List<ListedEntry> listed = await ListAsync(listing);

                string[] expected = [.. keys.Where(key =>
                    (start is null || KeyOrder.CompareKeys(key, start) > 0) && (end is null || KeyOrder.CompareKeys(key, end) <= 0))];
                Assert.Equal(expected, listed.Select(entry => entry.Entry.Key));
                Assert.Equal(Enumerable.Range(1, expected.Length).Select(ordinal => (long)ordinal), listed.Select(entry => entry.ObjectOrdinal));
                Assert.Equal(new ObjectCount(expected.Length, listed.Sum(entry => entry.Entry.Size)), listing.Totals.Listed);
                Assert.Equal(listing.Totals.Listed.Bytes, listed.Select(entry => entry.ByteOrdinal).LastOrDefault());
                Assert.Equal(store.Requests.Count, listing.Totals.Pages);
            }, iter: 500);

    [Fact]
    public async Task The_filter_marks_what_is_not_wanted_and_does_not_count_it()
    {
        ObjectFilter filter = new() { Prefix = "x/", Exclude = ["x/b"] };
        IRangeListing listing = new PagedLister(new PageStore("w", "x/a", "x/b", "x/c", "y"), ObjectFilterMatcher.Compile(filter), "x/").Open(null, null);

        List<ListedEntry> listed = await ListAsync(listing);

        Assert.Equal([("x/a", false, 1L), ("x/b", true, 1L), ("x/c", false, 2L)], listed.Select(entry => (entry.Entry.Key, entry.IsFilteredOut, entry.ObjectOrdinal)));
        Assert.Equal((2L, 1L), (listing.Totals.Listed.Objects, listing.Totals.FilteredOut));
    }

    [Fact]
    public async Task Only_keys_below_the_prefix_are_listed() =>
        Assert.Equal(["x/a"], (await ListAsync(new PagedLister(new PageStore("w", "x/a", "y"), null, "x/").Open(null, null))).Select(entry => entry.Entry.Key));

    [Fact]
    public async Task An_entry_that_is_missing_from_a_page_is_counted_all_the_same_from_that_page_on()
    {
        PageStore store = new(Keys) { Tamper = (number, page) => number == 1 ? page with { Entries = [page.Entries[0], page.Entries[2]] } : page };
        IRangeListing listing = new PagedLister(store, null, "").Open(null, null);

        List<ListedEntry> listed = await ListAsync(listing);

        Assert.Equal([2L, 3L, 4L, 5L, 6L, 7L, 8L], listed.Select(entry => entry.ObjectOrdinal));
        Assert.Equal(8, listing.Totals.Listed.Objects);
    }

    [Fact]
    public async Task A_page_that_the_end_of_the_range_cuts_counts_its_entries_inside()
    {
        IRangeListing listing = new PagedLister(new PageStore(Keys), null, "").Open("a", "e");

        Assert.Equal([1L, 2L, 3L, 4L], (await ListAsync(listing)).Select(entry => entry.ObjectOrdinal));
        Assert.Equal((4L, 2L), (listing.Totals.Listed.Objects, listing.Totals.Pages));
    }

    [Fact]
    public async Task No_page_is_asked_for_behind_the_end()
    {
        PageStore store = new(Keys);
        await ListAsync(new PagedLister(store, null, "").Open(null, "c"));
        Assert.Single(store.Requests);
    }

    [Theory]
    [InlineData("OutOfOrder")]
    [InlineData("Repeated")]
    [InlineData("StartAfterIgnored")]
    [InlineData("TokenRepeated")]
    [InlineData("EndlessEmptyPages")]
    [InlineData("OutsidePrefix")]
    public async Task A_store_that_breaks_the_rules_is_caught_by_name(string code)
    {
        bool hasFired = false;
        ListPage Fire(ListPage page)
        {
            hasFired = true;
            return page;
        }
        PageStore store = new(Keys)
        {
            IgnoresStartAfter = code == "StartAfterIgnored",
            Tamper = (number, page) => code switch
            {
                "OutOfOrder" when number == 2 => Fire(page with { Entries = [page.Entries[1], page.Entries[0], page.Entries[2]] }),
                "Repeated" when number == 2 => Fire(page with { Entries = [page.Entries[0], page.Entries[0]] }),
                "TokenRepeated" => Fire(page with { ContinuationToken = "ta" }),
                "EndlessEmptyPages" when number > 1 => Fire(new ListPage([], "t" + Keys[0] + number, 0)),
                "OutsidePrefix" => Fire(page with { Entries = [.. page.Entries.Select(entry => entry with { Key = "z" + entry.Key })] }),
                _ => page,
            },
        };
        hasFired |= store.IgnoresStartAfter;
        string prefix = code == "OutsidePrefix" ? "c" : "";

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => ListAsync(new PagedLister(store, null, prefix).Open(code == "StartAfterIgnored" ? "c" : null, null)));

        Assert.True(hasFired);
        Assert.Equal((StoreErrorKind.Listing, code), (error.Kind, error.Code));
        Assert.True(error.StopsJob);
    }

    [Fact]
    public async Task A_page_that_comes_twice_is_called_repeated()
    {
        ListPage? first = null;
        PageStore store = new(Keys) { Tamper = (number, page) => number == 1 ? first = page : first! with { ContinuationToken = "tc2" } };
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => ListAsync(new PagedLister(store, null, "").Open(null, null)));
        Assert.Equal("Repeated", error.Code);
    }

    [Fact]
    public async Task Disorder_behind_the_end_of_the_range_is_found_too()
    {
        PageStore store = new(Keys) { Tamper = (_, page) => page with { Entries = [page.Entries[2], page.Entries[0], page.Entries[1]] } };
        List<string> seen = [];
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await foreach (ListedEntry entry in new PagedLister(store, null, "").Open(null, "b").ReadAsync(Token))
                seen.Add(entry.Entry.Key);
        });
        Assert.Equal("OutOfOrder", error.Code);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Empty_and_short_pages_with_more_to_come_are_no_reason_to_stop()
    {
        int tampered = 0;
        PageStore store = new(Keys)
        {
            Tamper = (number, page) =>
            {
                if (number is not (1 or 3))
                    return page;
                tampered++;
                return number == 1 ? new ListPage([], "t.", 0) : new ListPage([page.Entries[0]], "t" + page.Entries[0].Key, 1);
            },
        };

        List<ListedEntry> listed = await ListAsync(new PagedLister(store, null, "").Open(null, null));

        Assert.Equal(2, tampered);
        Assert.Equal(Keys, listed.Select(entry => entry.Entry.Key));
    }

    [Fact]
    public async Task The_next_page_is_under_way_while_this_one_is_used_and_is_cancelled_when_nobody_wants_it()
    {
        TaskCompletionSource cancelled = new();
        PageStore store = new(Keys)
        {
            Before = async (number, token) =>
            {
                if (number == 1)
                    return;
                token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, token);
            },
        };
        await foreach (ListedEntry entry in new PagedLister(store, null, "").Open(null, null).ReadAsync(Token))
        {
            Assert.Equal("a", entry.Entry.Key);
            Assert.Equal([null, "tc"], store.Requests.Select(request => request.ContinuationToken));
            break;
        }

        Assert.True(cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task An_error_of_the_store_ends_the_listing_with_that_error()
    {
        StoreException failure = new(StoreErrorKind.AccessDenied, "s3://pages", "No.");
        PageStore store = new(Keys) { Before = (number, _) => number == 2 ? Task.FromException(failure) : Task.CompletedTask };
        Assert.Same(failure, await Assert.ThrowsAsync<StoreException>(() => ListAsync(new PagedLister(store, null, "").Open(null, null))));
    }

    internal static async Task<List<ListedEntry>> ListAsync(IRangeListing listing)
    {
        List<ListedEntry> listed = [];
        await foreach (ListedEntry entry in listing.ReadAsync(Token))
            listed.Add(entry);
        return listed;
    }
}
