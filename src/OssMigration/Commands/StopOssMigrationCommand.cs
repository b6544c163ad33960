using System.Management.Automation;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Asks whichever process of this machine runs the job to stop cleanly; it can be resumed. Returns at once; no error where
/// nothing runs.
/// </summary>
[Cmdlet(VerbsLifecycle.Stop, "OssMigration", SupportsShouldProcess = true)]
public sealed class StopOssMigrationCommand : MigrationCommand
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

    /// <inheritdoc/>
    private protected override void Process()
    {
        Engine.GetJob(Job);
        if (ShouldProcess(Job, "Stop the run cleanly"))
            Engine.RequestStop(Job);
    }
}
