using System.Management.Automation;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Deletes a job with its journal and manifests, which are the proof of what was migrated. No object is touched. Refused
/// while the job runs.
/// </summary>
/// <example>
/// See what would be deleted
/// <code>Remove-MigrationJob photos -WhatIf</code>
/// </example>
/// <example>
/// Delete rehearsals without being asked
/// <code>Get-MigrationJob 'try-*' | Remove-MigrationJob -Confirm:$false</code>
/// </example>
/// <example>
/// Delete one job
/// <code>Remove-MigrationJob photos</code>
/// Its journal goes too, and with it the proof: delete it when the source is gone and nobody asks any more.
/// </example>
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
