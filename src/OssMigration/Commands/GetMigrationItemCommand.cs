using System.Management.Automation;
using OssMigration.Core.Reporting;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Gives the objects of a run that were not simply copied or skipped, in key order, as they are read: a pipeline that
/// needs a few of a million gets them at once.
/// </summary>
/// <example>
/// See what failed
/// <code>Get-MigrationItem photos -State Failed</code>
/// Each with its reason.
/// </example>
/// <example>
/// Look again at what was refused for want of a right
/// <code>Get-MigrationItem photos -ErrorKind AccessDenied | Start-OssMigration</code>
/// After the right was given. Nothing else is looked at.
/// </example>
/// <example>
/// Write a list for others
/// <code>Get-MigrationItem photos -Run 1 | Export-Csv items.csv</code>
/// Keys may begin with = or + and are formulas to a spreadsheet then; the lists of Export-MigrationReport -Format Csv are harmless.
/// </example>
/// <example>
/// See the first of very many
/// <code>Get-MigrationItem photos -State NeedsRestore, Unsupported | Select-Object -First 20</code>
/// They are read as they are needed, so this is quick among millions.
/// </example>
[Cmdlet(VerbsCommon.Get, "MigrationItem")]
[OutputType(typeof(MigrationItem))]
public sealed class GetMigrationItemCommand : JobCommand
{
    /// <summary>The run's number. Default: the last.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, int.MaxValue)]
    public int? Run { get; set; }

    /// <summary>Only these states. Default: all.</summary>
    [Parameter]
    public MigrationItemState[] State { get; set; } = [];

    /// <summary>Only what failed for one of these reasons, for example AccessDenied or Throttled. Default: all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ErrorKindCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ErrorKind { get; set; } = [];

    /// <inheritdoc/>
    private protected override void Process()
    {
        // One state is asked of the journal itself; several are picked here, so that the order by key holds.
        MigrationItemState? only = State.Length == 1 ? State[0] : null;
        foreach (MigrationItem item in Engine.GetItems(Job, Run, only))
        {
            if ((State.Length == 0 || State.Contains(item.State)) && (ErrorKind.Length == 0 || ErrorKind.Contains(item.ErrorKind, StringComparer.OrdinalIgnoreCase)))
                WriteObject(item);
        }
    }
}
