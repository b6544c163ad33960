using CsCheck;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Listing;

/// <summary>Ranges are cut by evidence: fast, with few requests, and every key exactly once.</summary>
public sealed class RangeBoardTests
{
    private const int PageSize = 1000;
    private const double Jitter = 0.1;

    /// <summary>Keys of any kind, with few or many to a page: nothing missing, nothing twice, and at any moment a plan without gap or overlap.</summary>
    [Fact]
    public void Every_key_of_any_key_space_is_listed_exactly_once() =>
        Gen.Select(ManifestGenerators.Key.Array[0, 400], Gen.Int[1, 30]).Sample(
            (drawn, pageSize) =>
            {
                string[] keys = [.. drawn.Distinct().Order(KeyOrder.Instance)];
                BoardListing listing = BoardListing.Of(new TimedKeyStore(keys, pageSize, Jitter));
                Assert.Equal(keys, listing.Keys.Order(KeyOrder.Instance));
                KeyRangePlan.Check(listing.Plan);
            },
            iter: 500,
            threads: 1);

    /// <summary>The process dies when a cut is made and not yet kept: what the books say is still the whole, and what is complete is not listed again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(30)]
    public void A_listing_killed_between_a_cut_and_its_commit_is_completed_by_the_next_process(int cut)
    {
        string[] keys = KeySpaces.Of("dates", 100_000, seed: 205);
        BoardListing listing = new() { KilledAtCut = cut };
        Assert.Throws<KilledException>(() => listing.Run(new TimedKeyStore(keys, PageSize / 2, Jitter)));
        Assert.True(listing.Keys.Count < keys.Length);
        Assert.Equal(cut, listing.Plan.Count);

        listing.Run(new TimedKeyStore(keys, PageSize / 2, Jitter, seed: 2));

        Assert.Equal(keys, listing.Keys.Order(KeyOrder.Instance));
        KeyRangePlan.Check(listing.Plan);
    }

    /// <summary>
    /// On keys that the rules were not tuned on. Twenty times is the aim for flat, dates and tree. Shapes of uneven keys have bounds of
    /// their own.
    /// </summary>
    [Theory]
    [InlineData("flat", 20)]
    [InlineData("dates", 20)]
    [InlineData("tree", 20)]
    [InlineData("numbers", 18)]
    [InlineData("padded", 18)]
    [InlineData("names", 18)]
    [InlineData("base64", 13)]
    [InlineData("uuid-folders", 13)]
    [InlineData("long-prefix", 11)]
    [InlineData("date-folders", 9)]
    [InlineData("emoji", 7)]
    [InlineData("words", 4)]
    public void Many_times_faster_than_the_serial_listing_with_at_most_a_third_more_requests(string shape, int times)
    {
        foreach (int seed in (int[])[201, 202, 203, 204])
        {
            string[] keys = KeySpaces.Of(shape, 300_000, seed);
            TimedKeyStore store = new(keys, PageSize, Jitter, seed);
            int serial = (keys.Length + PageSize - 1) / PageSize;

            BoardListing listing = BoardListing.Of(store);

            TestContext.Current.TestOutputHelper?.WriteLine($"{shape} {seed}: {serial / store.Now:F1} times as fast, {store.Requests} requests of {serial}, {listing.Plan.Count} ranges");
            Assert.True(keys.SequenceEqual(listing.Keys.Order(KeyOrder.Instance)));
            Assert.InRange(store.Requests, serial, 1.3 * serial);
            Assert.InRange(store.Now, 1, serial / (double)times);
        }
    }

    /// <summary>Where a page comes in 2 ms, 50 requests more for 100 pages win less than they cost.</summary>
    [Theory]
    [InlineData("flat")]
    [InlineData("dates")]
    [InlineData("tree")]
    public void A_store_that_answers_at_once_is_hardly_asked_more_often_than_by_a_serial_listing(string shape)
    {
        string[] keys = KeySpaces.Of(shape, 100_000, seed: 207);
        TimedKeyStore near = new(keys, PageSize, Jitter, milliseconds: 2);
        TimedKeyStore far = new(keys, PageSize, Jitter, milliseconds: 60);

        BoardListing listing = BoardListing.Of(near);
        _ = BoardListing.Of(far);

        TestContext.Current.TestOutputHelper?.WriteLine($"{shape}: {near.Requests} and {far.Requests} requests of 100, {100 / near.Now:F1} and {100 / far.Now:F1} times as fast, {listing.Plan.Count} ranges");
        Assert.True(keys.SequenceEqual(listing.Keys.Order(KeyOrder.Instance)));
        Assert.InRange(near.Requests, 100, 115);
        Assert.True(far.Requests > near.Requests);
        Assert.InRange(far.Now, 1, near.Now);
    }
}
