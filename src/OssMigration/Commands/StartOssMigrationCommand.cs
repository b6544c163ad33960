using System.Management.Automation;
using OssMigration.Core.Fidelity;
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
/// See what a run would do, and what becomes of headers, storage classes and keys
/// <code>Start-OssMigration photos -WhatIf</code>
/// Lists the source and writes nothing. Measure-OssMigration -Fidelity -ReadHeader looks at each object.
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
[OutputType(typeof(MigrationReport), typeof(FidelityForecast), typeof(Job))]
public sealed class StartOssMigrationCommand : RunCommand
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
        CheckRemoval();
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
        StateLocation? place = PlaceOf(name);
        string what = place is null
            ? Describe(Engine.GetJob(name), selection)
            : Display.Text($"Run migration job '{name}', which keeps its state at {place.Address}{Removal}");
        if (!MayRun(what, $"Run migration job '{name}'?", name))
        {
            if (IsWhatIf && place is null && selection is null && !AsJob && !FailedOnly)
                Foresee(name);
            return;
        }

        if (AsJob)
            StartAsJob(name, selection);
        else
            RunHere(name, place, (_, options, listener, cancellationToken) => Engine.StartAsync(name, options with { FailedOnly = FailedOnly, Selection = selection }, listener, cancellationToken));
    }

    // With -WhatIf: the listing tells what becomes of the objects. Where it cannot be read the description has to do.
    private void Foresee(string name)
    {
        MigrationJob job = Engine.GetJob(name).Job;
        FidelityForecastRequest request = new() { JobName = name, Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential) };
        Run(async (queue, cancellationToken) =>
        {
            try
            {
                await FidelityWalk.RunAsync(Engine, request, isDetailed: false, queue, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StoreException or ArgumentException)
            {
                string reason = exception is StoreException store ? store.Describe() : exception.Message;
                queue.Post(command => command.WriteWarning($"What would become of the objects could not be foreseen. {reason}"));
            }
        });
    }

    // The job takes over the keys that came down the pipeline.
    private void StartAsJob(string name, KeySelection? selection)
    {
        if (selection is not null)
            _items = null;
        RunAsJob(name, new Dictionary<string, object?> { [nameof(Job)] = selection is null ? name : null, [nameof(InputObject)] = selection }, selection);
    }

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? given is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

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
