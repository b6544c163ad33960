using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>Gives the reports of a job's runs, oldest first.</summary>
/// <example>
/// See how the runs of a job ended
/// <code>Get-MigrationReport photos</code>
/// </example>
/// <example>
/// Ask the last report for a number
/// <code>(Get-MigrationReport photos -Last 1).Copied.Bytes</code>
/// </example>
/// <example>
/// Find the runs that were not complete
/// <code>Get-MigrationReport photos | Where-Object ExitCode -ne 0</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "MigrationReport")]
[OutputType(typeof(MigrationReport))]
public sealed class GetMigrationReportCommand : JobCommand
{
    /// <summary>Only the runs of these numbers. Default: all.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int[] Run { get; set; } = [];

    /// <summary>Only the latest so many. Default: all.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    private protected override void Process()
    {
        IReadOnlyList<MigrationReport> reports = Engine.GetReports(Job);
        int[] missing = [.. Run.Except(reports.Select(report => report.Run))];
        if (missing.Length > 0)
            throw new JobStateException(JobStateError.NothingThere, Job, $"Job '{Job}' has no report of run {string.Join(", ", missing)}.");
        WriteObject(reports.Where(report => Run.Length == 0 || Run.Contains(report.Run)).TakeLast(Last), enumerateCollection: true);
    }
}
