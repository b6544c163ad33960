using OssMigration.Core.Fidelity;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Slices;

/// <summary>What a slice came to: every key with From &lt; key &lt;= To has its outcome or is among the pending ones.</summary>
public sealed record SliceResult
{
    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>The range.</summary>
    public required int Range { get; init; }

    /// <summary>The generation of the order.</summary>
    public required long Generation { get; init; }

    /// <summary>Where the slice began.</summary>
    public string? From { get; init; }

    /// <summary>How far it came; <see cref="From"/> where it did not get on.</summary>
    public string? To { get; init; }

    /// <summary>Where the order ended; null for no end.</summary>
    public string? End { get; init; }

    /// <summary>Where the worker cut what is left; null where it did not.</summary>
    public string? CutAt { get; init; }

    /// <summary>True when nothing of the order is left.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Objects of the source in the slice, counted by its lister.</summary>
    public ObjectCount Listed { get; init; }

    /// <summary>Outcomes by kind.</summary>
    public IReadOnlyDictionary<string, ObjectCount> Outcomes { get; init; } = new Dictionary<string, ObjectCount>();

    /// <summary>Actual minus listed sizes of copied objects.</summary>
    public long ChangedBytes { get; init; }

    /// <summary>What became of objects beyond their bytes.</summary>
    public IReadOnlyList<FidelityCount> Fidelity { get; init; } = [];

    /// <summary>Objects that did not arrive as they were; of many in one slice the first 1,000.</summary>
    public IReadOnlyList<ChangedObject> Changed { get; init; } = [];

    /// <summary>Objects that a person should see.</summary>
    public IReadOnlyList<MigrationItem> Items { get; init; } = [];

    /// <summary>Objects up to <see cref="To"/> that are still without outcome.</summary>
    public IReadOnlyList<PendingKey> Pending { get; init; } = [];

    /// <summary>Pending objects of the order that have their outcome now.</summary>
    public IReadOnlyList<string> Resolved { get; init; } = [];

    /// <summary>Uploads that are open.</summary>
    public IReadOnlyList<SliceUpload> Uploads { get; init; } = [];

    /// <summary>What is settled, in key order; null for nothing.</summary>
    public SliceSegment? Settled { get; init; }

    /// <summary>What was settled of earlier keys, or out of order; null for nothing.</summary>
    public SliceSegment? Late { get; init; }

    /// <summary>What this worker asked the source for since its last result.</summary>
    public StoreUsage SourceUsage { get; init; }

    /// <summary>What this worker asked the destination for since its last result.</summary>
    public StoreUsage DestinationUsage { get; init; }

    /// <summary>Who worked.</summary>
    public string Worker { get; init; } = "";

    /// <summary>Whether anything came of it.</summary>
    public bool GotOn { get; init; }
}

/// <summary>A manifest segment as it travels.</summary>
/// <param name="Content">The file's bytes that count.</param>
/// <param name="IsSealed">Whether it has its footer.</param>
public sealed record SliceSegment(byte[] Content, bool IsSealed);

/// <summary>How far a slice goes.</summary>
/// <param name="Time">After this time nothing new is begun.</param>
/// <param name="Keys">After so many keys nothing new is begun.</param>
/// <param name="HandOver">After this time what is under way is left to the next slice: a large object goes on at a part.</param>
public sealed record SliceBounds(TimeSpan Time, int Keys, TimeSpan HandOver)
{
    /// <summary>A minute or 20,000 keys; a large object goes on for 5 minutes. Each slice lists anew, so short ones cost pages.</summary>
    public static SliceBounds Default { get; } = new(TimeSpan.FromMinutes(1), 20_000, TimeSpan.FromMinutes(5));
}
