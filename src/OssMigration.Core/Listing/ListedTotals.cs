using OssMigration.Core.Reporting;

namespace OssMigration.Core.Listing;

/// <summary>What a listing came to.</summary>
/// <param name="Listed">Objects that take part, counted from what the pages declare, and their bytes.</param>
/// <param name="FilteredOut">Objects that the filter left out.</param>
/// <param name="Pages">Pages that were read.</param>
internal readonly record struct ListedTotals(ObjectCount Listed, long FilteredOut, long Pages);
