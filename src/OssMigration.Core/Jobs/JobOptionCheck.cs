using System.Text.RegularExpressions;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Checks the options of a job, all at once.</summary>
internal static partial class JobOptionCheck
{
    /// <summary>Throws with every problem there is; returns when there is none.</summary>
    public static void Check(MigrationJob job)
    {
        List<string> problems = [.. Problems(job)];
        if (problems.Count > 0)
            throw new JobOptionException(problems);
    }

    /// <summary>Whether a job can have this name.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>What is wrong with the job, one sentence each.</summary>
    public static IEnumerable<string> Problems(MigrationJob job)
    {
        if (!IsName(job.Name))
            yield return $"The job name '{job.Name}' is not possible: 3 to 63 lower-case letters, digits and hyphens, no hyphen at the ends.";
        if (job.Destination.Scheme != "oss")
            yield return $"The destination '{job.Destination}' is no OSS bucket (oss://bucket/prefix).";
        if (job.Destination.Prefix is ['/' or '\\', ..])
            yield return $"The destination's prefix '{job.Destination.Prefix}' begins with '{job.Destination.Prefix[0]}', which no key of OSS can.";
        if (Overlap(job.Source, job.Destination) is { } overlap)
            yield return overlap;
        if (job.ObjectList is not null && job.Mode == MigrationMode.Incremental)
            yield return "An object list tells what was there at one moment, so it goes with -Mode Full: a later list is another job.";
        if (job.Versions == VersionScope.All)
        {
            foreach (string problem in Histories(job))
                yield return problem;
        }

        foreach (string problem in job.Filter.Validate())
            yield return problem;
        foreach (string problem in Ranges(job))
            yield return problem;
        foreach (string problem in job.Policy.Problems())
            yield return problem;
        foreach (string problem in JobLimits.Problems(job))
            yield return problem;
        foreach (string problem in Series(job))
            yield return problem;
        if (job.RestoreDays is < 1 or > 365)
            yield return $"RestoreDays is {job.RestoreDays}; 1 to 365 is possible.";
        if (job.PartSize > job.MemoryBudget)
            yield return $"PartSize ({job.PartSize}) is larger than MemoryBudget ({job.MemoryBudget}).";
        if (job.SinglePutLimit > job.MemoryBudget)
            yield return $"SinglePutLimit ({job.SinglePutLimit}) is larger than MemoryBudget ({job.MemoryBudget}): an object of that size could not be held.";
    }

    private static IEnumerable<string> Histories(MigrationJob job)
    {
        const string What = "A job with -Versions All";
        if (job.Source.Scheme is not ("s3" or "oss"))
            yield return $"{What} needs a source that keeps versions: s3 or oss, and not {job.Source.Scheme}.";
        if (job.ObjectList is not null)
            yield return $"{What} copies the histories that the source lists, so it has no object list.";
        if (job.Overwrite != OverwriteMode.IfDifferent || job.ConflictAction != ConflictAction.Report || job.RepairMetadata)
            yield return $"{What} only adds to histories: OverwriteMode, ConflictAction and RepairMetadata have no meaning for it.";
        if (job.Filter is not { MinSize: null, MaxSize: null, ModifiedAfter: null, ModifiedBefore: null })
            yield return $"{What} copies histories as a whole: sizes and dates cannot be filtered, keys can.";
        if (job.InvalidKeyAction == InvalidKeyAction.Encode)
            yield return $"{What} cannot encode keys; InvalidKeyAction Fail and Skip are possible.";
        if (job.Policy.CopyTags || job.Policy.CopyAcls)
            yield return $"{What} copies neither tags nor ACLs.";
        if (job.RestoreDays is not null)
            yield return $"{What} restores no archived versions; restore them at the source before.";
    }

    // A job that reads what it writes would never end, and one that writes into what it reads would destroy it.
    private static string? Overlap(StoreAddress source, StoreAddress destination)
    {
        bool isOneBucket = (source.Scheme, source.Bucket, source.Endpoint) == (destination.Scheme, destination.Bucket, destination.Endpoint);
        bool isNested = source.Prefix.StartsWith(destination.Prefix, StringComparison.Ordinal) || destination.Prefix.StartsWith(source.Prefix, StringComparison.Ordinal);
        if (!isOneBucket || !isNested)
            return null;
        return source.Prefix == destination.Prefix
            ? $"Source and destination are the same place ({source})."
            : $"Source and destination overlap: of {source} and {destination} one holds the other.";
    }

    private static IEnumerable<string> Series(MigrationJob job)
    {
        if (job.Mode == MigrationMode.Full)
        {
            if (job.Interval is not null)
                yield return "Interval has a meaning with Mode Incremental only: a full job begins a run whenever it is started.";
            if (job.RunCount is not null)
                yield return "RunCount has a meaning with Mode Incremental only: a full job begins a run whenever it is started.";
            yield break;
        }

        if (job.Interval is not { } interval)
            yield return "Mode Incremental needs Interval: the time from the start of a run to the start of the next, 1 second to 1 day.";
        else if (interval < ShortestInterval || interval > LongestInterval)
            yield return $"Interval is {interval}; 1 second to 1 day is possible. For longer ones let a scheduler start the job.";
        if (job.RunCount is not { } count)
            yield return $"Mode Incremental needs RunCount: how many runs the series has, 1 to {MostRuns}.";
        else if (count is < 1 or > MostRuns)
            yield return $"RunCount is {count}; 1 to {MostRuns} is possible.";
    }

    private static IEnumerable<string> Ranges(MigrationJob job)
    {
        if (job.Concurrency is < 1 or > 1024)
            yield return $"Concurrency is {job.Concurrency}; 1 to 1024 is possible.";
        if (job.MaxAttempts is < 1 or > 20)
            yield return $"MaxAttempts is {job.MaxAttempts}; 1 to 20 is possible.";
        if (job.MemoryBudget is < 64 * MiB or > 16384 * MiB)
            yield return $"MemoryBudget is {job.MemoryBudget} bytes; 64 MiB to 16 GiB is possible.";
        if (job.PartSize is < MiB or > 1024 * MiB)
            yield return $"PartSize is {job.PartSize} bytes; 1 MiB to 1 GiB is possible.";
        if (job.SinglePutLimit is < MiB or > 1024 * MiB)
            yield return $"SinglePutLimit is {job.SinglePutLimit} bytes; 1 MiB to 1 GiB is possible.";
        if (job.ClockSkewMargin < TimeSpan.Zero || job.ClockSkewMargin > TimeSpan.FromDays(1))
            yield return $"ClockSkewMargin is {job.ClockSkewMargin}; zero to one day is possible.";
    }

    private const long MiB = 1L << 20;
    private const int MostRuns = 100_000;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
