using System.Globalization;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>Which job may have its source deleted, and when. Pure: it looks at records only.</summary>
internal static class JobGate
{
    /// <summary>Refuses a job that is not done, or that has left something behind.</summary>
    /// <param name="job">The job.</param>
    /// <param name="last">Its last run; null before the first.</param>
    /// <param name="report">The report of the last run over everything; null where there is none.</param>
    /// <param name="isRunning">Whether a process runs it now.</param>
    /// <param name="now">The time.</param>
    /// <param name="acceptSuperseded">Whether conflicts, which are the business's own writes after cut-over, are accepted.</param>
    /// <exception cref="RefusedException">It may not.</exception>
    public static void Check(MigrationJob job, RunRow? last, MigrationReport? report, bool isRunning, DateTimeOffset now, bool acceptSuperseded)
    {
        if (!job.IsWhole)
        {
            throw new RefusedException(
                "LifecycleJobFiltered", $"Job '{job.Name}' has {(job.ObjectList is null ? "a filter beyond its prefix" : "an object list")}. A lifecycle rule has none, and would delete what was left out.",
                "Make a job without -ObjectList, -Include, -Exclude, sizes and dates, run it and compare; what is at the destination already is not copied again.");
        }

        if (isRunning)
            throw new RefusedException("LifecycleJobRunning", $"Job '{job.Name}' is running now.", "Wait for its end, or stop it with Stop-OssMigration; then compare again.");
        if (job.CutoverTime is not { } cutover)
            throw new RefusedException("LifecycleNotCutOver", $"Job '{job.Name}' has no cut-over time: the business still uses the source.", "Set-MigrationJob -CutoverTime says when the destination took over.");
        if (cutover > now)
            throw new RefusedException("LifecycleNotCutOver", $"The cut-over of job '{job.Name}' is to come ({Time(cutover)}): the business still uses the source.", "Come back after it.");
        CheckRun(job.Name, last, report, acceptSuperseded);
    }

    /// <summary>Refuses a job that encodes keys, unless the user accepts that readers find such objects under their encoded keys only.</summary>
    /// <exception cref="RefusedException">It does, and that is not accepted.</exception>
    public static void CheckKeys(MigrationJob job, bool acceptEncodedKeys)
    {
        if (job.InvalidKeyAction == InvalidKeyAction.Encode && !acceptEncodedKeys)
        {
            throw new RefusedException(
                "LifecycleKeysEncoded",
                $"Job '{job.Name}' encodes keys that OSS cannot hold: such objects are at the destination under '{KeyEncoding.Prefix}...' only, and the source is the last place that has them under their own keys.",
                "Accept that with -AcceptEncodedKeys. Export-MigrationReport to a .csv has both names of every object.");
        }
    }

    /// <summary>The prefix of the rule, in full keys.</summary>
    /// <exception cref="RefusedException">It covers more than the job.</exception>
    public static string PrefixOf(MigrationJob job, string? asked)
    {
        string own = job.Source.Prefix + job.Filter.Prefix;
        string prefix = asked ?? own;
        if (!prefix.StartsWith(own, StringComparison.Ordinal))
        {
            throw new RefusedException(
                "LifecyclePrefixTooWide", $"The job covers keys that begin with '{own}'; a rule for '{prefix}' would delete others too.", "Give a prefix that begins with the job's, or none.");
        }

        if (prefix.Any(c => c < ' ' && c is not ('\t' or '\n' or '\r')) || prefix.Contains('\uFFFE', StringComparison.Ordinal) || prefix.Contains('\uFFFF', StringComparison.Ordinal))
            throw new RefusedException("LifecyclePrefixNotPossible", "The prefix has a character that XML, and so a lifecycle rule, cannot hold.", "Give a longer or shorter prefix without it, or delete these objects by hand.");
        return prefix;
    }

    /// <summary>The first midnight UTC on or after one day past a moment.</summary>
    public static DateTimeOffset EarliestDate(DateTimeOffset end)
    {
        DateTime due = end.UtcDateTime.AddDays(1);
        return new DateTimeOffset(due == due.Date ? due : due.Date.AddDays(1), TimeSpan.Zero);
    }

    /// <summary>The date of the rule.</summary>
    /// <exception cref="RefusedException">It is in the past, no midnight UTC, or too early.</exception>
    public static DateTimeOffset DateOf(DateTimeOffset? asked, DateTimeOffset comparisonEnd, DateTimeOffset now)
    {
        DateTimeOffset earliest = EarliestDate(comparisonEnd);
        if (asked is not { } date)
            return earliest;
        string mend = $"The earliest date is {Time(earliest)}.";
        if (date <= now)
            throw new RefusedException("LifecycleDatePast", $"The date {Time(date)} is in the past.", mend);
        if (date.UtcDateTime.TimeOfDay != TimeSpan.Zero)
            throw new RefusedException("LifecycleDateNotMidnight", $"A lifecycle rule acts at midnight UTC; {Time(date)} is none.", $"Write it as '{date.UtcDateTime:yyyy-MM-dd}T00:00:00Z'. {mend}");
        if (date < earliest)
            throw new RefusedException("LifecycleDateTooEarly", $"The date {Time(date)} is less than a day after the end of the comparison ({Time(comparisonEnd)}).", mend);
        return date.ToUniversalTime();
    }

    private static void CheckRun(string name, RunRow? last, MigrationReport? report, bool acceptSuperseded)
    {
        string again = $"Run the job again (Start-OssMigration -Job {name}) and compare again.";
        if (last is null || report is null)
            throw new RefusedException("LifecycleJobUnfinished", $"Job '{name}' has not run over everything that it covers.", again);
        if (!last.IsFinished)
            throw new RefusedException("LifecycleJobUnfinished", $"Run {last.Run} of job '{name}' is not finished.", again);
        if (report.Status == RunStatus.Incomplete || !report.Reconciled)
            throw new RefusedException("LifecycleJobUnfinished", $"Run {report.Run} of job '{name}' is Incomplete: {report.Reason}", again);
        List<string> left = [];
        foreach ((string what, ObjectCount count) in new[] { ("failed", report.Failed), ("unsupported", report.Unsupported), ("waiting for a restore", report.NeedsRestore), ("vanished while they were read", report.Vanished) })
        {
            if (count.Objects > 0)
                left.Add($"{what}: {count}");
        }

        if (left.Count > 0)
            throw new RefusedException("LifecycleJobExceptions", $"Run {report.Run} of job '{name}' left objects behind ({string.Join("; ", left)}).", $"Get-MigrationItem -Job {name} names them. {again}");
        if (report.Conflict.Objects > 0 && !acceptSuperseded)
        {
            throw new RefusedException(
                "LifecycleSuperseded", $"Run {report.Run} of job '{name}' left {report.Conflict} alone because the business had changed them at the destination.", "Accept that with -AcceptSuperseded.");
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
