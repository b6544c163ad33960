using CsCheck;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Listing;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Planning;

public sealed class KeyRangePlanTests
{
    private static Gen<string[]> Cuts { get; } = ManifestGenerators.Key.Array[0, 8].Select(keys => keys.Distinct().Order(KeyOrder.Instance).ToArray());

    [Fact]
    public void A_plan_that_passes_holds_every_key_exactly_once() =>
        Gen.Select(Cuts, ManifestGenerators.Key).Sample((cuts, key) =>
        {
            KeyRange[] plan = Plan(cuts);
            KeyRangePlan.Check(plan);
            return plan.Count(range => range.Contains(key)) == 1;
        });

    [Fact]
    public void A_plan_with_one_bound_moved_or_one_range_taken_out_never_passes() =>
        Gen.Select(Cuts.Where(cuts => cuts.Length > 0), Gen.Int[0, 100], ManifestGenerators.Key, Gen.Int[0, 2]).Sample((cuts, place, key, how) =>
        {
            List<KeyRange> plan = [.. Plan(cuts)];
            int at = place % plan.Count;
            KeyRange before = plan[at];
            if (how == 0)
                plan.RemoveAt(at);
            else
                plan[at] = how == 1 ? before with { StartExclusive = key } : before with { EndInclusive = key };

            bool isSame = plan.Count > at && plan[at] == before;
            if (isSame)
                KeyRangePlan.Check(plan);
            else
                Assert.Throws<ArgumentException>(() => KeyRangePlan.Check(plan));
        });

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    [InlineData(null, "a")]
    [InlineData("a", null)]
    public void The_ranges_that_do_not_fit_are_named(string? firstEnd, string? secondStart)
    {
        KeyRange first = new(null, firstEnd);
        KeyRange second = new(secondStart, null);
        ArgumentException error = Assert.Throws<ArgumentException>(() => KeyRangePlan.Check([first, second]));
        Assert.Contains(first.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(second.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_range_at_all_is_no_plan() => Assert.Throws<ArgumentException>(() => KeyRangePlan.Check([]));

    [Fact]
    public async Task Fixed_plans_of_any_size_are_complete() =>
        await Gen.Select(Gen.Int[1, FixedRangePlanner.MostRanges], Gen.OneOf<string>("", "photos/", "\U0001F600")).SampleAsync(async (count, prefix) =>
        {
            IReadOnlyList<KeyRange> plan = await PlanAsync(count, prefix);

            Assert.Equal(count, plan.Count);
            KeyRangePlan.Check(plan);
        }, iter: 200);

    [Fact]
    public async Task A_fixed_plan_cuts_evenly_below_the_prefix()
    {
        Assert.Equal([KeyRange.All], await PlanAsync(1, "p/"));
        Assert.Equal([new KeyRange(null, "p/V"), new KeyRange("p/V", null)], await PlanAsync(2, "p/"));
        Assert.Equal(["0V", "1", "1V", "2"], (await PlanAsync(124, "")).Take(4).Select(range => range.EndInclusive));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedRangePlanner(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedRangePlanner(FixedRangePlanner.MostRanges + 1));
    }

    [Fact]
    public async Task A_source_that_fits_into_one_page_is_one_range() =>
        Assert.Equal([KeyRange.All], await new FixedRangePlanner(16).PlanAsync(new PageStore("a", "b"), "", TestContext.Current.CancellationToken));

    private static ValueTask<IReadOnlyList<KeyRange>> PlanAsync(int count, string prefix)
    {
        // One key more than a page holds.
        PageStore large = new([.. Enumerable.Range(0, 20).Select(i => $"{prefix}{i:D4}")]);
        return new FixedRangePlanner(count).PlanAsync(large, prefix, TestContext.Current.CancellationToken);
    }

    private static KeyRange[] Plan(string[] cuts)
    {
        string?[] bounds = [null, .. cuts, null];
        return [.. bounds.Zip(bounds.Skip(1), (start, end) => new KeyRange(start, end))];
    }
}
