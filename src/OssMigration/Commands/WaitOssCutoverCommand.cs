using System.Management.Automation;
using OssMigration.Core.Cutover;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Repeats the check before a cut-over until the business can be switched, and gives the check that says so. Progress names the
/// conditions that are still open. When the time is over it is an error, and nothing is given. Ctrl-C ends it at once.
/// </summary>
/// <example>
/// Wait until the business can be switched, and switch it
/// <code>
/// $ready = Wait-OssCutover photos -WritesStoppedAt $stopped -SkipMirror
/// Set-MigrationJob photos -CutoverTime $ready.CheckedAt -WhatIf
/// </code>
/// $stopped is the moment when the business stopped to change what is there.
/// </example>
/// <example>
/// Wait for six hours at most
/// <code>Wait-OssCutover photos -WritesStoppedAt $stopped -SkipMirror -Timeout 06:00:00 -Interval 00:05:00</code>
/// </example>
/// <example>
/// Look at the evidence
/// <code>(Wait-OssCutover photos -WritesStoppedAt $stopped -SkipMirror).Conditions | Where-Object State -eq Met</code>
/// </example>
[Cmdlet(VerbsLifecycle.Wait, "OssCutover")]
[OutputType(typeof(CutoverReadiness))]
public sealed class WaitOssCutoverCommand : CutoverCommand
{
    private const int ActivityId = 1_770_356;

    /// <summary>When the business stopped to change and delete existing objects at the source; new ones may still be written.</summary>
    [Parameter(Mandatory = true)]
    public DateTimeOffset WritesStoppedAt { get; set; }

    /// <summary>Ends the wait with an error after this time. Default: no limit.</summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Time between two checks. Both ends are listed again only after a run. Default: one minute.</summary>
    [Parameter]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    private protected override void Process()
    {
        CutoverRequest request = MakeRequest(WritesStoppedAt);
        CutoverWaitOptions options = new() { Interval = Interval, Timeout = Timeout };
        Run(async (queue, cancellationToken) =>
        {
            CutoverWait wait = new(EngineEnvironment, MakeCheck());
            CutoverReadiness ready = await wait.WaitAsync(
                request, options, readiness => Show(queue, readiness), new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            await queue.OutputAsync(ready, cancellationToken).ConfigureAwait(false);
        });
    }

    private static void Show(PipelineQueue queue, CutoverReadiness readiness)
    {
        CutoverCondition[] open = [.. readiness.Open];
        string names = open.Length == 0 ? "ready" : $"open: {string.Join(", ", open.Select(condition => condition.Subject))}";
        string evidence = open.Length == 0 ? "" : Display.Text(open[0].Evidence);
        ProgressRecord record = new(ActivityId, $"Cut-over of job {readiness.JobName}", names)
        {
            CurrentOperation = evidence,
            RecordType = readiness.IsReady ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        };
        queue.Progress(record);
        queue.Post(command => command.WriteVerbose($"{Display.Time(readiness.CheckedAt)} {readiness.JobName}: {names}"));
    }
}
