using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Cutover;

/// <summary>Everything that the conditions are judged by, gathered once.</summary>
internal sealed record CutoverFacts
{
    /// <summary>What was asked.</summary>
    public required CutoverRequest Request { get; init; }

    /// <summary>The job's runs, read after the pass.</summary>
    public required CutoverRuns Runs { get; init; }

    /// <summary>The pass, or why there is none.</summary>
    public required FoundPass Found { get; init; }

    /// <summary>The last comparison on record that looked at checksums and was complete; null for none.</summary>
    public required ComparisonSummary? Recorded { get; init; }

    /// <summary>What the test of the mirroring rule found; null where none was made.</summary>
    public required Finding<MirrorTest> Mirror { get; init; }

    /// <summary>The destination's bucket.</summary>
    public required Finding<BucketFacts> Bucket { get; init; }

    /// <summary>When the facts were gathered.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The job's name.</summary>
    public string JobName => Request.JobName;

    /// <summary>The pass; null for none.</summary>
    public CutoverPass? Pass => Found.Pass;

    /// <summary>The comparison that counts come from: the pass, else the last one on record.</summary>
    public ComparisonSummary? Comparison => Pass?.Summary ?? Recorded;

    /// <summary>Which comparison that is, for a sentence.</summary>
    public string ByComparison => Comparison is { } comparison ? $"by the comparison of {CutoverText.Time(comparison.StartedAt)}" : "by no comparison";

    /// <summary>Whether the comparison saw every object that the listing of the source counts.</summary>
    public bool IsComparisonWhole => Comparison is { } comparison && SeenBy(comparison) == comparison.Listed.Objects;

    /// <summary>Objects of the source that a comparison saw.</summary>
    public static long SeenBy(ComparisonSummary comparison) => (comparison.Same + comparison.Different + comparison.SourceOnly
        + comparison.Superseded + comparison.DeletedAtDestination + comparison.Unproved).Objects;

    /// <summary>What of the last run's exceptions is still open; null where that cannot be told.</summary>
    public IReadOnlyList<MigrationItem>? OpenExceptions
        => Runs.LastFull is { } last && CutoverRuns.ExceptionsOf(last).Objects == 0 ? []
            : Pass is { } pass && pass.Summary.StartedAt >= Runs.LastFull?.EndedAt ? pass.OpenExceptions
            : null;
}

/// <summary>A fact that a store was asked for, or the sentence why it is not known.</summary>
/// <param name="Value">The fact; null where it is not known or was not asked for.</param>
/// <param name="WhyNot">Why it is not known.</param>
internal readonly record struct Finding<T>(T? Value, string? WhyNot)
    where T : class;
