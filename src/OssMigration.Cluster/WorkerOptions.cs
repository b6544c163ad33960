using OssMigration.Core.Jobs;
using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>How a worker works.</summary>
public sealed record WorkerOptions
{
    /// <summary>The job to work on; null for any whose coordinator is heard.</summary>
    public string? JobName { get; init; }

    /// <summary>This machine's keys for a job, where its addresses do not find them.</summary>
    public Func<MigrationJob, RunCredentials> Credentials { get; init; } = static _ => RunCredentials.None;

    /// <summary>Slices at a time. 1 to 16, default 2: while one ends, the other keeps the line busy.</summary>
    public int Places { get; init; } = 2;

    /// <summary>How far a slice goes.</summary>
    public SliceBounds Bounds { get; init; } = SliceBounds.Default;

    /// <summary>True: waits for the next run, of this job or another, when one has ended.</summary>
    public bool KeepsRunning { get; init; }
}

/// <summary>What a worker did.</summary>
public sealed record WorkerSummary
{
    /// <summary>Its id.</summary>
    public required string Worker { get; init; }

    /// <summary>The job that it worked on last; null where it found none.</summary>
    public string? JobName { get; init; }

    /// <summary>Slices that it finished.</summary>
    public long Slices { get; init; }

    /// <summary>Objects that have their outcome by it.</summary>
    public long Objects { get; init; }

    /// <summary>Bytes that it wrote to the destination.</summary>
    public long BytesWritten { get; init; }

    /// <summary>How long it was there.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it ended, in a sentence.</summary>
    public required string Reason { get; init; }
}
