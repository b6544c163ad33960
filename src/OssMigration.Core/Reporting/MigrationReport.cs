using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Reporting;

/// <summary>How a run ended. The number is the exit code of a script that ends with it.</summary>
public enum RunStatus
{
    /// <summary>Everything listed is settled; nothing failed, is in conflict, unsupported or waiting.</summary>
    Complete = 0,

    /// <summary>Everything listed has an outcome, but some objects were not migrated.</summary>
    CompleteWithExceptions = 2,

    /// <summary>The run was stopped, broke off, or its two counts do not agree.</summary>
    Incomplete = 3,
}

/// <summary>What a run looks at.</summary>
public enum RunScope
{
    /// <summary>Everything that both ends list.</summary>
    Everything,

    /// <summary>Objects that were named one by one.</summary>
    Selection,

    /// <summary>What failed before, or waited for its restoration.</summary>
    FailedOnly,
}

/// <summary>A count of objects and the sum of their listed sizes.</summary>
/// <param name="Objects">How many.</param>
/// <param name="Bytes">Their listed sizes.</param>
public readonly record struct ObjectCount(long Objects, long Bytes)
{
    /// <summary>Adds.</summary>
    public static ObjectCount operator +(ObjectCount left, ObjectCount right)
        => new(left.Objects + right.Objects, left.Bytes + right.Bytes);

    /// <summary>Adds one object.</summary>
    public ObjectCount Plus(long bytes) => new(Objects + 1, Bytes + bytes);

    /// <inheritdoc/>
    public override string ToString() => $"{Objects} objects, {Bytes} bytes";
}

/// <summary>What one side was asked for.</summary>
/// <param name="Requests">Requests sent, retries included.</param>
/// <param name="Retries">Requests that were repeats.</param>
/// <param name="BytesRead">Bytes of content received.</param>
/// <param name="BytesWritten">Bytes of content sent.</param>
public readonly record struct StoreUsage(long Requests, long Retries, long BytesRead, long BytesWritten)
{
    /// <summary>Adds.</summary>
    public static StoreUsage operator +(StoreUsage left, StoreUsage right) => new(
        left.Requests + right.Requests, left.Retries + right.Retries, left.BytesRead + right.BytesRead, left.BytesWritten + right.BytesWritten);

    /// <summary>Subtracts.</summary>
    public static StoreUsage operator -(StoreUsage left, StoreUsage right) => new(
        left.Requests - right.Requests, left.Retries - right.Retries, left.BytesRead - right.BytesRead, left.BytesWritten - right.BytesWritten);
}

/// <summary>The report of one run. Immutable; sizes in bytes, times in UTC.</summary>
public sealed record MigrationReport
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>Number of the run within the job, from 1.</summary>
    public required int Run { get; init; }

    /// <summary>What the run covered.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>What it looked at. Only a run over everything says something of all objects.</summary>
    public RunScope Scope { get; init; }

    /// <summary>How it ended.</summary>
    public RunStatus Status { get; init; }

    /// <summary>0 Complete, 2 CompleteWithExceptions, 3 Incomplete. (1 is left to scripts that throw.)</summary>
    public int ExitCode => (int)Status;

    /// <summary>Why the run is not Complete, one sentence; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>When the run began, before any resume.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended or was stopped.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>Time spent running, over all resumes.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How often the run was resumed.</summary>
    public int Resumes { get; init; }

    /// <summary>Objects listed at the source, counted by the lister from the pages.</summary>
    public ObjectCount Listed { get; init; }

    /// <summary>Objects with an outcome, counted by the journal; the sum of the seven below.</summary>
    public ObjectCount Outcomes => Copied + Skipped + Conflict + Unsupported + NeedsRestore + Vanished + Failed;

    /// <summary>Written to the destination and proved.</summary>
    public ObjectCount Copied { get; init; }

    /// <summary>Of Copied: no earlier run had settled the key.</summary>
    public ObjectCount New { get; init; }

    /// <summary>
    /// Of Copied: an earlier run had settled another version of the source. What is copied and neither new nor changed was
    /// put right at the destination: it was not there any more, or not as it was written.
    /// </summary>
    public ObjectCount Changed { get; init; }

    /// <summary>The same at the destination already, or left alone by the overwrite mode.</summary>
    public ObjectCount Skipped { get; init; }

    /// <summary>Changed at the destination by the business after cut-over; left alone.</summary>
    public ObjectCount Conflict { get; init; }

    /// <summary>The destination cannot hold them.</summary>
    public ObjectCount Unsupported { get; init; }

    /// <summary>Archived at the source and not restored.</summary>
    public ObjectCount NeedsRestore { get; init; }

    /// <summary>Listed, but gone when they were to be read.</summary>
    public ObjectCount Vanished { get; init; }

    /// <summary>Failed; each with its reason in Get-MigrationItem.</summary>
    public ObjectCount Failed { get; init; }

    /// <summary>Settled by an earlier run and no longer at the source. Not part of Listed.</summary>
    public ObjectCount GoneAtSource { get; init; }

    /// <summary>Of GoneAtSource: removed at the destination by this run.</summary>
    public ObjectCount Removed { get; init; }

    /// <summary>At the destination only. Not part of Listed.</summary>
    public ObjectCount DestinationOnly { get; init; }

    /// <summary>Left out by the job's filter. Not part of Listed.</summary>
    public ObjectCount FilteredOut { get; init; }

    /// <summary>Of those copied: replaced after cut-over what this job had written before (ConflictAction Overwrite). Each is an item that names its window.</summary>
    public ObjectCount Overwritten { get; init; }

    /// <summary>Of those skipped: headers or user metadata were put right (RepairMetadata).</summary>
    public ObjectCount MetadataRepaired { get; init; }

    /// <summary>Bytes by which copied objects differ from their listed sizes, because they changed while the run went on.</summary>
    public long ChangedSinceListedBytes { get; init; }

    /// <summary>True when both counts agree, in objects and in bytes.</summary>
    public bool Reconciled => Listed == Outcomes;

    /// <summary>What became of objects beyond their bytes (headers, metadata, tags, ACLs, classes), beside what the job's last forecast foresaw; null before the first.</summary>
    public IReadOnlyList<FidelityTotal>? Fidelity { get; init; }

    /// <summary>What the source was asked for.</summary>
    public StoreUsage SourceUsage { get; init; }

    /// <summary>What the destination was asked for.</summary>
    public StoreUsage DestinationUsage { get; init; }

    /// <summary>Which ends were reached over plain http (<see cref="StoreAddress.AllowInsecureEndpoint"/>), one sentence; null where everything was encrypted or stayed on this machine.</summary>
    public string? Unencrypted { get; init; }

    /// <summary>How the run went over many machines; null where one alone ran it.</summary>
    public SharedWork? Shared { get; init; }

    /// <summary>Copied bytes over the run's duration.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Copied.Bytes / Duration.TotalSeconds : 0;
}
