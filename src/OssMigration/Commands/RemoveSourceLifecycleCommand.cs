using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Credentials;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Withdraws the lifecycle rules that Set-SourceLifecycle has set at the source of a job; rules of others stay as they are. Before the
/// date it undoes them. Afterwards what was deleted stays deleted, and nothing that is written later is deleted any more.
/// </summary>
/// <example>
/// See what would be withdrawn
/// <code>Remove-SourceLifecycle photos -WhatIf</code>
/// </example>
/// <example>
/// Withdraw the rules where somebody still writes
/// <code>Get-SourceLifecycle photos -CheckLateWrites | Where-Object LateWrites -gt 0 | Remove-SourceLifecycle</code>
/// </example>
/// <example>
/// Withdraw the rules of a job
/// <code>Remove-SourceLifecycle photos</code>
/// </example>
[Cmdlet(VerbsCommon.Remove, "SourceLifecycle", SupportsShouldProcess = true)]
public sealed class RemoveSourceLifecycleCommand : AsyncJobCommand
{
    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        MigrationJob job = Engine.GetJob(Job).Job;
        SourceLifecycleQuery query = new()
        {
            JobName = Job,
            Credentials = new RunCredentials(CredentialVault.For(job.Source, SourceCredential, nameof(SourceCredential)), Destination: null),
        };
        if (!ShouldProcess(job.Source.ToString(), $"Withdraw the lifecycle rules of job '{Job}'"))
            return;
        Run(async (queue, cancellationToken) =>
        {
            IReadOnlyList<SourceLifecycleRule> removed = await new SourceLifecycle(EngineEnvironment)
                .RemoveAsync(query, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            if (removed.Count == 0)
                queue.Post(command => command.WriteWarning($"No lifecycle rule of job '{Job}' stands at {job.Source}."));
            foreach (SourceLifecycleRule rule in removed.Where(rule => rule.HasFired == true))
                queue.Post(command => command.WriteWarning($"Rule '{rule.RuleId}' was due already: what it deleted stays deleted."));
        });
    }
}
