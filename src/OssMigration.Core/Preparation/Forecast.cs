using OssMigration.Core.Jobs;

namespace OssMigration.Core.Preparation;

/// <summary>What a forecast is made from.</summary>
public sealed record ForecastRequest
{
    /// <summary>Bytes to move.</summary>
    public required long Bytes { get; init; }

    /// <summary>Objects to move.</summary>
    public required long Objects { get; init; }

    /// <summary>Bytes that arrive at the source a day.</summary>
    public long DailyBytes { get; init; }

    /// <summary>Objects that arrive at the source a day; null: as many as the bytes make at the present average size.</summary>
    public long? DailyObjects { get; init; }

    /// <summary>The days that it is wished to take; null for no wish.</summary>
    public double? Days { get; init; }

    /// <summary>The job whose limits and part sizes hold. Without limits only a wish can be reckoned with.</summary>
    public required MigrationJob Job { get; init; }

    /// <summary>What was found at the source; null where the numbers were given.</summary>
    public SourceEstimate? Estimate { get; init; }

    /// <summary>When the first pass begins; decides where in the week a timetable is entered.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>An increment that takes no longer than this is small enough to cut over. Default one hour.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>One pass over the source.</summary>
/// <param name="Number">1 is the full migration, from 2 on increments.</param>
/// <param name="Bytes">Bytes it copies: from 2 on, what arrived during the pass before.</param>
/// <param name="Objects">Objects it copies.</param>
/// <param name="StartsAfter">From the beginning of the first pass.</param>
/// <param name="Duration">How long it takes.</param>
public sealed record ForecastPass(int Number, long Bytes, long Objects, TimeSpan StartsAfter, TimeSpan Duration);

/// <summary>Requests of all passes that are forecast.</summary>
/// <param name="SourceLists">List requests to the source.</param>
/// <param name="SourceReads">GET and HEAD requests to the source.</param>
/// <param name="DestinationLists">List requests to the destination.</param>
/// <param name="DestinationWrites">PUT and POST requests to the destination, parts among them.</param>
public sealed record ForecastRequests(long SourceLists, long SourceReads, long DestinationLists, long DestinationWrites);

/// <summary>How long a move takes, and how it was reckoned.</summary>
public sealed record Forecast
{
    /// <summary>The result in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The arithmetic, step by step, in words and figures.</summary>
    public required IReadOnlyList<string> Arithmetic { get; init; }

    /// <summary>Objects to move.</summary>
    public required long Objects { get; init; }

    /// <summary>Bytes to move.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes a second that the job has on the average of a week; null where no line was given.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Bytes a second that the wished number of days needs; null without a wish.</summary>
    public double? NeededBytesPerSecond { get; init; }

    /// <summary>How long the full migration takes; null where no line was given.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Bytes that arrive during it.</summary>
    public long ArrivingBytes { get; init; }

    /// <summary>Objects that arrive during it.</summary>
    public long ArrivingObjects { get; init; }

    /// <summary>The passes until an increment takes no longer than the interval; empty where no line was given.</summary>
    public IReadOnlyList<ForecastPass> Passes { get; init; } = [];

    /// <summary>From the beginning until cut-over is possible; null where no line was given.</summary>
    public TimeSpan? CutoverAfter { get; init; }

    /// <summary>The moment at which cut-over is possible, where the first pass begins now.</summary>
    public DateTimeOffset? CutoverAt { get; init; }

    /// <summary>Requests of the passes; of the full migration alone where no line was given.</summary>
    public required ForecastRequests Requests { get; init; }

    /// <summary>What was found at the source; null where the numbers were given.</summary>
    public SourceEstimate? Estimate { get; init; }

    /// <summary>The result in one sentence.</summary>
    public override string ToString() => Summary;
}
