using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Slices;

/// <summary>A run that many machines work on.</summary>
public sealed record SharedRun
{
    /// <summary>The job as it is now.</summary>
    public required MigrationJob Job { get; init; }

    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>Gives what earlier runs settled of keys with from &lt; key &lt;= end: a piece, and up to which key it reaches.</summary>
    public required Func<string?, string?, CancellationToken, Task<SettledPiece>> Settled { get; init; }
}

/// <summary>A piece of what earlier runs settled.</summary>
/// <param name="Segment">The entries; null for none.</param>
/// <param name="UpTo">The last key that it speaks of; null when it reaches to the end that was asked for.</param>
public sealed record SettledPiece(SliceSegment? Segment, string? UpTo);

/// <summary>What workers must know at any time.</summary>
public sealed record SharedState
{
    /// <summary>The job as it is now: limits, moment of cut-over.</summary>
    public required MigrationJob Job { get; init; }

    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>What all workers together may take now.</summary>
    public required RateLimits Limits { get; init; }

    /// <summary>True when what is under way is to be handed over and nothing more is begun.</summary>
    public bool IsStopping { get; init; }

    /// <summary>
    /// Ranges to be cut at a key because workers have nothing to do: the slice under way is handed over early, what is left of
    /// its range ends at the key, and the coordinator orders the rest.
    /// </summary>
    public required IReadOnlyDictionary<int, string> Cuts { get; init; }

    /// <summary>Generations of ranges that were ordered anew: what is older is dropped.</summary>
    public required IReadOnlyDictionary<int, long> Generations { get; init; }
}

/// <summary>How it stands with the workers.</summary>
/// <param name="Workers">How many are heard.</param>
/// <param name="Places">How many slices they could work on at a time.</param>
/// <param name="Working">How many they work on.</param>
/// <param name="Waiting">Orders that nobody took yet.</param>
/// <param name="BytesWritten">Bytes that workers wrote to the destination since this coordinator began.</param>
/// <param name="ActiveTransfers">Reads and writes of content under way.</param>
/// <param name="Busy">Ranges that are worked on, with the generation of the order.</param>
public sealed record SharedStanding(int Workers, int Places, int Working, long Waiting, long BytesWritten, int ActiveTransfers, IReadOnlyDictionary<int, long> Busy)
{
    /// <summary>Nobody is there.</summary>
    public static SharedStanding None { get; } = new(0, 0, 0, 0, 0, 0, new Dictionary<int, long>());
}

/// <summary>Takes orders to workers and their news back. Orders and news are kept until they are accepted; each may come twice.</summary>
public interface ISliceExchange
{
    /// <summary>Begins or goes on with a run.</summary>
    /// <returns>True when nothing of an earlier coordinator was there: then nothing of the run is under way.</returns>
    Task<bool> OpenAsync(SharedRun run, CancellationToken cancellationToken);

    /// <summary>Gives out orders; they are kept when this returns.</summary>
    Task OrderAsync(IReadOnlyList<SliceOrder> orders, CancellationToken cancellationToken);

    /// <summary>The next news; null when none came within a tick.</summary>
    Task<IncomingNews?> NextAsync(CancellationToken cancellationToken);

    /// <summary>Tells all workers, now and again.</summary>
    void Announce(SharedState state);

    /// <summary>How it stands with the workers.</summary>
    SharedStanding Standing { get; }

    /// <summary>Ends the run for the workers.</summary>
    /// <param name="isFinished">True when nothing of it will be carried on.</param>
    /// <param name="isLast">True when it is finished and the job has no other.</param>
    Task CloseAsync(bool isFinished, bool isLast);
}
