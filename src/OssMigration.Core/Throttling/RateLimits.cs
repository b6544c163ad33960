namespace OssMigration.Core.Throttling;

/// <summary>What a job may take at one moment.</summary>
public sealed record RateLimits
{
    /// <summary>Lowest rate that can be asked for, in bytes a second.</summary>
    public const long LowestBytesPerSecond = 1024;

    /// <summary>No limit at all.</summary>
    public static RateLimits None { get; } = new();

    /// <summary>Bytes a second in each direction; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Objects a second whose copying begins; null for no limit.</summary>
    public int? ObjectsPerSecond { get; init; }

    /// <summary>True while nothing new begins.</summary>
    public bool IsPaused { get; init; }
}
