using CsCheck;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
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

    private static KeyRange[] Plan(string[] cuts)
    {
        string?[] bounds = [null, .. cuts, null];
        return [.. bounds.Zip(bounds.Skip(1), (start, end) => new KeyRange(start, end))];
    }
}
