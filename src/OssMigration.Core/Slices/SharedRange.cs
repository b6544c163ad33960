using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;

namespace OssMigration.Core.Slices;

/// <summary>A range of the run that others work on, as the coordinator sees it.</summary>
internal sealed class SharedRange(JobFolder folder, RangeRow row) : IDisposable
{
    private RangeSegment? _segment;

    /// <summary>How far it is settled.</summary>
    public RangeRow Row { get; set; } = row;

    /// <summary>The generation of the valid order.</summary>
    public long Generation { get; set; } = 1;

    /// <summary>How often it was begun since it last got on.</summary>
    public int Attempt { get; set; }

    /// <summary>Why it is begun no more; null while it is.</summary>
    public string? Parked { get; set; }

    /// <summary>Whether too little of it is left to be cut.</summary>
    public bool IsSmall { get; set; }

    /// <summary>Where its worker is asked to cut it; null for nowhere.</summary>
    public string? WantedCut { get; set; }

    /// <summary>The key after which the valid order begins.</summary>
    public string? Place => Row.Cursor ?? Row.Range.StartExclusive;

    /// <summary>Whether something of it is left to be done by others.</summary>
    public bool IsOpen => !Row.IsComplete && Parked is null;

    /// <summary>Its manifest segment, opened where an earlier process left it.</summary>
    public RangeSegment Segment()
    {
        if (_segment is null)
        {
            using JournalReader reader = folder.Read();
            _segment = new RangeSegment(
                folder.Manifests, Row, reader.Segments(Row.Run).FirstOrDefault(segment => segment.RangeId == Row.Id && !segment.IsSealed));
        }

        return _segment;
    }

    /// <inheritdoc/>
    public void Dispose() => _segment?.Dispose();
}
