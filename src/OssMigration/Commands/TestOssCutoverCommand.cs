using System.Management.Automation;
using OssMigration.Core.Cutover;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Checks whether a business can be switched to OSS now: each condition with the evidence for it. Gives true or false, with the
/// reasons for false as warnings. Both ends are listed once where no comparison on record serves.
/// </summary>
/// <example>
/// Ask whether the business can be switched
/// <code>Test-OssCutover photos</code>
/// False, with the reason, until it is known when writes stopped.
/// </example>
/// <example>
/// See each condition with its evidence
/// <code>
/// $stopped = [DateTimeOffset]::UtcNow
/// Test-OssCutover photos -WritesStoppedAt $stopped -Detailed
/// </code>
/// </example>
/// <example>
/// Where readers list the bucket
/// <code>Test-OssCutover photos -WritesStoppedAt $stopped -BusinessLists</code>
/// A LIST of OSS never shows what has not arrived, so nothing may be left.
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "OssCutover")]
[OutputType(typeof(bool), typeof(CutoverReadiness))]
public sealed class TestOssCutoverCommand : CutoverCommand
{
    /// <summary>
    /// When the business stopped to change and delete existing objects at the source; new ones may still be written. Without it
    /// nothing is said of stale objects, and the job is not ready.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public DateTimeOffset? WritesStoppedAt { get; set; }

    /// <summary>Gives all conditions instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        CutoverRequest request = MakeRequest(WritesStoppedAt);
        Run(async (queue, cancellationToken) =>
        {
            CutoverReadiness readiness = await MakeCheck().CheckAsync(request, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            if (Detailed)
            {
                await queue.OutputAsync(readiness, cancellationToken).ConfigureAwait(false);
                return;
            }

            foreach (CutoverCondition condition in readiness.Open)
                queue.Post(command => command.WriteWarning(Display.Text($"{request.JobName}: {condition.Subject}: {condition.Evidence} {condition.Mend}".TrimEnd())));
            await queue.OutputAsync(readiness.IsReady, cancellationToken).ConfigureAwait(false);
        });
    }
}
