namespace OssMigration.Core.Throttling;

/// <summary>What a job may take, now and later.</summary>
/// <param name="Always">What holds at any time; without a rate where the timetable gives it.</param>
/// <param name="Schedule">The timetable; null for none.</param>
internal sealed record LimitPlan(RateLimits Always, WeeklySchedule? Schedule)
{
    /// <summary>No limit at any time.</summary>
    public static LimitPlan None { get; } = new(RateLimits.None, null);

    /// <summary>What may be taken at a moment.</summary>
    public RateLimits At(DateTimeOffset moment)
        => Schedule?.At(moment) is { } now ? now with { ObjectsPerSecond = now.ObjectsPerSecond ?? Always.ObjectsPerSecond } : Always;

    /// <summary>The first moment after this one at which other limits hold; null when they never change by themselves.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment) => Schedule?.NextChange(moment);
}
