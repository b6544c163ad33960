using System.Collections;
using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;
using JobState = OssMigration.Core.Jobs.JobState;

namespace OssMigration.Commands;

/// <summary>
/// Runs a job: resumes its unfinished run or begins a new one, and gives the run's report; an incremental job run after run, each
/// with its report. Objects of a job that come down the pipeline (Compare-MigrationData, Get-MigrationItem) are looked at again by
/// the same rules, and nothing else is. Objects that could not be
/// migrated are non-terminating errors; what stops the job as a whole is one terminating error. Ctrl-C stops cleanly.
/// A script ends with <c>exit (Start-OssMigration NAME | Select-Object -Last 1).ExitCode</c>.
/// </summary>
/// <example>
/// Run a job, or go on where it was stopped
/// <code>Start-OssMigration photos</code>
/// </example>
/// <example>
/// End a script with the run's exit code
/// <code>
/// $ErrorActionPreference = 'Stop'
/// exit (Start-OssMigration photos -ErrorAction Continue).ExitCode
/// </code>
/// 0 Complete, 2 CompleteWithExceptions, 3 Incomplete; what stops the job as a whole ends the script with 1. See about_OssMigration_Runbooks.
/// </example>
/// <example>
/// Run in the background
/// <code>
/// $run = Start-OssMigration photos -AsJob
/// $run | Receive-Job -Wait -AutoRemoveJob
/// </code>
/// Stop-Job stops it cleanly. The job ends with this process; the run is resumed by its name from any other.
/// </example>
/// <example>
/// Run within the time that a host gives
/// <code>Start-OssMigration photos -TimeBudget 02:45:00</code>
/// </example>
/// <example>
/// Run where the disk is lost afterwards, slice by slice
/// <code>Start-OssMigration photos -TimeBudget 02:45:00 -StateUri $state</code>
/// $state is the address of a bucket or a prefix of its own. The next start, on any machine, goes on where this one stopped. See about_OssMigration_Runbooks.
/// </example>
/// <example>
/// Look again at what failed
/// <code>Start-OssMigration photos -FailedOnly</code>
/// </example>
/// <example>
/// Repair what a comparison found
/// <code>Compare-MigrationData photos | Start-OssMigration -Job photos</code>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "OssMigration", DefaultParameterSetName = JobSet, SupportsShouldProcess = true)]
[OutputType(typeof(MigrationReport), typeof(Job))]
public sealed class StartOssMigrationCommand : AsyncMigrationCommand
{
    private const string JobSet = "Job";
    private const string PipelineSet = "Pipeline";

    private ItemIntake? _items;

    /// <summary>The job, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = JobSet)]
    [Parameter(Position = 0, ParameterSetName = PipelineSet)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>A job or its name, which is run; or objects of a job (anything with a Key), which are looked at together in one run.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PipelineSet)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Looks only at what failed before, or waited for its restoration.</summary>
    [Parameter]
    public SwitchParameter FailedOnly { get; set; }

    /// <summary>
    /// Removes at the destination what earlier runs migrated and what is gone at the source, after everything else. Never after cut-over, not
    /// after an error in the run, and not where more than one in ten of what was migrated would go (see -MaximumRemoved).
    /// </summary>
    [Parameter]
    public SwitchParameter RemoveDeleted { get; set; }

    /// <summary>With -RemoveDeleted: most objects to remove, in place of one in ten. Where there are more, none is removed.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? MaximumRemoved { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Keys of the destination, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Stops cleanly after this time, running or waiting, to be resumed by the next start. Default: no limit.</summary>
    [Parameter]
    [ValidateNotNull]
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>
    /// Keeps the job's journal and manifests at this place (an address, or its URI) as well, apart from the objects of the job: a snapshot a minute and
    /// one at the end. Another machine goes on from there, also with an empty disk; a lease keeps two from running the job at once. The job remembers
    /// the place: on a machine that has the job it need not be given again.
    /// </summary>
    [Parameter]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? StateUri { get; set; }

    /// <summary>Most objects of a run that are written as errors; the others are counted, and all are in Get-MigrationItem. Default 20.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaximumError { get; set; } = 20;

    /// <summary>
    /// Runs in the background and gives a job of PowerShell at once, for Receive-Job, Wait-Job and Stop-Job. It is Completed when the run came
    /// to its end, with objects that failed as its errors, and Failed when the run did. It ends with this process; the run is
    /// resumed by its name from any other.
    /// </summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Job;

    /// <inheritdoc/>
    private protected override void Process()
    {
        CheckParameters();
        if (ParameterSetName == JobSet)
        {
            Start(Job, selection: null);
        }
        else if (InputObject.BaseObject is KeySelection keys)
        {
            Start(keys.JobName, keys);
        }
        else if (ItemIntake.IsItem(InputObject))
        {
            _items ??= new ItemIntake(Engine);
            _items.Add(InputObject, Job.Length == 0 ? null : Job);
        }
        else
        {
            Start(JobOf(InputObject), selection: null);
        }
    }

    /// <inheritdoc/>
    private protected override void Finish()
    {
        if (_items is null)
            return;
        if (_items.DestinationOnly > 0)
            WriteWarning($"{Display.Number(_items.DestinationOnly)} objects are at the destination only and were left out: a copy does not repair them.");
        if (_items.Keys is { } keys)
            Start(keys.JobName, keys);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _items?.Dispose();
        base.Dispose(disposing);
    }

    private void CheckParameters()
    {
        if (MaximumRemoved is not null && !RemoveDeleted)
            throw new ArgumentException("-MaximumRemoved has a meaning with -RemoveDeleted only.");
        if (FailedOnly && RemoveDeleted)
            throw new ArgumentException("-RemoveDeleted needs a run over everything and cannot be given with -FailedOnly.");
        if ((FailedOnly || RemoveDeleted) && ParameterSetName == PipelineSet && ItemIntake.IsItem(InputObject))
            throw new ArgumentException("-FailedOnly and -RemoveDeleted belong to a run of a job; objects came down the pipeline, which are looked at alone.");
    }

    private string JobOf(PSObject input)
    {
        if (Job.Length > 0)
            throw new ArgumentException("A job came down the pipeline and -Job names one too. Give one of them.");
        return new JobNameAttribute().Transform(null!, input) switch
        {
            string { Length: > 0 } name => name,
            PSObject { BaseObject: string { Length: > 0 } name } => name,
            _ => throw new ArgumentException("What came down the pipeline is neither a job nor an object of one (a property Key)."),
        };
    }

    private void Start(string name, KeySelection? selection)
    {
        StateLocation? place = StatePlace.Find(Engine, name, StateUri);
        string what = place is null
            ? Describe(Engine.GetJob(name), selection)
            : Display.Text($"Run migration job '{name}', which keeps its state at {place.Address}{Removal}");
        if (!ShouldProcess(what, $"Run migration job '{name}'?", "OssMigration") || !MayRemove(name))
            return;
        if (AsJob)
            StartJob(name, selection);
        else if (place is null)
            Run((queue, cancellationToken) => RunAsync(Engine.GetJob(name).Job, Options(selection), new CommandListener(queue, MaximumError), queue, cancellationToken));
        else
            Run((queue, cancellationToken) => RunKeptAsync(name, Options(selection), place, new CommandListener(queue, MaximumError), queue, cancellationToken));
    }

    private RunOptions Options(KeySelection? selection) => new()
    {
        TimeBudget = TimeBudget,
        FailedOnly = FailedOnly,
        Selection = selection,
        RemoveDeleted = RemoveDeleted,
        MaximumRemoved = MaximumRemoved,
    };

    // The time that it takes to bring the job here is the host's too.
    private async Task RunKeptAsync(string name, RunOptions options, StateLocation place, CommandListener listener, PipelineQueue queue, CancellationToken cancellationToken)
    {
        long begun = TimeProvider.System.GetTimestamp();
        KeptState state = await Engine.OpenStateAsync(name, place, listener, cancellationToken).ConfigureAwait(false);
        await using (state.ConfigureAwait(false))
        {
            TimeSpan? left = options.TimeBudget - TimeProvider.System.GetElapsedTime(begun);
            options = options with { State = state, TimeBudget = left < TimeSpan.Zero ? TimeSpan.Zero : left };
            await RunAsync(Engine.GetJob(name).Job, options, listener, queue, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task RunAsync(MigrationJob job, RunOptions options, CommandListener listener, PipelineQueue queue, CancellationToken cancellationToken)
    {
        options = options with { Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential) };
        return listener.WriteAsync(
            Engine.StartAsync(job.Name, options, listener, cancellationToken), job.Name,
            () => CredentialVault.Remember(job.Source, SourceCredential, job.Destination, DestinationCredential), cancellationToken);
    }

    // The job runs this cmdlet once more, with what was asked and answered here. It takes over the keys that came down the pipeline.
    private void StartJob(string name, KeySelection? selection)
    {
        Hashtable parameters = new(MyInvocation.BoundParameters)
        {
            ["Confirm"] = false,
            [selection is null ? nameof(Job) : nameof(InputObject)] = selection ?? (object)name,
        };
        parameters.Remove(selection is null ? nameof(InputObject) : nameof(Job));
        parameters.Remove(nameof(AsJob));
        if (selection is not null)
            _items = null;
        BackgroundRun run = new(MyInvocation.Line, name, (CmdletInfo)MyInvocation.MyCommand, parameters, selection);
        JobRepository.Add(run);
        run.Start();
        WriteObject(run);
    }

    // As if the impact were High: asked unless -Confirm said what it wants or $ConfirmPreference is None.
    private bool MayRemove(string name)
        => !RemoveDeleted
            || MyInvocation.BoundParameters.ContainsKey("Confirm")
            || $"{SessionState.PSVariable.GetValue("ConfirmPreference")}" == nameof(ConfirmImpact.None)
            || ShouldContinue($"What is gone at the source of job '{name}' is removed at its destination. Go on?", "OssMigration");

    private string Removal => RemoveDeleted ? ", and remove there what is gone at the source" : "";

    private string Describe(JobStatus status, KeySelection? selection)
    {
        MigrationJob job = status.Job;
        string rate = status.Limits.IsPaused ? "paused by its timetable now"
            : status.Limits.BytesPerSecond is { } limit ? $"at most {Display.Rate(limit)}{(job.Schedule is null ? "" : " now")}"
            : "no limit of the rate";
        return Display.Text($"{Which(status, selection)} migration job '{job.Name}' ({job.Mode}): copy what {job.Source} has to {job.Destination}{Removal}, overwrite {job.Overwrite}, {rate}, at most {job.Concurrency} transfers at a time");
    }

    private string Which(JobStatus status, KeySelection? selection)
    {
        int next = (status.LastReport?.Run ?? 0) + 1;
        if (selection is not null)
            return $"Look at {Display.Number(selection.Count)} objects again, in run {next} of";
        if (FailedOnly)
            return $"Look again at what failed, in run {next} of";
        return status.State == JobState.Stopped && status.LastReport is { Scope: RunScope.Everything } last ? $"Resume run {last.Run} of" : $"Begin run {next} of";
    }
}
