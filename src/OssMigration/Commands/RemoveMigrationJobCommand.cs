using System.Management.Automation;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Deletes a job with its journal and manifests, which are the proof of what was migrated. No object is touched. Refused
/// while the job runs.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "MigrationJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMigrationJobCommand : MigrationCommand
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
        if (ShouldProcess(Job, "Delete the job with its journal, reports and proofs"))
            Engine.RemoveJob(Job);
    }
}
