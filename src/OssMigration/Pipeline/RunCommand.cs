using System.Collections;
using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;

namespace OssMigration.Pipeline;

/// <summary>What the cmdlets share that run a job, on this machine or on many.</summary>
public abstract class RunCommand : AsyncMigrationCommand
{
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

    /// <summary>What a description of the run says of removal.</summary>
    private protected string Removal => RemoveDeleted ? ", and remove there what is gone at the source" : "";

    /// <summary>Where a job keeps its state; null for one that is on this machine alone.</summary>
    private protected StateLocation? PlaceOf(string name) => StatePlace.Find(Engine, name, StateUri);

    /// <summary>Refuses parameters that do not fit together.</summary>
    private protected void CheckRemoval()
    {
        if (MaximumRemoved is not null && !RemoveDeleted)
            throw new ArgumentException("-MaximumRemoved has a meaning with -RemoveDeleted only.");
    }

    /// <summary>Asks whether to run, and where it must be, whether to remove.</summary>
    private protected bool MayRun(string description, string question, string name)
        => ShouldProcess(description, question, "OssMigration") && MayRemove(name);

    /// <summary>Runs here, and writes each run's report. A job whose state is kept elsewhere is brought here first.</summary>
    /// <param name="name">The job.</param>
    /// <param name="place">Where its state is kept; null for a job that is on this machine alone.</param>
    /// <param name="start">Starts the job as it is now.</param>
    private protected void RunHere(string name, StateLocation? place, Func<MigrationJob, RunOptions, IRunListener, CancellationToken, IAsyncEnumerable<MigrationReport>> start)
    {
        Run((queue, cancellationToken) =>
        {
            CommandListener listener = new(queue, MaximumError);
            MigrationJob? job = null;
            return listener.WriteAsync(
                KeptRun.RunAsync(Engine, name, place, TimeBudget, Start, listener, cancellationToken), name,
                () => CredentialVault.Remember(job!.Source, SourceCredential, job.Destination, DestinationCredential), cancellationToken);

            IAsyncEnumerable<MigrationReport> Start(MigrationJob brought, RunOptions options)
            {
                job = brought;
                return start(brought, With(options, brought), listener, cancellationToken);
            }
        });
    }

    private RunOptions With(RunOptions options, MigrationJob job) => options with
    {
        Credentials = CredentialVault.For(job.Source, SourceCredential, job.Destination, DestinationCredential),
        RemoveDeleted = RemoveDeleted,
        MaximumRemoved = MaximumRemoved,
    };

    /// <summary>Runs this cmdlet once more, in the background, with what was asked and answered here.</summary>
    /// <param name="name">The job.</param>
    /// <param name="parameters">Those that are given to it in place of what was given here; null for one that is not.</param>
    /// <param name="owned">What is disposed when it has ended.</param>
    private protected void RunAsJob(string name, IReadOnlyDictionary<string, object?> parameters, IDisposable? owned = null)
    {
        Hashtable all = new(MyInvocation.BoundParameters) { ["Confirm"] = false };
        all.Remove(nameof(AsJob));
        foreach ((string parameter, object? value) in parameters)
        {
            all.Remove(parameter);
            if (value is not null)
                all.Add(parameter, value);
        }

        BackgroundRun run = new(MyInvocation.Line, name, (CmdletInfo)MyInvocation.MyCommand, all, owned);
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
}
