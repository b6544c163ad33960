using System.Management.Automation;
using OssMigration.Cluster;
using OssMigration.Core.Slices;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Makes this machine a worker of a job that is coordinated elsewhere (Start-OssMigrationCoordinator). It may join and leave
/// at any time; Ctrl-C hands over what is under way. It uses its own keys and ends when the job has ended.
/// </summary>
/// <example>
/// Work for a job
/// <code>Start-OssMigrationWorker photos -Queue amqps://broker.example.com/migration</code>
/// Needs a broker (RabbitMQ). The job's addresses name the variables or the profile where this machine has its own keys.
/// </example>
/// <example>
/// Work for whatever job there is, for the night
/// <code>Start-OssMigrationWorker -Queue amqps://broker.example.com/migration -KeepRunning -TimeBudget 08:00:00</code>
/// Needs a broker (RabbitMQ).
/// </example>
/// <example>
/// Give this machine's keys by hand
/// <code>Start-OssMigrationWorker photos -Queue amqps://broker.example.com -SourceCredential (Get-Credential) -DestinationCredential (Get-Credential)</code>
/// Needs a broker (RabbitMQ).
/// </example>
[Cmdlet(VerbsLifecycle.Start, "OssMigrationWorker")]
[OutputType(typeof(WorkerSummary))]
public sealed class StartOssMigrationWorkerCommand : QueueCommand
{
    /// <summary>The name of the job. Default: any whose coordinator is heard.</summary>
    [Parameter(Position = 0)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Job { get; set; }

    /// <summary>This machine's keys of the source. Default: what the job's address refers to, looked up on this machine.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>This machine's keys of the destination. Default: what the job's address refers to, looked up on this machine.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Ranges that are worked on at a time; they share connections and memory. 1 to 16, default 2.</summary>
    [Parameter]
    [ValidateRange(1, 16)]
    public int SliceCount { get; set; } = 2;

    /// <summary>
    /// After this time a slice of a range is handed over, and what is left of the range may go to another worker. 1 second to
    /// 5 minutes, default 1 minute: shorter means more pages to list, longer means more to look at again when a worker is lost.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan SliceTime { get; set; } = SliceBounds.Default.Time;

    /// <summary>Waits for another job, or the next start of this one, when the job has ended.</summary>
    [Parameter]
    public SwitchParameter KeepRunning { get; set; }

    /// <summary>Leaves after this time; what is under way is handed over. Default: no limit.</summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan? TimeBudget { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (SliceTime < TimeSpan.FromSeconds(1) || SliceTime > SliceBounds.Default.HandOver)
            throw new ArgumentException("-SliceTime is 1 second to 5 minutes.");
        QueueAddress address = ReadQueue();
        WorkerOptions options = new()
        {
            JobName = Job,
            Places = SliceCount,
            Bounds = SliceBounds.Default with { Time = SliceTime },
            KeepsRunning = KeepRunning,
            Credentials = job => CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential),
        };
        Run(async (queue, cancellationToken) =>
        {
            using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (TimeBudget is { } time)
                leave.CancelAfter(time);
            Worker worker = new(EngineEnvironment, address, options, new CommandListener(queue, maximumErrors: 0));
            WorkerSummary summary = await worker.RunAsync(leave.Token).ConfigureAwait(false);
            await queue.OutputAsync(summary, cancellationToken).ConfigureAwait(false);
        });
    }
}
