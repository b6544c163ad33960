namespace OssMigration.Core.Planning;

/// <summary>The entries of a page that belong to a range.</summary>
/// <param name="From">The first.</param>
/// <param name="To">Behind the last.</param>
/// <param name="IsLast">No further page belongs to the range.</param>
internal readonly record struct PagePart(int From, int To, bool IsLast);
