using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>What a check hands to the next one of the same wait.</summary>
/// <param name="Pass">The pass; null for none.</param>
/// <param name="Proof">The last test of the mirroring rule that succeeded; null for none.</param>
internal sealed record CutoverMemory(CutoverPass? Pass, MirrorTest? Proof)
{
    /// <summary>Nothing was checked yet.</summary>
    public static CutoverMemory Empty { get; } = new(null, null);
}

/// <summary>
/// What a comparison found that began after the writes stopped: exact counts in its summary, and the items that a person must see,
/// at most <see cref="MaximumItems"/> of a kind.
/// </summary>
internal sealed class CutoverPass
{
    /// <summary>Items of a kind that are kept.</summary>
    public const int MaximumItems = 10_000;

    private const int MaximumProbes = 3;

    private readonly Dictionary<ComparisonStatus, List<ComparisonItem>> _items = [];
    private readonly List<ComparisonItem> _gone = [];
    private readonly List<ComparisonItem> _probes = [];
    private readonly List<MigrationItem> _exceptions = [];

    /// <summary>The summary, as it was recorded.</summary>
    public ComparisonSummary Summary { get; private set; } = null!;

    /// <summary>True where a recorded comparison serves; of it only the counts are known.</summary>
    public bool IsRecorded { get; private init; }

    /// <summary>Objects that were deleted at the source and are at the destination still.</summary>
    public IReadOnlyList<ComparisonItem> Gone => _gone;

    /// <summary>The smallest objects that are at the source only and ought to be readable there.</summary>
    public IReadOnlyList<string> ProbeKeys => [.. _probes.Select(item => item.Key)];

    /// <summary>What of the last run's exceptional objects is not mended since; null where that cannot be told.</summary>
    public IReadOnlyList<MigrationItem>? OpenExceptions { get; private set; }

    /// <summary>A recorded comparison in which everything is as it should be.</summary>
    public static CutoverPass Of(ComparisonSummary recorded) => new()
    {
        IsRecorded = true,
        Summary = recorded,
        OpenExceptions = recorded.SourceOnly.Objects == 0 ? [] : null,
    };

    /// <summary>The items with a status, in key order.</summary>
    public IReadOnlyList<ComparisonItem> Items(ComparisonStatus status) => _items.TryGetValue(status, out List<ComparisonItem>? items) ? items : [];

    /// <summary>Takes in an item that is not the same at both ends.</summary>
    public void Add(ComparisonItem item, IReadOnlyDictionary<string, MigrationItem>? exceptions)
    {
        if (!_items.TryGetValue(item.Status, out List<ComparisonItem>? items))
            _items.Add(item.Status, items = []);
        if (items.Count < MaximumItems)
            items.Add(item);
        if (item.IsGoneAtSource && _gone.Count < MaximumItems)
            _gone.Add(item);
        if (item.SourceSize is not null && exceptions?.GetValueOrDefault(item.Key) is { } exception)
            _exceptions.Add(exception);
        else if (item.Status == ComparisonStatus.SourceOnly)
            AddProbe(item);
    }

    /// <summary>Says that the comparison is complete.</summary>
    public void Complete(ComparisonSummary summary, IReadOnlyDictionary<string, MigrationItem>? exceptions)
    {
        Summary = summary;
        OpenExceptions = exceptions is null ? null : _exceptions;
    }

    private void AddProbe(ComparisonItem item)
    {
        int place = _probes.FindIndex(probe => probe.SourceSize > item.SourceSize);
        _probes.Insert(place < 0 ? _probes.Count : place, item);
        if (_probes.Count > MaximumProbes)
            _probes.RemoveAt(MaximumProbes);
    }
}
