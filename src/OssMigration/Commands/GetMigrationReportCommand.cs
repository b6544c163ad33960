using System.Management.Automation;
using OssMigration.Core.Reporting;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>Gives the reports of a job's runs, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationReport")]
[OutputType(typeof(MigrationReport))]
public sealed class GetMigrationReportCommand : MigrationCommand
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>Only the latest so many. Default: all.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => false;

    /// <inheritdoc/>
    private protected override void Process() => WriteObject(Engine.GetReports(Job).TakeLast(Last), enumerateCollection: true);
}
