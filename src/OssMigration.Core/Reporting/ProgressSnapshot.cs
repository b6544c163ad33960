namespace OssMigration.Core.Reporting;

/// <summary>Where a run stands, at one moment. Each object counts once, however often it is retried.</summary>
public sealed record ProgressSnapshot
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>The run.</summary>
    public int Run { get; init; }

    /// <summary>What is going on: Starting, Running, Paused, Removing, Stopping, Waiting.</summary>
    public string Activity { get; init; } = "Running";

    /// <summary>While it is Waiting: when the next run begins.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>Listed so far.</summary>
    public ObjectCount Listed { get; init; }

    /// <summary>With an outcome so far.</summary>
    public ObjectCount Done { get; init; }

    /// <summary>Copied so far.</summary>
    public ObjectCount Copied { get; init; }

    /// <summary>Failed so far.</summary>
    public long Failed { get; init; }

    /// <summary>Bytes written to the destination so far, parts of unfinished objects included.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Bytes a second over the last seconds.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Objects a second over the last seconds.</summary>
    public double ObjectsPerSecond { get; init; }

    /// <summary>True once the listing of the source is complete: only then the totals and the time left are known.</summary>
    public bool ListingComplete { get; init; }

    /// <summary>Estimated time left; null while the listing goes on or the rate is zero.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Time since the run began or was resumed.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Reads and writes of content under way now, of objects and of parts of large ones. What waits for a limit or for memory is none.</summary>
    public int ActiveTransfers { get; init; }
}
