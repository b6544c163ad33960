using OssMigration.Core.Reporting;

namespace OssMigration.Core.Slices;

/// <summary>How it stands with the ranges of a run that other machines work on, as the journal keeps it.</summary>
internal sealed record Sharing
{
    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>How often the run was resumed when this was written: when it was resumed otherwise since, the orders are void.</summary>
    public required int Resumes { get; init; }

    /// <summary>Whether the first orders of all ranges are kept by the exchange.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>Generations of ranges that were ordered anew.</summary>
    public IReadOnlyDictionary<int, long> Generations { get; init; } = new Dictionary<int, long>();

    /// <summary>Ranges whose newest order may not be kept by the exchange yet.</summary>
    public IReadOnlyList<int> Unsure { get; init; } = [];

    /// <summary>The highest number of a range whose first order is kept by the exchange.</summary>
    public int LastOrdered { get; init; } = -1;

    /// <summary>Ranges that were begun too often, with the last reason.</summary>
    public IReadOnlyDictionary<int, string> Parked { get; init; } = new Dictionary<int, string>();

    /// <summary>The ids of the workers that gave slices.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>See <see cref="SharedWork.Slices"/>.</summary>
    public long Slices { get; init; }

    /// <summary>See <see cref="SharedWork.Duplicates"/>.</summary>
    public long Duplicates { get; init; }

    /// <summary>See <see cref="SharedWork.Redelivered"/>.</summary>
    public long Redelivered { get; init; }

    /// <summary>The form of reports.</summary>
    public SharedWork ToWork() => new()
    {
        Workers = Workers.Count,
        Slices = Slices,
        Duplicates = Duplicates,
        Redelivered = Redelivered,
        Parked = [.. Parked.OrderBy(parked => parked.Key).Select(parked => parked.Value)],
    };
}
