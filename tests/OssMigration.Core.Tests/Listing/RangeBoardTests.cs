using System.Globalization;
using CsCheck;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Listing;

/// <summary>Ranges are cut by evidence: fast, with few requests, and every key exactly once.</summary>
public sealed class RangeBoardTests
{
    private const int PageSize = 1000;

    /// <summary>Keys of any kind, with few or many to a page: nothing missing, nothing twice, and at any moment a plan without gap or overlap.</summary>
    [Fact]
    public async Task Every_key_of_any_key_space_is_listed_exactly_once() =>
        await Gen.Select(ManifestGenerators.Key.Array[0, 400], Gen.Int[1, 30]).SampleAsync(
            async (drawn, pageSize) =>
            {
                string[] keys = [.. drawn.Distinct().Order(KeyOrder.Instance)];
                (BoardListing listing, _) = await BoardListing.OfAsync(keys, pageSize);
                Assert.Equal(keys, listing.Keys.Order(KeyOrder.Instance));
                KeyRangePlan.Check(listing.Plan);
            },
            iter: 100,
            threads: 1);

    [Theory]
    [InlineData("flat", 15)]
    [InlineData("dates", 12)]
    [InlineData("tree", 8)]
    [InlineData("numbers", 10)]
    [InlineData("names", 10)]
    [InlineData("uuid-folders", 10)]
    [InlineData("emoji", 5)]
    public async Task Much_faster_than_the_serial_listing_with_at_most_a_third_more_requests(string shape, int times)
    {
        string[] keys = KeysOf(shape, 300_000);
        int serial = (keys.Length + PageSize - 1) / PageSize;

        (BoardListing listing, TimedKeyStore store) = await BoardListing.OfAsync(keys, PageSize);

        TestContext.Current.TestOutputHelper?.WriteLine($"{shape}: {store.Ticks} ticks, {store.Requests} requests of {serial}, {listing.Plan.Count} ranges");
        Assert.Equal(keys, listing.Keys.Order(KeyOrder.Instance));
        Assert.InRange(store.Requests, serial, 1.3 * serial);
        Assert.InRange(store.Ticks, 1, serial / times);
    }

    internal static string[] KeysOf(string shape, int count)
    {
        Random random = new(7);
        IEnumerable<string> keys = Enumerable.Range(0, count).Select(i => shape switch
        {
            "flat" => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64():x16}{random.NextInt64():x16}"),
            "dates" => string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2019, 1, 1).AddMinutes(i * 9.6):yyyy'/'MM'/'dd'/'HH'/'mmss}-{i:d12}.log"),
            "tree" => string.Create(CultureInfo.InvariantCulture, $"d{i >> 15 & 31:d2}/d{i >> 10 & 31:d2}/d{i >> 5 & 31:d2}/f{i & 31:d2}.bin"),
            "numbers" => string.Create(CultureInfo.InvariantCulture, $"IMG_{i}.jpg"),
            "names" => Name(random) + "/" + Name(random) + "-" + random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
            "uuid-folders" => "tenants/" + (random.Next(8) * random.Next(8)) + "/objects/" + new Guid(Bytes(random)),
            "long-prefix" => new string('x', 200) + "/" + new string('y', 100) + random.Next().ToString("d10", CultureInfo.InvariantCulture),
            _ => char.ConvertFromUtf32(0x1F300 + random.Next(200)) + char.ConvertFromUtf32(0xFF21 + random.Next(20)) + random.Next(100_000),
        });
        return [.. keys.Distinct().Order(KeyOrder.Instance)];
    }

    private static string Name(Random random) => string.Concat(Enumerable.Range(0, 2 + random.Next(3)).Select(_ => "bdfgklmnrst"[random.Next(11)].ToString() + "aeiou"[random.Next(5)]));

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }
}
