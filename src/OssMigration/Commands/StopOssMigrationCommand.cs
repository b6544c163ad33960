using System.Management.Automation;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Asks whichever process of this machine runs the job to stop cleanly; it can be resumed. Returns at once; no error where
/// nothing runs.
/// </summary>
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
