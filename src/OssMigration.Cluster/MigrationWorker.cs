namespace OssMigration.Cluster;

/// <summary>What a worker does.</summary>
public enum WorkerState
{
    /// <summary>It has nothing to do: no order is there, or it waits for its share of the limits.</summary>
    Waiting,

    /// <summary>It works on slices.</summary>
    Working,

    /// <summary>The timetable pauses, or its share of the limits is nothing.</summary>
    Paused,

    /// <summary>It hands over what it has.</summary>
    Stopping,

    /// <summary>It has left.</summary>
    Left,

    /// <summary>It is not heard any more. What it worked on goes to others.</summary>
    Lost,
}

/// <summary>A worker as the coordinator sees it.</summary>
public sealed record MigrationWorker
{
    /// <summary>Its id.</summary>
    public required string Worker { get; init; }

    /// <summary>The job that it works on.</summary>
    public required string JobName { get; init; }

    /// <summary>The name of its machine.</summary>
    public required string HostName { get; init; }

    /// <summary>Its process there.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The version of its engine.</summary>
    public required string Version { get; init; }

    /// <summary>What it does.</summary>
    public required WorkerState State { get; init; }

    /// <summary>When it began (its own clock, UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the coordinator last heard of it (UTC).</summary>
    public required DateTimeOffset LastHeardAt { get; init; }

    /// <summary>Slices that it works on now.</summary>
    public int ActiveSlices { get; init; }

    /// <summary>Transfers under way.</summary>
    public int ActiveTransfers { get; init; }

    /// <summary>Slices that it finished.</summary>
    public long Slices { get; init; }

    /// <summary>Objects that have their outcome by it.</summary>
    public long Objects { get; init; }

    /// <summary>Bytes that it wrote to the destination.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Bytes a second to the destination, over the last seconds.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Objects a second, over the last finished slices.</summary>
    public double ObjectsPerSecond { get; init; }

    /// <summary>Its share of the job's bandwidth in bytes a second; null where there is no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Its share of the job's objects a second; null where there is no limit.</summary>
    public long? MaxObjectsPerSecond { get; init; }

    /// <summary>What it waits for, or what went wrong last; null for nothing.</summary>
    public string? Message { get; init; }
}
