using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Views;

namespace OssMigration.Pipeline;

/// <summary>What the cmdlets for mirroring rules share: the bucket, named by a job or by its address, and its keys.</summary>
public abstract class MirrorRuleCommand : AsyncMigrationCommand
{
    /// <summary>The parameter set of a job.</summary>
    private protected const string JobSet = "Job";

    /// <summary>The parameter set of a bucket.</summary>
    private protected const string DestinationSet = "Destination";

    /// <summary>The job whose destination has the rules, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = JobSet)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>The bucket of OSS, or its URI.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = DestinationSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Destination { get; set; } = null!;

    /// <summary>Keys of the bucket, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => ParameterSetName == JobSet ? Job : Destination;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <summary>Reads and changes rules.</summary>
    private protected static MirrorRules Rules => new(EngineEnvironment);

    /// <summary>The job; null where a bucket is named.</summary>
    private protected MigrationJob? FindJob() => ParameterSetName == JobSet ? Engine.GetJob(Job).Job : null;

    /// <summary>The keys that are used for a bucket.</summary>
    private protected ICredentialProvider? KeysOf(StoreAddress destination) => CredentialVault.For(destination, DestinationCredential, nameof(DestinationCredential));

    /// <summary>Whether a parameter was given.</summary>
    private protected bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Works out a change, asks, and makes it.</summary>
    /// <param name="action">What is done, for the question.</param>
    /// <param name="plan">Works it out.</param>
    /// <returns>The rules as they stand then; null where it was not done.</returns>
    private protected MirrorRuleSet? Change(string action, Func<PipelineQueue, CancellationToken, Task<MirrorRulePlan>> plan)
    {
        MirrorRulePlan? made = null;
        Run(async (queue, cancellationToken) => made = await plan(queue, cancellationToken).ConfigureAwait(false));
        MirrorRulePlan planned = made!;
        foreach (string warning in planned.Warnings)
            WriteWarning(Display.Text(warning));
        string rules = string.Join('\n', planned.ToString().Split('\n').Select(Display.Text));
        string what = $"{action} of {Display.Text(planned.Destination.Uri)}\n{rules}";
        if (!ShouldProcess(what, $"{what}\nDo this?", "Confirm"))
            return null;
        ICredentialProvider? keys = KeysOf(planned.Destination);
        MirrorRuleSet? after = null;
        Run(async (queue, cancellationToken) =>
        {
            CommandListener listener = new(queue, maximumErrors: 0);
            await Rules.ApplyAsync(planned, keys, listener, cancellationToken).ConfigureAwait(false);
            after = await Rules.GetAsync(planned.Destination, keys, listener, cancellationToken).ConfigureAwait(false);
        });
        CredentialVault.Remember(planned.Destination, DestinationCredential);
        return after;
    }
}
