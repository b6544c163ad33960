using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>What to compare.</summary>
public sealed record ComparisonRequest
{
    /// <summary>A job by name; null for an ad-hoc comparison of two addresses.</summary>
    public string? JobName { get; init; }

    /// <summary>The source of an ad-hoc comparison.</summary>
    public StoreAddress? Source { get; init; }

    /// <summary>The destination of an ad-hoc comparison.</summary>
    public StoreAddress? Destination { get; init; }

    /// <summary>How deep.</summary>
    public ComparisonLevel Level { get; init; } = ComparisonLevel.Checksum;

    /// <summary>True: items that are Same are given too.</summary>
    public bool IncludeSame { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;
}

/// <summary>
/// A comparison under way. Walk <see cref="Items"/> (once); afterwards <see cref="Summary"/> is there. Leaving the walk
/// early records the comparison as not complete.
/// </summary>
public interface IComparison
{
    /// <summary>The items as they are found, in key order.</summary>
    IAsyncEnumerable<ComparisonItem> Items(CancellationToken cancellationToken);

    /// <summary>The summary; null until the walk ended.</summary>
    ComparisonSummary? Summary { get; }
}
