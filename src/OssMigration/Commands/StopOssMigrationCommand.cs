using System.Management.Automation;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Asks whichever process of this machine runs the job to stop cleanly; it can be resumed. Returns at once; no error where
/// nothing runs.
/// </summary>
/// <example>
/// Stop a run in whichever process it is
/// <code>Stop-OssMigration photos</code>
/// </example>
/// <example>
/// Stop all that runs
/// <code>Get-MigrationJob | Where-Object State -eq Running | Stop-OssMigration</code>
/// </example>
/// <example>
/// See what would be stopped
/// <code>Get-MigrationJob 'photo*' | Stop-OssMigration -WhatIf</code>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "OssMigration", SupportsShouldProcess = true)]
public sealed class StopOssMigrationCommand : JobCommand
{
    /// <inheritdoc/>
    private protected override void Process()
    {
        Engine.GetJob(Job);
        if (ShouldProcess(Job, "Stop the run cleanly"))
            Engine.RequestStop(Job);
    }
}
