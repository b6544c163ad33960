namespace OssMigration.Core.Preparation;

/// <summary>What a source holds, counted or estimated from some of its listing.</summary>
public sealed record SourceEstimate
{
    /// <summary>Objects.</summary>
    public required long Objects { get; init; }

    /// <summary>Bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Requests to the source that copying takes, without listings.</summary>
    public required long Reads { get; init; }

    /// <summary>Requests to the destination that copying takes, without listings.</summary>
    public required long Writes { get; init; }

    /// <summary>Whether every object was counted.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Pages of the listing that were read.</summary>
    public required int Pages { get; init; }

    /// <summary>Fewest objects there may be, by how much ranges of the key space differ (three standard errors).</summary>
    public required long MinimumObjects { get; init; }

    /// <summary>Most objects there may be.</summary>
    public required long MaximumObjects { get; init; }

    /// <summary>Fewest bytes there may be.</summary>
    public required long MinimumBytes { get; init; }

    /// <summary>Most bytes there may be.</summary>
    public required long MaximumBytes { get; init; }

    /// <summary>For people: how many, and how good the estimate is.</summary>
    public override string ToString() => ForecastText.Estimate(this);
}
