using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Removes the mirroring rule for exactly these keys; readers then get 404 for what has not arrived. Every other rule and setting stays.
/// With -WhatIf it shows the rules before and after.
/// </summary>
/// <example>
/// See the rules before and after
/// <code>Remove-OssMirrorRule photos -WhatIf</code>
/// </example>
/// <example>
/// Remove the rules for some keys
/// <code>Get-OssMirrorRule photos -Prefix 'raw/*' | Remove-OssMirrorRule</code>
/// </example>
/// <example>
/// Remove the rule of a job
/// <code>Remove-OssMirrorRule photos</code>
/// When everything has arrived; Compare-MigrationData tells.
/// </example>
[Cmdlet(VerbsCommon.Remove, "OssMirrorRule", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = JobSet)]
public sealed class RemoveOssMirrorRuleCommand : MirrorRuleCommand
{
    /// <summary>The rule's prefix, a full key's beginning. Default: what Set-OssMirrorRule takes for the job, or no prefix.</summary>
    [Parameter(Position = 1, ParameterSetName = JobSet)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = DestinationSet)]
    [ArgumentCompleter(typeof(RulePrefixCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string? Prefix { get; set; }

    /// <summary>The rule's suffix. Default none.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DestinationSet)]
    [ArgumentCompleter(typeof(RuleSuffixCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string? Suffix { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        MigrationJob? job = FindJob();
        StoreAddress destination = job?.Destination ?? Destination;
        ICredentialProvider? keys = KeysOf(destination);
        string prefix = Given(nameof(Prefix)) ? Prefix ?? "" : destination.Prefix + job?.Filter.Prefix;
        string? suffix = string.IsNullOrEmpty(Suffix) ? null : Suffix;
        bool isRemoved = Change("Remove a mirroring rule", (queue, cancellationToken) =>
            Rules.PlanRemoveAsync(destination, prefix, suffix, keys, new CommandListener(queue, maximumErrors: 0), cancellationToken)) is not null;
        if (job is not null && isRemoved)
            Engine.RecordMirrorRule(job.Name, prefix, suffix, isSet: false);
    }
}
