namespace OssMigration.Core.Reporting.Export;

/// <summary>What a report is written as.</summary>
public enum ReportFormat
{
    /// <summary>One page for people, without scripts and without anything from elsewhere.</summary>
    Html,

    /// <summary>
    /// Four lists, one row an object: total, completed, skipped, failed. UTF-8 with a byte order mark, without which Excel takes it
    /// for another encoding; RFC 4180; no cell can be a formula.
    /// </summary>
    Csv,

    /// <summary>One document for programs, after the schema in the module's folder schemas.</summary>
    Json,
}

/// <summary>What to write, and where.</summary>
public sealed record ReportRequest
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>What it is written as.</summary>
    public ReportFormat Format { get; init; }

    /// <summary>The file; with Csv the four lists get their names from it.</summary>
    public required string Path { get; init; }

    /// <summary>The run that is reported; null for the job as it stands: its last run over everything and what came after it.</summary>
    public int? Run { get; init; }

    /// <summary>Whether files that are there are replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>The files that are written: <c>photos.csv</c> gives <c>photos_total_list.csv</c> and three more.</summary>
    public IReadOnlyList<string> Files => Format == ReportFormat.Csv ? [.. ObjectLists.Names.Select(name => ObjectLists.FileOf(Path, name))] : [Path];
}
