using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>Checks that ranges cover the whole key space once.</summary>
internal static class KeyRangePlan
{
    /// <summary>Throws where the ranges leave a gap, overlap, are empty or out of order.</summary>
    /// <exception cref="ArgumentException">The plan is wrong; the message names the ranges.</exception>
    public static void Check(IReadOnlyList<KeyRange> plan)
    {
        if (plan.Count == 0)
            throw new ArgumentException("The plan has no ranges.", nameof(plan));
        if (plan[0].StartExclusive is not null || plan[^1].EndInclusive is not null)
            throw new ArgumentException("The plan does not reach from the first key to the last.", nameof(plan));
        for (int i = 1; i < plan.Count; i++)
        {
            string? end = plan[i - 1].EndInclusive;
            if (end is null || plan[i].StartExclusive != end)
                throw new ArgumentException($"Range {plan[i - 1]} and range {plan[i]} leave a gap or overlap.", nameof(plan));
            if (plan[i].EndInclusive is { } next && KeyOrder.CompareKeys(end, next) >= 0)
                throw new ArgumentException($"Range {plan[i]} is empty or out of order.", nameof(plan));
        }
    }
}
