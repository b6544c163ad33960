using System.Management.Automation;
using OssMigration.Core.Reporting;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Gives the objects of a run that were not simply copied or skipped, in key order, as they are read: a pipeline that
/// needs a few of a million gets them at once.
/// </summary>
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

    /// <inheritdoc/>
    private protected override void Process()
    {
        // One state is asked of the journal itself; several are picked here, so that the order by key holds.
        MigrationItemState? only = State.Length == 1 ? State[0] : null;
        foreach (MigrationItem item in Engine.GetItems(Job, Run, only))
        {
            if (State.Length == 0 || State.Contains(item.State))
                WriteObject(item);
        }
    }
}
