using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace OssMigration.Pipeline;

/// <summary>
/// A cmdlet of this module as a job of PowerShell, in a runspace of its own: Completed when the cmdlet came to its end (what it wrote as
/// errors is in Error), Failed when an error ended it, Stopped when it was stopped. It lives as long as the process. Of its progress only
/// the latest record is kept, so that a run of days costs no memory.
/// </summary>
internal sealed class BackgroundRun : Job
{
    /// <summary>The name of its runspace.</summary>
    public const string RunspaceName = "OssMigration job";

    private readonly Runspace _runspace;
    private readonly PowerShell _shell;
    private readonly PSDataCollection<ProgressRecord> _progress = [];
    private readonly IDisposable? _owned;
    private string _status = "";

    /// <summary>Makes a job; <see cref="Start"/> begins it.</summary>
    /// <param name="commandLine">What the user typed.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="owned">What is disposed when it has ended.</param>
    public BackgroundRun(string commandLine, string name, CmdletInfo cmdlet, IDictionary parameters, IDisposable? owned)
        : base(commandLine, name)
    {
        PSJobTypeName = "OssMigrationJob";
        _owned = owned;
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(new SessionStateCmdletEntry(cmdlet.Name, cmdlet.ImplementingType, helpFileName: null));
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Name = RunspaceName;
        _shell = PowerShell.Create();
        _shell.Runspace = _runspace;
        _shell.AddCommand(cmdlet.Name).AddParameters(parameters);
        _shell.Streams.Error = Error;
        _shell.Streams.Warning = Warning;
        _shell.Streams.Verbose = Verbose;
        _shell.Streams.Debug = Debug;
        _shell.Streams.Information = Information;
        _shell.Streams.Progress = _progress;
        _progress.DataAdded += (_, _) => KeepLatest();
        _shell.InvocationStateChanged += (_, changed) => Take(changed.InvocationStateInfo);
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count > 0;

    /// <inheritdoc/>
    public override string Location => Environment.MachineName;

    /// <summary>Where the run stands, in one line.</summary>
    public override string StatusMessage => _status;

    /// <summary>Begins.</summary>
    public void Start()
    {
        _runspace.Open();
        SetJobState(JobState.Running);
        _shell.BeginInvoke<PSObject, PSObject>(null, Output);
    }

    /// <summary>Stops the run cleanly: what is in transfer ends or is given up, and the journal says where it stood.</summary>
    public override void StopJob() => _shell.Stop();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _shell.Dispose();
            _runspace.Dispose();
            _owned?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void KeepLatest()
    {
        if (_progress.ReadAll() is not { Count: > 0 } records)
            return;
        ProgressRecord latest = records[^1];
        _status = ProgressOutlet.Line(latest);
        Progress.ReadAll();
        Progress.Add(latest);
    }

    private void Take(PSInvocationStateInfo info)
    {
        if (info.State is not (PSInvocationState.Completed or PSInvocationState.Failed or PSInvocationState.Stopped))
            return;
        _owned?.Dispose();
        if (info.State == PSInvocationState.Failed && (info.Reason as RuntimeException)?.ErrorRecord is { } record)
            Error.Add(record);
        SetJobState(info.State switch
        {
            PSInvocationState.Completed => JobState.Completed,
            PSInvocationState.Failed => JobState.Failed,
            _ => JobState.Stopped,
        });
    }
}
