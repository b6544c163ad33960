using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>Cuts the key space of a job into ranges that are listed side by side. The seam for splitting by evidence.</summary>
internal interface IRangePlanner
{
    /// <summary>Ranges in key order that pass <see cref="KeyRangePlan.Check"/>.</summary>
    /// <param name="source">May be asked for evidence.</param>
    /// <param name="prefix">Keys that take part start with it; the ranges still cover the whole key space.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<IReadOnlyList<KeyRange>> PlanAsync(IObjectReader source, string prefix, CancellationToken cancellationToken);
}
