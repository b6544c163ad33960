using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>What a worker has done so far, over all jobs and connections. Thread-safe.</summary>
internal sealed class WorkerLog(TimeProvider time)
{
    private readonly object _gate = new();
    private readonly long _begun = time.GetTimestamp();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private long _slices;
    private long _objects;
    private long _earlierBytesWritten;
    private SliceWorker? _engine;
    private string? _jobName;

    /// <summary>Its id: machine, process, and some chance, because a process of another container may have the same number.</summary>
    public string Worker { get; } = FormattableString.Invariant($"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..4]}");

    private long EngineBytesWritten => _engine?.BytesWritten ?? 0;

    /// <summary>Works for a job from now on.</summary>
    public void Begin(string jobName, SliceWorker engine)
    {
        lock (_gate)
            (_jobName, _engine) = (jobName, engine);
    }

    /// <summary>Works for no job any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _earlierBytesWritten += EngineBytesWritten;
            _engine = null;
        }
    }

    /// <summary>A slice is finished.</summary>
    public void Count(SliceResult slice)
    {
        lock (_gate)
        {
            _slices++;
            _objects += slice.Listed.Objects;
        }
    }

    /// <summary>How it does now.</summary>
    public Presence ToPresence()
    {
        lock (_gate)
        {
            return new Presence
            {
                Worker = Worker,
                Host = Environment.MachineName,
                ProcessId = Environment.ProcessId,
                Version = EngineVersion.Current,
                StartedAt = _startedAt,
                Slices = _slices,
                Objects = _objects,
                ActiveTransfers = _engine?.ActiveTransfers ?? 0,
                BytesWritten = _earlierBytesWritten + EngineBytesWritten,
            };
        }
    }

    /// <summary>What it did.</summary>
    public WorkerSummary ToSummary(string reason)
    {
        Presence presence = ToPresence();
        return new WorkerSummary
        {
            Worker = Worker,
            JobName = _jobName,
            Slices = presence.Slices,
            Objects = presence.Objects,
            BytesWritten = presence.BytesWritten,
            Duration = time.GetElapsedTime(_begun),
            Reason = reason,
        };
    }
}
