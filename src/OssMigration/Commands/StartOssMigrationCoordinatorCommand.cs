using System.Management.Automation;
using OssMigration.Cluster;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Runs a job over many machines: this process plans, keeps the journal and gives the report, workers
/// (Start-OssMigrationWorker) copy, and it copies itself too. It resumes, stops and reports as Start-OssMigration does; a
/// job may change between both. While it is away, workers go on with what is in the queue; they hear of a cut-over through it, so
/// start it again before one.
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
/// Coordinate in the background
/// <code>
/// $run = Start-OssMigrationCoordinator photos -Queue amqps://broker.example.com/migration -AsJob
/// $run | Receive-Job -Wait -AutoRemoveJob
/// </code>
/// Needs a broker (RabbitMQ). Stop-Job stops it cleanly: workers hand over.
/// </example>
/// <example>
/// Let the coordinator go on on another machine
/// <code>Start-OssMigrationCoordinator photos -Queue amqps://broker.example.com/migration -StateUri $state</code>
/// Needs a broker (RabbitMQ). The same line on any machine goes on, with the journal's newest snapshot; workers need not be started again.
/// </example>
/// <example>
/// Use a broker with a certificate of one's own
/// <code>Start-OssMigrationCoordinator photos -Queue amqps://broker.local -QueueCertificateAuthority ./authority.pem -QueueCredential (Get-Credential)</code>
/// Needs a broker (RabbitMQ).
/// </example>
[Cmdlet(VerbsLifecycle.Start, "OssMigrationCoordinator", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationReport), typeof(Job))]
public sealed class StartOssMigrationCoordinatorCommand : RunCommand, IQueueParameters
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>The broker (RabbitMQ): <c>amqps://host[:port]/virtual-host</c>. No account stands in it.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Queue { get; set; } = "";

    /// <summary>The account at the broker. Default: the environment variables OSSMIGRATION_QUEUE_USER and OSSMIGRATION_QUEUE_PASSWORD.</summary>
    [Parameter]
    [Credential]
    public PSCredential? QueueCredential { get; set; }

    /// <summary>A file (PEM) with the certificate authority of the broker, where this machine does not trust it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? QueueCertificateAuthority { get; set; }

    /// <summary>Allows amqp:// to another machine: account and names of objects are readable on the way.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureQueue { get; set; }

    /// <summary>Leaves all copying to the workers.</summary>
    [Parameter]
    public SwitchParameter CoordinateOnly { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override void Process()
    {
        CheckRemoval();
        StateLocation? place = PlaceOf(Job);
        QueueAddress address = this.ToAddress(this);
        string what = place is null && Engine.GetJob(Job).Job is var job
            ? $"copy what {job.Source} has to {job.Destination}"
            : $"it keeps its state at {place!.Address}";
        if (!MayRun(Display.Text($"Coordinate migration job '{Job}' over {address}: {what}{Removal}"), $"Run migration job '{Job}' over many machines?", Job))
            return;
        if (AsJob)
        {
            RunAsJob(Job, new Dictionary<string, object?> { [nameof(Job)] = Job, [nameof(QueueCertificateAuthority)] = address.CertificateAuthority });
            return;
        }

        RunHere(Job, place, (brought, options, listener, cancellationToken) =>
        {
            WorkerOptions? own = CoordinateOnly ? null : new WorkerOptions { Credentials = _ => options.Credentials };
            return SharedRunner.RunAsync(EngineEnvironment, brought.Name, options, address, own, listener, cancellationToken);
        });
    }
}
