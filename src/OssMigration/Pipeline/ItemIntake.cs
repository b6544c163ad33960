using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Pipeline;

/// <summary>
/// Takes in the objects of a job that come down the pipeline: items of a comparison or of a run, also after serialisation, or
/// anything that has a Key. Only their keys are kept, on the disk.
/// </summary>
internal sealed class ItemIntake(MigrationEngine engine) : IDisposable
{
    private KeySelection? _keys;

    /// <summary>The keys; null where none came.</summary>
    public KeySelection? Keys => _keys;

    /// <summary>Objects that are at the destination only, and so are not repaired by a copy. They are not among the keys.</summary>
    public long DestinationOnly { get; private set; }

    /// <summary>Whether something from the pipeline is an object of a job, not a job.</summary>
    public static bool IsItem(PSObject input) => input.BaseObject is not string && input.Properties["Key"] is not null;

    /// <summary>Takes one in.</summary>
    /// <param name="input">The object.</param>
    /// <param name="jobName">The job that was named; null to take it from the objects.</param>
    /// <exception cref="RefusedException">It belongs to another job, or to none.</exception>
    public void Add(PSObject input, string? jobName)
    {
        if (TextOf(input, "Key") is not { } key)
            throw new ArgumentException("An object came down the pipeline whose Key is no text.");
        string job = JobOf(input, jobName ?? _keys?.JobName);
        if (TextOf(input, "Status") == nameof(ComparisonStatus.DestinationOnly))
        {
            DestinationOnly++;
            return;
        }

        _keys ??= engine.Select(job);
        _keys.Add(key);
    }

    /// <inheritdoc/>
    public void Dispose() => _keys?.Dispose();

    private static string JobOf(PSObject input, string? expected)
    {
        bool tellsJob = input.Properties["JobName"] is not null;
        string? own = TextOf(input, "JobName");
        if (tellsJob && string.IsNullOrEmpty(own))
        {
            throw new RefusedException(
                "RunItemOfOtherJob", "An object of a comparison of two addresses came down the pipeline; its key need not be one of the job.", "Compare the job itself: Compare-MigrationData -Job.");
        }

        if (own is not null && expected is not null && own != expected)
            throw new RefusedException("RunItemOfOtherJob", $"An object of job '{own}' came down the pipeline, where objects of job '{expected}' are looked at.", "Pipe the objects of one job at a time.");
        return own ?? expected ?? throw new ArgumentException("The objects that came down the pipeline do not tell their job; name it with -Job.");
    }

    private static string? TextOf(PSObject input, string property) => input.Properties[property]?.Value?.ToString();
}
