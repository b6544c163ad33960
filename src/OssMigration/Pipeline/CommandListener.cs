using System.Management.Automation;
using OssMigration.Core.Reporting;

namespace OssMigration.Pipeline;

/// <summary>Brings the engine's progress, events and exceptional objects to the pipeline, at most so many objects as errors.</summary>
internal sealed class CommandListener(PipelineQueue queue, int maximumErrors) : IRunListener
{
    private int _items;

    /// <summary>Brings the report of each run to the pipeline as it ends, and says how many of its objects were not shown.</summary>
    /// <param name="reports">The runs.</param>
    /// <param name="job">The job's name.</param>
    /// <param name="onEnd">Called when a run has ended.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task WriteAsync(IAsyncEnumerable<MigrationReport> reports, string job, Action onEnd, CancellationToken cancellationToken)
    {
        await foreach (MigrationReport report in reports.ConfigureAwait(false))
        {
            onEnd();
            if (TakeNotShown() is > 0 and int more)
                queue.Post(command => command.WriteWarning($"{Views.Display.Number(more)} more objects were not migrated. All of them: Get-MigrationItem -Job {job} -Run {report.Run}"));
            await queue.OutputAsync(report, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void OnProgress(ProgressSnapshot snapshot) => queue.Progress(snapshot);

    /// <inheritdoc/>
    public void OnEvent(RunEvent happened)
    {
        string text = happened.Message;
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

    // The next run begins to count anew.
    private int TakeNotShown() => Math.Max(0, Interlocked.Exchange(ref _items, 0) - maximumErrors);
}
