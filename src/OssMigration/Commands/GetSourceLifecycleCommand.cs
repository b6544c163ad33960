using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Credentials;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Gives the lifecycle rules that Set-SourceLifecycle has set at the source of a job, as they stand in the bucket, and whether they
/// have done their work. Nothing comes where none stands.
/// </summary>
/// <example>
/// See whether the source is due for deletion
/// <code>Get-SourceLifecycle photos</code>
/// </example>
/// <example>
/// Look whether somebody still writes to the source
/// <code>Get-SourceLifecycle photos -CheckLateWrites</code>
/// Withdraw the rule where LateWrites is not 0: these objects are nowhere else.
/// </example>
/// <example>
/// See every lifecycle rule of the bucket
/// <code>Get-SourceLifecycle photos -All</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "SourceLifecycle")]
[OutputType(typeof(SourceLifecycleRule))]
public sealed class GetSourceLifecycleCommand : AsyncJobCommand
{
    /// <summary>Gives the rules of others too.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>
    /// Lists the source and tells in LateWrites how many objects were written since the comparison: the rule would delete them, and they are nowhere else.
    /// </summary>
    [Parameter]
    public SwitchParameter CheckLateWrites { get; set; }

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
            IncludesOthers = All,
            ChecksLateWrites = CheckLateWrites,
            Credentials = new RunCredentials(CredentialVault.For(job.Source, SourceCredential, nameof(SourceCredential)), Destination: null),
        };
        Run(async (queue, cancellationToken) =>
        {
            foreach (SourceLifecycleRule rule in await new SourceLifecycle(EngineEnvironment).GetAsync(query, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false))
                await queue.OutputAsync(rule, cancellationToken).ConfigureAwait(false);
        });
    }
}
