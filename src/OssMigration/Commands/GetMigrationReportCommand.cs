using System.Management.Automation;
using OssMigration.Core.Reporting;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>Gives the reports of a job's runs, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationReport")]
[OutputType(typeof(MigrationReport))]
public sealed class GetMigrationReportCommand : JobCommand
{
    /// <summary>Only the latest so many. Default: all.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    private protected override void Process() => WriteObject(Engine.GetReports(Job).TakeLast(Last), enumerateCollection: true);
}
