using System.Management.Automation;
using OssMigration.Parameters;

namespace OssMigration.Pipeline;

/// <summary>A cmdlet on one job, or on each that comes down the pipeline: an error with one leaves the others alone.</summary>
public abstract class JobCommand : MigrationCommand
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => false;
}
