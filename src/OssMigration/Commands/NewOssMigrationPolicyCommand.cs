using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Preparation;
using OssMigration.Core.Stores;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Gives the policies that the keys of a move need: every right that our requests need and none more, as text to paste into the
/// console (Json) and as statements. Nothing is sent.
/// </summary>
/// <example>
/// Policies for all steps, to read
/// <code>New-OssMigrationPolicy -Source s3://photos/raw/ -Destination oss://photos-cn/raw/</code>
/// </example>
/// <example>
/// The policy of one key for two steps, to paste into the console
/// <code>(New-OssMigrationPolicy -Job photos -Step Test, Migrate -For Source).Json</code>
/// </example>
/// <example>
/// The key that OSS itself reads the origin with
/// <code>New-OssMigrationPolicy photos -Step Mirror -For MirrorKey | ForEach-Object Json</code>
/// OSS keeps this key in the bucket's configuration, so it may read and nothing else.
/// </example>
[Cmdlet(VerbsCommon.New, "OssMigrationPolicy", DefaultParameterSetName = "Addresses")]
[OutputType(typeof(MigrationPolicy))]
public sealed class NewOssMigrationPolicyCommand : MigrationCommand
{
    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<MigrationStep[]> _step = new([MigrationStep.All]);
    private readonly StrongBox<PolicyTarget[]?> _for = new();

    /// <summary>The job whose ends the keys are for, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Job", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>Where objects come from: an address, or its URI.</summary>
    [Parameter(ParameterSetName = "Addresses")]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? Source { get; set; }

    /// <summary>Where they go: an address, or its URI.</summary>
    [Parameter(ParameterSetName = "Addresses")]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? Destination { get; set; }

    /// <summary>
    /// The steps that the keys are to be enough for. Default All: every step but CreateBucket, RemoveDeleted (Start-OssMigration -RemoveDeleted),
    /// CreateProbe (tests of a mirroring rule that make an object of their own) KeepState (-StateUri), CopyTag, CopyAcl, Restore and CopyVersions; add those that are wanted: -Step All, RemoveDeleted. What a job copies is known of -Job.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public MigrationStep[] Step
    {
        get => _step.Value!;
        set => _step.Value = value;
    }

    /// <summary>Whose key. Default: each that the steps need.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public PolicyTarget[]? For
    {
        get => _for.Value;
        set => _for.Value = value;
    }

    /// <inheritdoc/>
    private protected override object? ErrorTarget => Job.Length > 0 ? Job : Source ?? Destination;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        StoreAddress? source = Source, destination = Destination;
        MigrationStep[] steps = Step;
        if (Job.Length > 0)
        {
            MigrationJob job = Engine.GetJob(Job).Job;
            (source, destination) = (job.Source, job.Destination);
            if (steps.Intersect([MigrationStep.All, MigrationStep.Migrate, MigrationStep.Increment]).Any())
                steps = [.. steps, .. PolicyRules.StepsOf(job)];
        }

        if (source is null && destination is null)
            throw new ArgumentException("Name what the keys are for: -Source, -Destination or -Job.");
        foreach (PolicyTarget target in For ?? Enum.GetValues<PolicyTarget>())
            Write(target, target == PolicyTarget.Destination ? destination : source, steps);
    }

    private void Write(PolicyTarget target, StoreAddress? address, MigrationStep[] steps)
    {
        bool isNamed = For is not null;
        if (address is null)
        {
            if (isNamed)
                throw new ArgumentException($"A policy for {target} needs -{(target == PolicyTarget.Destination ? nameof(Destination) : nameof(Source))}.");
            return;
        }

        // A source that has no policies is no reason to withhold the destination's.
        if (!isNamed && target != PolicyTarget.Destination && PolicyRules.InsteadOfPolicy(address) is { } instead)
        {
            if (target == PolicyTarget.Source)
                WriteWarning($"{address} needs no policy: {instead}.");
            return;
        }

        if (PolicyRules.For(target, address, steps) is { } policy)
            WriteObject(policy);
        else if (isNamed)
            WriteWarning($"{target}: {string.Join(", ", Step)} asks nothing of {address}, so no policy is needed.");
    }
}
