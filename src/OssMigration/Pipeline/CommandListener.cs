using System.Management.Automation;
using OssMigration.Core.Reporting;

namespace OssMigration.Pipeline;

/// <summary>Brings the engine's progress, events and exceptional objects to the pipeline, at most so many objects as errors.</summary>
internal sealed class CommandListener(PipelineQueue queue, int maximumErrors) : IRunListener
{
    private int _items;

    /// <summary>How many exceptional objects of a run that ended were not shown; the next run begins to count anew.</summary>
    public int TakeNotShown() => Math.Max(0, Interlocked.Exchange(ref _items, 0) - maximumErrors);

    /// <inheritdoc/>
    public void OnProgress(ProgressSnapshot snapshot) => queue.Progress(snapshot);

    /// <inheritdoc/>
    public void OnEvent(RunEvent happened)
    {
        string text = Views.Display.Text(happened.Message);
        switch (happened.Level)
        {
            case EventLevel.Warning:
                queue.Post(command => command.WriteWarning(text));
                break;
            case EventLevel.Information:
                queue.Post(command => command.WriteInformation(new InformationRecord(text, "OssMigration")));
                break;
            default:
                queue.Post(command => command.WriteVerbose(text));
                break;
        }
    }

    /// <inheritdoc/>
    public void OnItem(MigrationItem item)
    {
        if (item.State is MigrationItemState.InProgress or MigrationItemState.GoneAtSource or MigrationItemState.Overwritten)
            return;
        if (Interlocked.Increment(ref _items) <= maximumErrors)
            queue.Post(command => command.WriteError(Errors.From(item)));
    }
}
