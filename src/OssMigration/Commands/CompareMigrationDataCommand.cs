using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Compares source and destination and gives what is not the same, as it is found. With -Summary it gives the summary
/// alone. Of a job it uses what the job has proved already; of two addresses it is an ad-hoc check.
/// </summary>
/// <example>
/// See what differs
/// <code>Compare-MigrationData photos</code>
/// Each object as it is found; nothing where both ends are the same.
/// </example>
/// <example>
/// Repair what differs
/// <code>Compare-MigrationData photos | Where-Object Status -eq Different | Start-OssMigration -Job photos</code>
/// </example>
/// <example>
/// Keep the proof for the clean-up of the source
/// <code>
/// $proof = Compare-MigrationData photos -Summary
/// $proof | Export-Clixml proof.xml
/// </code>
/// Set-SourceLifecycle takes it, also read back by Import-Clixml.
/// </example>
/// <example>
/// Compare two addresses without a job
/// <code>Compare-MigrationData -Source $source -Destination $destination -Level Size -Summary</code>
/// Nothing was proved before, so sizes are compared, or what checksums both ends declare.
/// </example>
[Cmdlet(VerbsData.Compare, "MigrationData", DefaultParameterSetName = JobSet)]
[OutputType(typeof(ComparisonItem), typeof(ComparisonSummary))]
public sealed class CompareMigrationDataCommand : AsyncMigrationCommand
{
    private const string JobSet = "Job";
    private const string AddressSet = "Address";

    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<ComparisonLevel> _level = new(ComparisonLevel.Checksum);

    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = JobSet)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>The source of an ad-hoc comparison, or its URI.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AddressSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Source { get; set; } = null!;

    /// <summary>The destination of an ad-hoc comparison, or its URI.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AddressSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Destination { get; set; } = null!;

    /// <summary>Size: presence and size. Checksum (default): checksums and versions, nothing is downloaded. Content: both sides are read.</summary>
    [Parameter]
    public ComparisonLevel Level
    {
        get => _level.Value;
        set => _level.Value = value;
    }

    /// <summary>Gives what is the same as well.</summary>
    [Parameter]
    public SwitchParameter IncludeSame { get; set; }

    /// <summary>Gives the summary instead of the objects.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => ParameterSetName == JobSet ? Job : Source;

    /// <inheritdoc/>
    private protected override void Process()
    {
        ComparisonRequest request = ParameterSetName == JobSet ? ForJob() : ForAddresses();
        Run(async (queue, cancellationToken) =>
        {
            IComparison comparison = Engine.Compare(request, new CommandListener(queue, maximumErrors: 0));
            await foreach (ComparisonItem item in comparison.Items(cancellationToken).ConfigureAwait(false))
            {
                if (!Summary)
                    await queue.OutputAsync(item, cancellationToken).ConfigureAwait(false);
            }

            if (Summary && comparison.Summary is { } summary)
                await queue.OutputAsync(summary, cancellationToken).ConfigureAwait(false);
        });
    }

    private ComparisonRequest ForJob()
    {
        MigrationJob job = Engine.GetJob(Job).Job;
        return new ComparisonRequest
        {
            JobName = job.Name,
            Level = Level,
            IncludeSame = IncludeSame && !Summary,
            Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential),
        };
    }

    private ComparisonRequest ForAddresses() => new()
    {
        Source = Source,
        Destination = Destination,
        Level = Level,
        IncludeSame = IncludeSame && !Summary,
        Credentials = CredentialVault.For(Source, SourceCredential, Destination, DestinationCredential),
    };
}
