using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Deletes the source of a job by a lifecycle rule, a day or more after a comparison has proved that everything is at the destination:
/// <c>Compare-MigrationData -Job NAME -Summary | Set-SourceLifecycle</c>. Refused wherever the proof does not hold. -WhatIf shows
/// the rule, what it deletes and when. Remove-SourceLifecycle withdraws it.
/// </summary>
/// <example>
/// See what would be deleted, and when
/// <code>Compare-MigrationData photos -Summary | Set-SourceLifecycle -WhatIf</code>
/// </example>
/// <example>
/// Begin with a small step
/// <code>Compare-MigrationData photos -Summary | Set-SourceLifecycle -Prefix raw/2024/</code>
/// </example>
/// <example>
/// Delete the source
/// <code>Compare-MigrationData photos -Summary | Set-SourceLifecycle</code>
/// Asks first, unless -Confirm:$false is given. Remove-SourceLifecycle withdraws the rule before its date.
/// </example>
[Cmdlet(VerbsCommon.Set, "SourceLifecycle", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ObjectsSet)]
[OutputType(typeof(SourceLifecycleRule))]
public sealed class SetSourceLifecycleCommand : AsyncMigrationCommand
{
    private const string ObjectsSet = "Objects";
    private const string VersionsSet = "Versions";

    /// <summary>The summary of a comparison of the job, by pipeline, or read back by Import-Clixml.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ObjectsSet)]
    [Comparison]
    public ComparisonClaim? Comparison { get; set; }

    /// <summary>The job, or its name. Default: the job of the comparison.</summary>
    [Parameter(Position = 0, ParameterSetName = ObjectsSet)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = VersionsSet)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Job { get; set; }

    /// <summary>Full keys that begin with it, longer than the job's own prefix: for a first, smaller step. Default: all that the job covers.</summary>
    [Parameter]
    [ValidateNotNull]
    public string? Prefix { get; set; }

    /// <summary>When, midnight UTC: <c>2026-12-01</c>. Default: the first midnight UTC on or after one day past the end of the comparison.</summary>
    [Parameter(ParameterSetName = ObjectsSet)]
    [UtcDate]
    public DateTimeOffset? Date { get; set; }

    /// <summary>Accepts objects that the business overwrote or deleted at the destination since the cut-over.</summary>
    [Parameter(ParameterSetName = ObjectsSet)]
    public SwitchParameter AcceptSuperseded { get; set; }

    /// <summary>Accepts that a mirroring rule of the destination stands while the source is deleted.</summary>
    [Parameter(ParameterSetName = ObjectsSet)]
    public SwitchParameter AcceptMirrorRule { get; set; }

    /// <summary>Of a job with -InvalidKeyAction Encode: accepts that objects whose keys OSS cannot hold are there under encoded keys only.</summary>
    [Parameter(ParameterSetName = ObjectsSet)]
    public SwitchParameter AcceptEncodedKeys { get; set; }

    /// <summary>Accepts, at one's own risk, that objects are deleted that were written after the comparison and are nowhere else.</summary>
    [Parameter]
    public SwitchParameter AcceptLateWrites { get; set; }

    /// <summary>For a bucket with versioning, after the first rule has done its work: deletes old versions and left delete markers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VersionsSet)]
    public SwitchParameter NoncurrentVersions { get; set; }

    /// <summary>How many old versions you know will be deleted. Without it the number is told.</summary>
    [Parameter(ParameterSetName = VersionsSet)]
    [ValidateRange(0, long.MaxValue)]
    public long? AcknowledgeVersions { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    private protected override object? ErrorTarget => Job ?? Comparison?.JobName;

    /// <inheritdoc/>
    private protected override void Process()
    {
        string jobName = Job ?? Comparison?.JobName ?? throw NothingGiven();
        MigrationJob job = Engine.GetJob(jobName).Job;
        SourceLifecycleRequest request = new()
        {
            JobName = jobName,
            Comparison = Comparison,
            Phase = NoncurrentVersions ? LifecyclePhase.NoncurrentVersions : LifecyclePhase.Objects,
            Prefix = Prefix,
            Date = Date,
            AcceptSuperseded = AcceptSuperseded,
            AcceptLateWrites = AcceptLateWrites,
            AcceptMirrorRule = AcceptMirrorRule,
            AcceptEncodedKeys = AcceptEncodedKeys,
            AcknowledgedVersions = AcknowledgeVersions,
            Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential),
        };
        SourceLifecycle lifecycle = new(EngineEnvironment);
        SourceLifecyclePlan? plan = null;
        Run(async (queue, cancellationToken) =>
            plan = await lifecycle.PlanAsync(request, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false));
        foreach (string warning in plan!.Warnings)
            WriteWarning(Display.Text(warning));
        string description = string.Join(Environment.NewLine, plan.Description.Select(Display.Text));
        if (!ShouldProcess(description, $"{description}{Environment.NewLine}Set this rule?", "Deletion of a source"))
            return;
        Run(async (queue, cancellationToken) => await queue.OutputAsync(
            await lifecycle.ApplyAsync(plan, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
    }

    // A summary without a job is an ad-hoc comparison; nothing at all is a job forgotten.
    private RefusedException NothingGiven() => Comparison is not null
        ? new RefusedException("LifecycleComparisonAdHoc", "This comparison was made of two addresses and belongs to no job; it is no proof for a deletion.", "Compare-MigrationData -Job NAME -Summary | Set-SourceLifecycle")
        : new RefusedException("LifecycleNoComparison", "Nothing is deleted at a source without a comparison that proves it to be at the destination, and none was given.", "Compare-MigrationData -Job NAME -Summary | Set-SourceLifecycle");
}
