using System.Management.Automation;
using OssMigration.Core.Cutover;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>What the check before a cut-over and the wait for it have in common.</summary>
public abstract class CutoverCommand : AsyncMigrationCommand
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>How long ago a comparison on record may have ended to serve; an older one is made anew. Default: one hour.</summary>
    [Parameter]
    public TimeSpan MaximumAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The business lists the bucket: then nothing may be at the source only, because a LIST of OSS does not show it.</summary>
    [Parameter]
    public SwitchParameter BusinessLists { get; set; }

    /// <summary>No mirroring rule is relied on: the business writes nothing from now until everything has arrived.</summary>
    [Parameter]
    public SwitchParameter SkipMirror { get; set; }

    /// <summary>Key of an object that is at the source only, for the test of the mirroring rule. Default: one that the comparison finds.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ProbeKey { get; set; }

    /// <summary>Where no object is at the source only, puts a small one there for the test, and removes it at both ends.</summary>
    [Parameter]
    public SwitchParameter CreateProbe { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <summary>The check over the home that is set now.</summary>
    private protected static CutoverCheck MakeCheck() => new(EngineEnvironment, new MirrorTester(EngineEnvironment));

    /// <summary>What the parameters ask for.</summary>
    private protected CutoverRequest MakeRequest(DateTimeOffset? writesStoppedAt)
    {
        MigrationJob job = Engine.GetJob(Job).Job;
        return new CutoverRequest
        {
            JobName = job.Name,
            WritesStoppedAt = writesStoppedAt,
            MaximumAge = MaximumAge,
            BusinessLists = BusinessLists,
            SkipMirror = SkipMirror,
            ProbeKey = ProbeKey,
            CreateProbe = CreateProbe,
            Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential),
        };
    }
}
