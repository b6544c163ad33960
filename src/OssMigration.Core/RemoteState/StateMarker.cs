using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>Which snapshot. A later generation is newer whatever its sequence: it began with what it found of the one before.</summary>
/// <param name="Generation">Of the lease under which it was taken.</param>
/// <param name="Sequence">Within that, from 1.</param>
internal readonly record struct SnapshotId(long Generation, long Sequence) : IComparable<SnapshotId>
{
    /// <inheritdoc/>
    public int CompareTo(SnapshotId other)
        => Generation != other.Generation ? Generation.CompareTo(other.Generation) : Sequence.CompareTo(other.Sequence);
}

/// <summary>What a journal knows of its snapshots. Kept in the journal, without any secret.</summary>
/// <param name="Address">Where they are.</param>
/// <param name="Id">The last one that was taken of this journal, or that it came from.</param>
/// <param name="CutoverTime">The moment of cut-over that it holds.</param>
internal sealed record StateMarker(StoreAddress Address, SnapshotId Id, DateTimeOffset? CutoverTime);
