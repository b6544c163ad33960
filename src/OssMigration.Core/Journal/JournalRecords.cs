using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>A run as the journal holds it.</summary>
internal sealed record RunRow(int Run, MigrationMode Mode, DateTimeOffset StartedAt, bool IsFinished, int Resumes, TimeSpan Elapsed, StoreUsage SourceUsage, StoreUsage DestinationUsage)
{
    /// <summary>What the run looks at.</summary>
    public RunScope Scope { get; init; }

    /// <summary>True when the source's listing is not trusted and sorted on the disk.</summary>
    public bool SortsSource { get; init; }

    /// <summary>True when the destination's listing is not trusted and sorted on the disk.</summary>
    public bool SortsDestination { get; init; }
}

/// <summary>A range of a run with how far it is settled.</summary>
/// <param name="Run">The run.</param>
/// <param name="Id">Number of the range within the run, in key order.</param>
/// <param name="Range">Its keys.</param>
/// <param name="Cursor">Every key up to here is settled or has an item row; null at the start.</param>
/// <param name="Listed">What the lister had counted at the cursor.</param>
/// <param name="IsComplete">True when nothing of it is left to do.</param>
internal sealed record RangeRow(int Run, int Id, KeyRange Range, string? Cursor, ObjectCount Listed, bool IsComplete);

/// <summary>A manifest segment.</summary>
/// <param name="Name">File name in the job's manifest folder.</param>
/// <param name="Run">The run that wrote it.</param>
/// <param name="RangeId">The range it belongs to.</param>
/// <param name="CommittedLength">Bytes that count; what a crash left beyond is dropped.</param>
/// <param name="IsSealed">True when it has its footer and is never written again.</param>
internal sealed record SegmentRow(string Name, int Run, int RangeId, long CommittedLength, bool IsSealed);

/// <summary>An upload that was begun, or is about to be (no id yet).</summary>
internal sealed record UploadRow(string Key, SourceVersion Version, long Size, long PartSize, string? UploadId);

/// <summary>An object that was passed by the cursor while it was still in transfer.</summary>
internal sealed record InProgressRow(string Key, int RangeId, long Size);

/// <summary>An outcome's count.</summary>
internal readonly record struct OutcomeDelta(OutcomeKind Kind, ObjectCount Count);

/// <summary>Everything that moves together when a range's cursor moves.</summary>
internal sealed record RangeCommit
{
    public required int Run { get; init; }

    public required int RangeId { get; init; }

    public required string? Cursor { get; init; }

    public required ObjectCount Listed { get; init; }

    public bool IsComplete { get; init; }

    public required IReadOnlyList<OutcomeDelta> Outcomes { get; init; }

    public long ChangedBytes { get; init; }

    /// <summary>What became of objects beyond their bytes.</summary>
    public IReadOnlyList<FidelityCount> Fidelity { get; init; } = [];

    /// <summary>Objects that did not arrive as they were.</summary>
    public IReadOnlyList<ChangedObject> Changed { get; init; } = [];

    /// <summary>Rows to write, in-progress ones included.</summary>
    public required IReadOnlyList<MigrationItem> Items { get; init; }

    /// <summary>In-progress rows that are settled now.</summary>
    public required IReadOnlyList<string> Resolved { get; init; }

    /// <summary>Entries that settled behind the cursor and wait for the range's closing segment.</summary>
    public required IReadOnlyList<SettledEntry> Late { get; init; }

    public SegmentRow? Segment { get; init; }

    /// <summary>The segment of late entries that closes the range; its rows leave the late table.</summary>
    public SegmentRow? LateSegment { get; init; }
}

/// <summary>Everything that moves together when a batch of objects was removed at the destination.</summary>
internal sealed record RemovalCommit
{
    public required int Run { get; init; }

    /// <summary>How each object of the batch ended: removed, or gone at the source and left at the destination, with the reason.</summary>
    public required IReadOnlyList<MigrationItem> Items { get; init; }

    /// <summary>What was removed.</summary>
    public required ObjectCount Removed { get; init; }

    /// <summary>The segment that takes them out of the manifest; null where there is nothing to take out.</summary>
    public required SegmentRow? Segment { get; init; }

    /// <summary>The keys whose intent is over. One of which nobody knows whether it was removed keeps its intent.</summary>
    public required IReadOnlyList<string> Over { get; init; }
}
