namespace OssMigration.Core.Jobs;

/// <summary>Options of a job contradict each other or are out of range; all of them are named at once.</summary>
public sealed class JobOptionException(IReadOnlyList<string> problems)
    : Exception(string.Join(' ', problems))
{
    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>A job cannot be used as it is: unknown, locked by another process, of another journal version, damaged.</summary>
public sealed class JobStateException : Exception
{
    /// <summary>Makes the error.</summary>
    public JobStateException(JobStateError error, string jobName, string message, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        JobName = jobName;
    }

    /// <summary>What is the matter.</summary>
    public JobStateError Error { get; }

    /// <summary>The job.</summary>
    public string JobName { get; }
}

/// <summary>Why a job cannot be used.</summary>
public enum JobStateError
{
    /// <summary>There is no such job.</summary>
    NotFound,

    /// <summary>A job of that name exists.</summary>
    AlreadyExists,

    /// <summary>Another process runs it.</summary>
    Locked,

    /// <summary>The journal belongs to a job with other addresses, filters or modes.</summary>
    OtherJob,

    /// <summary>The journal was written by another version.</summary>
    OtherVersion,

    /// <summary>The journal or a manifest is damaged.</summary>
    Damaged,

    /// <summary>What was asked for is not there yet (no run, no comparison).</summary>
    NothingThere,
}
