using System.Management.Automation;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Deletes a job with its journal and manifests, which are the proof of what was migrated. No object is touched. Refused
/// while the job runs.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "MigrationJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMigrationJobCommand : JobCommand
{
    /// <inheritdoc/>
    private protected override void Process()
    {
        Engine.GetJob(Job);
        if (ShouldProcess(Job, "Delete the job with its journal, reports and proofs"))
            Engine.RemoveJob(Job);
    }
}
