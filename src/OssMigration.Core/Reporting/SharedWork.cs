namespace OssMigration.Core.Reporting;

/// <summary>How a run went over many machines.</summary>
public sealed record SharedWork
{
    /// <summary>Workers that gave at least one slice, over the whole run.</summary>
    public int Workers { get; init; }

    /// <summary>Slices that count.</summary>
    public long Slices { get; init; }

    /// <summary>Slices that came a second time, or from where the range did not stand any more: their objects are not counted twice.</summary>
    public long Duplicates { get; init; }

    /// <summary>Orders that were given out again because their worker was lost, gave up or met an error.</summary>
    public long Redelivered { get; init; }

    /// <summary>Ranges that were begun too often without getting on, with the last reason. They are begun anew when the coordinator is started again.</summary>
    public IReadOnlyList<string> Parked { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString()
        => FormattableString.Invariant($"{Workers} workers, {Slices} slices, {Duplicates} duplicates, {Redelivered} redelivered, {Parked.Count} parked");
}
