using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>The limits of a job, however they are put: a constant rate, a line with a reserve, or a timetable.</summary>
internal static class JobLimits
{
    /// <summary>The limits of a job that was checked.</summary>
    public static LimitPlan Of(MigrationJob job)
    {
        long? rest = job.LinkBytesPerSecond - job.ReserveBytesPerSecond;
        RateLimits always = new() { BytesPerSecond = job.MaxBytesPerSecond ?? rest, ObjectsPerSecond = job.MaxObjectsPerSecond };
        return new LimitPlan(always, job.Schedule is null ? null : WeeklySchedule.TryParse(job.Schedule, job.TimeZone ?? "", out _));
    }

    /// <summary>Whether two states of a job have the same limits.</summary>
    public static bool AreSame(MigrationJob one, MigrationJob other) => Key(one).Equals(Key(other));

    /// <summary>What is wrong with the limits, one sentence each.</summary>
    public static IEnumerable<string> Problems(MigrationJob job)
    {
        if (job.MaxBytesPerSecond is < RateLimits.LowestBytesPerSecond)
            yield return $"MaxBytesPerSecond is {job.MaxBytesPerSecond}; at least {RateLimits.LowestBytesPerSecond} is possible, or none for no limit.";
        if (job.MaxObjectsPerSecond is < 1)
            yield return $"MaxObjectsPerSecond is {job.MaxObjectsPerSecond}; at least 1 is possible, or none for no limit.";
        string[] rates = [.. Rates(job)];
        if (rates.Length > 1)
            yield return $"{string.Join(" and ", rates)} contradict each other: each of them says how much of the line the job may take. Give one.";
        foreach (string problem in LineProblems(job))
            yield return problem;
        foreach (string problem in ScheduleProblems(job))
            yield return problem;
    }

    private static object Key(MigrationJob job)
        => (job.MaxBytesPerSecond, job.MaxObjectsPerSecond, job.LinkBytesPerSecond, job.ReserveBytesPerSecond, job.Schedule, job.TimeZone);

    private static IEnumerable<string> Rates(MigrationJob job)
    {
        if (job.MaxBytesPerSecond is not null)
            yield return "MaxBandwidth";
        if (job.Schedule is not null)
            yield return "Schedule";
        if (job.LinkBytesPerSecond is not null || job.ReserveBytesPerSecond is not null)
            yield return "LinkBandwidth with ReserveForBusiness";
    }

    private static IEnumerable<string> LineProblems(MigrationJob job)
    {
        if (job.LinkBytesPerSecond is null && job.ReserveBytesPerSecond is null)
            yield break;
        if (job.LinkBytesPerSecond is not { } link)
            yield return "ReserveForBusiness needs LinkBandwidth: say how much the line carries, the job takes the rest.";
        else if (job.ReserveBytesPerSecond is not { } reserve)
            yield return "LinkBandwidth needs ReserveForBusiness: say how much of the line the business keeps. Where it is one limit that you want, give MaxBandwidth.";
        else if (link <= 0 || reserve <= 0)
            yield return "LinkBandwidth and ReserveForBusiness are above 0.";
        else if (link - reserve < RateLimits.LowestBytesPerSecond)
            yield return $"ReserveForBusiness ({reserve} bytes/s) leaves nothing of LinkBandwidth ({link} bytes/s) for the job. At least {RateLimits.LowestBytesPerSecond} bytes a second must be left.";
    }

    private static IEnumerable<string> ScheduleProblems(MigrationJob job)
    {
        if (job.Schedule is null)
        {
            if (job.TimeZone is not null)
                yield return "TimeZone has a meaning with Schedule only.";
            yield break;
        }

        if (string.IsNullOrWhiteSpace(job.TimeZone))
        {
            yield return "Schedule needs TimeZone: the zone whose clocks it follows, for example Asia/Shanghai.";
            yield break;
        }

        if (WeeklySchedule.TryParse(job.Schedule, job.TimeZone, out IReadOnlyList<string> problems) is { } schedule)
        {
            if (job.MaxObjectsPerSecond is not null && schedule.LimitsObjects)
                yield return "MaxObjectRate and the objects a second of Schedule contradict each other. Give one.";
            yield break;
        }

        foreach (string problem in problems)
            yield return problem;
    }
}
