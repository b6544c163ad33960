using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>The words that tell messages apart.</summary>
internal static class MessageType
{
    public const string Order = "order";
    public const string Result = "result";
    public const string Doubt = "doubt";
    public const string Upload = "upload";
    public const string Notice = "notice";
    public const string State = "state";
    public const string Presence = "presence";
    public const string Echo = "echo";
    public const string SettledWanted = "settled-wanted";
    public const string Settled = "settled";
    public const string Table = "table";
}

/// <summary>A coordinator is there.</summary>
internal sealed record Notice(string JobName, string JobId, string Version, string Host);

/// <summary>What one worker may take.</summary>
/// <param name="BytesPerSecond">In each direction; 0 for nothing, null for no limit.</param>
/// <param name="ObjectsPerSecond">0 for nothing, null for no limit.</param>
internal sealed record Share(long? BytesPerSecond, long? ObjectsPerSecond)
{
    /// <summary>Nothing.</summary>
    public static Share Nothing { get; } = new(0, 0);

    /// <summary>Whether nothing may be begun.</summary>
    public bool IsNothing => BytesPerSecond == 0 || ObjectsPerSecond == 0;
}

/// <summary>What all workers hear, twice a second.</summary>
internal sealed record State
{
    public required long Sequence { get; init; }

    public required string Version { get; init; }

    public required string Host { get; init; }

    /// <summary>The coordinator's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What the engine wants them to know.</summary>
    public required SharedState Shared { get; init; }

    /// <summary>The run has ended, and the job has no other.</summary>
    public bool IsEnded { get; init; }

    /// <summary>By worker. Where there is a limit, one that has no share yet waits.</summary>
    public required IReadOnlyDictionary<string, Share> Shares { get; init; }

    /// <summary>Whether slices may be begun.</summary>
    public bool MayWork() => !IsEnded && !Shared.IsStopping && !Shared.Limits.IsPaused;
}

/// <summary>What a worker tells of itself, twice a second.</summary>
internal sealed record Presence
{
    public required string Worker { get; init; }

    public required string Host { get; init; }

    public required int ProcessId { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public WorkerState State { get; init; }

    public int Places { get; init; }

    /// <summary>Ranges that are worked on, with the generation of the order.</summary>
    public IReadOnlyDictionary<int, long> Busy { get; init; } = new Dictionary<int, long>();

    /// <summary>The newest state that it keeps to.</summary>
    public long Applied { get; init; }

    /// <summary>Its share; null for no limit.</summary>
    public Share? Share { get; init; }

    public int ActiveTransfers { get; init; }

    public long Slices { get; init; }

    public long Objects { get; init; }

    public long BytesWritten { get; init; }

    public string? Message { get; init; }
}

/// <summary>A worker asks what earlier runs settled.</summary>
internal sealed record SettledWanted(string? From, string? End);

/// <summary>What a coordinator knows of all workers.</summary>
internal sealed record Table(string JobName, string Version, IReadOnlyList<MigrationWorker> Workers);

/// <summary>An upload that was begun.</summary>
internal sealed record UploadMessage(int Run, int Range, SliceUpload Upload);

/// <summary>An order that came to nothing.</summary>
internal sealed record DoubtMessage(SliceOrder Order, string Reason, string? Code);
