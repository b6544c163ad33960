using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace OssMigration.Help;

/// <summary>The finished module in a runspace: what PowerShell itself says of its cmdlets.</summary>
internal sealed class ImportedModule : IDisposable
{
    private readonly Runspace _runspace;

    private ImportedModule(Runspace runspace, IReadOnlyList<CmdletInfo> cmdlets)
    {
        _runspace = runspace;
        Cmdlets = cmdlets;
    }

    /// <summary>Its cmdlets, by name.</summary>
    public IReadOnlyList<CmdletInfo> Cmdlets { get; }

    /// <summary>Imports the module.</summary>
    /// <param name="manifest">The path of its manifest.</param>
    public static ImportedModule Open(string manifest)
    {
        Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript("param($Manifest) $ErrorActionPreference = 'Stop'; (Import-Module $Manifest -PassThru).ExportedCmdlets.Values").AddArgument(manifest);
        return new ImportedModule(runspace, [.. shell.Invoke<CmdletInfo>().OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();
}
