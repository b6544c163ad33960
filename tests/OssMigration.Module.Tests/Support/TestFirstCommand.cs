using System.Management.Automation;

namespace OssMigration.ModuleTests.Support;

/// <summary>Select-Object -First 1, which this host has not: passes one object on and ends all that stands before it in the pipeline.</summary>
[Cmdlet(VerbsDiagnostic.Test, "First")]
public sealed class TestFirstCommand : PSCmdlet
{
    // What Select-Object throws, and only this exception ends a pipeline without ending the script.
    private static readonly Type Enough = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;

    /// <summary>What comes down the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        throw (Exception)Activator.CreateInstance(Enough, this)!;
    }
}
