using System.Management.Automation;
using OssMigration.Cluster;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Runs a job over many machines: this process plans, keeps the journal and gives the report, workers
/// (Start-OssMigrationWorker) copy, and it copies itself too. It resumes, stops and reports as Start-OssMigration does; a
/// job may change between both. While it is away, workers go on with what is in the queue.
/// </summary>
/// <example>
/// Coordinate a job, and copy here too
/// <code>Start-OssMigrationCoordinator photos -Queue amqps://broker.example.com/migration</code>
/// Needs a broker (RabbitMQ).
/// </example>
/// <example>
/// Leave the copying to the workers
/// <code>Start-OssMigrationCoordinator photos -Queue amqps://broker.example.com/migration -CoordinateOnly</code>
/// Needs a broker (RabbitMQ). The limits of the job hold for all workers together: Set-MigrationJob changes them, Stop-OssMigration stops them all.
/// </example>
/// <example>
/// Use a broker with a certificate of one's own
/// <code>Start-OssMigrationCoordinator photos -Queue amqps://broker.local -QueueCertificateAuthority ./authority.pem -QueueCredential (Get-Credential)</code>
/// Needs a broker (RabbitMQ).
/// </example>
[Cmdlet(VerbsLifecycle.Start, "OssMigrationCoordinator", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationReport))]
public sealed class StartOssMigrationCoordinatorCommand : QueueCommand
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>Leaves all copying to the workers.</summary>
    [Parameter]
    public SwitchParameter CoordinateOnly { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Stops cleanly after this time: workers hand over, and the next start resumes. Default: no limit.</summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>Most objects of a run that are written as errors; the others are counted, and all are in Get-MigrationItem. Default 20.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaximumError { get; set; } = 20;

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override void Process()
    {
        MigrationJob job = Engine.GetJob(Job).Job;
        QueueAddress address = ReadQueue();
        if (!ShouldProcess(Display.Text($"Coordinate migration job '{job.Name}' over {address}: copy what {job.Source} has to {job.Destination}"), $"Run migration job '{Job}' over many machines?", "OssMigration"))
            return;
        RunCredentials keys = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential);
        RunOptions options = new() { Credentials = keys, TimeBudget = TimeBudget };
        WorkerOptions? own = CoordinateOnly ? null : new WorkerOptions { Credentials = _ => keys };
        Run((queue, cancellationToken) =>
        {
            CommandListener listener = new(queue, MaximumError);
            return listener.WriteAsync(
                SharedRunner.RunAsync(EngineEnvironment, Job, options, address, own, listener, cancellationToken), Job,
                () => CredentialVault.Remember(job.Source, SourceCredential, job.Destination, DestinationCredential), cancellationToken);
        });
    }
}
