using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>What is looked at before a business is switched. The words are contract.</summary>
public enum CutoverSubject
{
    /// <summary>Whether the job was cut over already.</summary>
    Moment,

    /// <summary>The last run over everything: finished, complete and reconciled.</summary>
    FullRun,

    /// <summary>What of the source the job does not cover.</summary>
    Coverage,

    /// <summary>The last recorded comparison by checksums.</summary>
    Comparison,

    /// <summary>Objects at the destination that are older than those of the source. They would be served as they are.</summary>
    StaleObjects,

    /// <summary>The mirroring rule, proved by a GET.</summary>
    MirrorRule,

    /// <summary>Sizes of the last runs, and whether they shrink.</summary>
    Increments,

    /// <summary>Objects that are unsupported, archived, failed, in conflict or not proved.</summary>
    Exceptions,

    /// <summary>Whether the destination keeps old versions.</summary>
    Versioning,

    /// <summary>What a LIST of the destination does not show yet.</summary>
    Listing,

    /// <summary>Objects that were deleted at the source and would come back to life.</summary>
    Deletions,

    /// <summary>Deletions by the business after the switch.</summary>
    HeldDeletes,

    /// <summary>What is left to move, and how long it takes.</summary>
    Forecast,
}

/// <summary>What was found.</summary>
public enum CutoverState
{
    /// <summary>As it should be.</summary>
    Met,

    /// <summary>Not as it should be. Keeps the business from being switched.</summary>
    NotMet,

    /// <summary>Could not be found out. Keeps the business from being switched.</summary>
    Unknown,

    /// <summary>Worth knowing; keeps nobody from anything.</summary>
    Advisory,
}

/// <summary>One condition with its evidence.</summary>
public sealed record CutoverCondition
{
    /// <summary>What it is about.</summary>
    public required CutoverSubject Subject { get; init; }

    /// <summary>What was found.</summary>
    public required CutoverState State { get; init; }

    /// <summary>What that rests on, in sentences with figures.</summary>
    public required string Evidence { get; init; }

    /// <summary>What to do about it; null where nothing is to be done.</summary>
    public string? Mend { get; init; }

    /// <summary>
    /// The facts as objects, for scripts: the report, the summary, the items (at most 10,000), the test of the mirroring rule, the
    /// increments or the forecast; null where there are none.
    /// </summary>
    public object? Data { get; init; }

    /// <summary>Whether it keeps the business from being switched.</summary>
    public bool IsOpen => State is CutoverState.NotMet or CutoverState.Unknown;

    /// <summary>Subject and state in one line.</summary>
    public override string ToString() => $"{Subject}: {State}";
}

/// <summary>Whether a business can be switched to its destination now. Immutable.</summary>
public sealed record CutoverReadiness
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>When the check ended.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The moment of cut-over that the job has; null where it has none.</summary>
    public DateTimeOffset? CutoverTime { get; init; }

    /// <summary>All conditions in the order of <see cref="CutoverSubject"/>.</summary>
    public required IReadOnlyList<CutoverCondition> Conditions { get; init; }

    /// <summary>True when no condition is open.</summary>
    public bool IsReady => !Conditions.Any(condition => condition.IsOpen);

    /// <summary>The conditions that are open.</summary>
    public IReadOnlyList<CutoverCondition> Open => [.. Conditions.Where(condition => condition.IsOpen)];

    /// <summary>The comparison that the check rests on; null where there is none.</summary>
    public ComparisonSummary? Comparison { get; init; }

    /// <summary>What is left, and when it can be done; null where the job was cut over already.</summary>
    public CutoverForecast? Forecast { get; init; }
}
