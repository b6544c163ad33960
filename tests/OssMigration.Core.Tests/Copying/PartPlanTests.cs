using CsCheck;
using OssMigration.Core.Copying;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

public sealed class PartPlanTests
{
    private const long MiB = 1 << 20;

    private static readonly StoreLimits Oss = new() { MinPartBytes = 100 << 10, MaxPartBytes = 5L << 30, MaxParts = 10_000, MaxObjectBytes = 48_800L << 30 };

    [Fact]
    public void The_parts_lie_end_to_end_within_the_limits() =>
        Gen.Select(
            Gen.OneOf(Gen.Long[1, 100 * MiB], Gen.Long[1, 48_800L << 30]), Gen.OneOf(Gen.Long[1, 10 * MiB], Gen.Long[1, 10L << 30]),
            Gen.OneOf<StoreLimits>(Oss, new StoreLimits(), new StoreLimits { MinPartBytes = 7, MaxPartBytes = 6L << 30, MaxParts = 9_999 }))
        .Where((size, _, limits) => size <= limits.MaxObjectBytes)
        .Sample((size, preferred, limits) =>
        {
            PartPlan plan = PartPlan.For(size, preferred, limits);

            Assert.InRange(plan.Count, 1, limits.MaxParts);
            Assert.InRange(plan.PartSize, limits.MinPartBytes, limits.MaxPartBytes);
            bool isAsPreferred = plan.PartSize == Math.Clamp(preferred, limits.MinPartBytes, limits.MaxPartBytes);
            Assert.True(isAsPreferred || plan.PartSize % MiB == 0);
            ByteRange last = plan.RangeOf(plan.Count);
            Assert.Equal(size, last.Offset + last.Length);
            Assert.InRange(last.Length, 1, plan.PartSize);
            Assert.Equal(new ByteRange(0, Math.Min(size, plan.PartSize)), plan.RangeOf(1));
            if (plan.Count > 1)
                Assert.Equal(new ByteRange(plan.PartSize * (plan.Count - 2), plan.PartSize), plan.RangeOf(plan.Count - 1));
        });

    [Theory]
    [InlineData(100 * MiB, 16 * MiB, 16 * MiB, 7)]
    [InlineData(100 * MiB, 16 * MiB - 5, 16 * MiB - 5, 7)]
    [InlineData(16 * MiB, 16 * MiB, 16 * MiB, 1)]
    [InlineData(1, 16 * MiB, 16 * MiB, 1)]
    [InlineData(5L << 40, 16 * MiB, 525 * MiB, 9987)]
    [InlineData(48_800L << 30, 16 * MiB, 4998 * MiB, 9999)]
    [InlineData(100 * MiB, 50L << 30, 5L << 30, 1)]
    public void The_preferred_size_is_taken_where_it_fits(long size, long preferred, long expected, int count) =>
        Assert.Equal(new PartPlan(size, expected, count), PartPlan.For(size, preferred, Oss));

    [Fact]
    public void Limits_without_a_whole_mebibyte_are_kept_all_the_same() =>
        Assert.Equal(new PartPlan(1000, 300, 4), PartPlan.For(1000, 200, new StoreLimits { MinPartBytes = 300, MaxPartBytes = 400, MaxParts = 4 }));

    [Fact]
    public void An_object_that_no_plan_can_hold_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.For(10_001, 10, new StoreLimits { MinPartBytes = 1, MaxPartBytes = 1, MaxParts = 10_000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.For(0, 10, Oss));
        Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.For(Oss.MaxObjectBytes + 1, 10, Oss));
    }
}
