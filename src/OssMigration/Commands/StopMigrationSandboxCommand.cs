using System.Management.Automation;
using System.Management.Automation.Runspaces;
using OssMigration.Pipeline;
using OssMigration.Sandboxes;

namespace OssMigration.Commands;

/// <summary>Ends sandboxes that this session started. What they held in memory is gone; folders stay as they are.</summary>
/// <example>
/// See what runs
/// <code>Stop-MigrationSandbox -WhatIf</code>
/// </example>
/// <example>
/// End one
/// <code>$sandbox | Stop-MigrationSandbox</code>
/// </example>
/// <example>
/// End all of this session
/// <code>Stop-MigrationSandbox</code>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "MigrationSandbox", SupportsShouldProcess = true)]
public sealed class StopMigrationSandboxCommand : MigrationCommand
{
    /// <summary>Process ids, or what Start-MigrationSandbox gave. Default: all of this session.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameters.SandboxPid]
    [Alias("Pid")]
    [ValidateNotNullOrEmpty]
    public int[]? Sandbox { get; set; }

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => false;

    /// <inheritdoc/>
    private protected override void Process()
    {
        foreach (int pid in Sandbox ?? SandboxRegistry.PidsOf(Runspace.DefaultRunspace.InstanceId))
        {
            if (ShouldProcess($"sandbox {pid}", "Stop") && !SandboxRegistry.Stop(pid))
                WriteVerbose($"Sandbox {pid} does not run, or was not started by this process.");
        }
    }
}
