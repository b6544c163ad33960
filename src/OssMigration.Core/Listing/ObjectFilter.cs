namespace OssMigration.Core.Listing;

/// <summary>Which objects take part.</summary>
public sealed record ObjectFilter;
