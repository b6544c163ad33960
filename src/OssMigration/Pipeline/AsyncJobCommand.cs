using System.Management.Automation;
using OssMigration.Parameters;

namespace OssMigration.Pipeline;

/// <summary>An asynchronous cmdlet on one job, or on each that comes down the pipeline.</summary>
public abstract class AsyncJobCommand : AsyncMigrationCommand
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
}
