namespace OssMigration.Commands;

/// <summary>What a user takes upon himself with options that may lose a write of the business.</summary>
internal static class RiskText
{
    /// <summary>Of ConflictAction Overwrite.</summary>
    public const string ConflictAction =
        "ConflictAction Overwrite: after cut-over an object that changed at the source replaces what this job wrote at the destination. "
        + "It looks right before the write whether that still stands there, but OSS has no condition for the write itself: "
        + "a write of the business in between is lost. Get-MigrationItem names that time for each object.";

    /// <summary>Of RepairMetadata.</summary>
    public const string RepairMetadata =
        "RepairMetadata copies objects that the mirror brought onto themselves where headers or user metadata differ. OSS compares the ETag "
        + "when it begins to copy and has no condition for the end: a write of the business in that moment is lost.";
}
