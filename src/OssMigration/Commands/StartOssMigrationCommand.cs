using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;
using JobState = OssMigration.Core.Jobs.JobState;

namespace OssMigration.Commands;

/// <summary>
/// Runs a job: resumes its unfinished run or begins a new one, and gives the run's report. Objects that could not be
/// migrated are non-terminating errors; what stops the job as a whole is one terminating error. Ctrl-C stops cleanly.
/// A script ends with <c>exit (Start-OssMigration NAME).ExitCode</c>.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "OssMigration", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationReport))]
public sealed class StartOssMigrationCommand : AsyncMigrationCommand
{
    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Stops cleanly after this time, to be resumed by the next start. Default: no limit.</summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>Most objects that are written as errors; the others are counted, and all are in Get-MigrationItem. Default 20.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaximumError { get; set; } = 20;

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override void Process()
    {
        JobStatus job = Engine.GetJob(Job);
        if (!ShouldProcess(Describe(job), $"Run migration job '{Job}'?", "OssMigration"))
            return;
        RunOptions options = new()
        {
            Credentials = CredentialVault.For(job.Job.Source, SourceCredential, job.Job.Destination, DestinationCredential),
            TimeBudget = TimeBudget,
        };
        Run(async (queue, cancellationToken) =>
        {
            CommandListener listener = new(queue, MaximumError);
            MigrationReport report = await Engine.RunAsync(Job, options, listener, cancellationToken).ConfigureAwait(false);
            CredentialVault.Remember(job.Job.Source, SourceCredential);
            CredentialVault.Remember(job.Job.Destination, DestinationCredential);
            if (listener.ItemsNotShown is > 0 and int more)
                queue.Post(command => command.WriteWarning($"{Display.Number(more)} more objects were not migrated. All of them: Get-MigrationItem -Job {Job} -Run {report.Run}"));
            await queue.OutputAsync(report, cancellationToken).ConfigureAwait(false);
        });
    }

    private static string Describe(JobStatus status)
    {
        MigrationJob job = status.Job;
        string which = status.State == JobState.Stopped && status.LastReport is { } last
            ? $"Resume run {last.Run} of"
            : $"Begin run {(status.LastReport?.Run ?? 0) + 1} of";
        string rate = status.Limits.IsPaused ? "paused by its timetable now"
            : status.Limits.BytesPerSecond is { } limit ? $"at most {Display.Rate(limit)}{(job.Schedule is null ? "" : " now")}"
            : "no limit of the rate";
        return Display.Text($"{which} migration job '{job.Name}' ({job.Mode}): copy what {job.Source} has to {job.Destination}, overwrite {job.Overwrite}, {rate}, at most {job.Concurrency} transfers at a time");
    }
}
