using System.Management.Automation;
using OssMigration.Cluster;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// The workers of a job as its coordinator sees them: host, version, what they do, rates, shares of the limits, when they were last heard.
/// Asked from any machine that reaches the broker.
/// </summary>
/// <example>
/// See who works
/// <code>Get-OssMigrationWorker photos -Queue amqps://broker.example.com/migration</code>
/// Needs a broker (RabbitMQ).
/// </example>
/// <example>
/// See who was lost
/// <code>Get-OssMigrationWorker -Queue amqps://broker.example.com/migration | Where-Object State -eq Lost</code>
/// Needs a broker (RabbitMQ). What a lost worker had goes to others by itself.
/// </example>
/// <example>
/// See rates and shares of the limits
/// <code>Get-OssMigrationWorker photos -Queue amqps://broker.example.com/migration | Format-List</code>
/// Needs a broker (RabbitMQ).
/// </example>
[Cmdlet(VerbsCommon.Get, "OssMigrationWorker")]
[OutputType(typeof(MigrationWorker))]
public sealed class GetOssMigrationWorkerCommand : QueueCommand
{
    /// <summary>The name of the job. Default: all jobs whose coordinators are heard.</summary>
    [Parameter(Position = 0)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Job { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        QueueAddress address = ReadQueue();
        Run(async (queue, cancellationToken) =>
        {
            foreach (MigrationWorker worker in await WorkerDirectory.ReadAsync(address, Job, TimeProvider.System, cancellationToken).ConfigureAwait(false))
                await queue.OutputAsync(worker, cancellationToken).ConfigureAwait(false);
        });
    }
}
