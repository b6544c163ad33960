using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;
using Microsoft.PowerShell;

namespace OssMigration.Shell;

/// <summary>One runspace with the module in it, and what runs in it at the moment.</summary>
internal sealed class ShellSession : IDisposable
{
    private readonly ShellHost _host = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lock _gate = new();
    private Runspace? _runspace;
    private PowerShell? _running;
    private int? _interruptedBy;

    /// <summary>The path of the module's manifest.</summary>
    public string Manifest { get; private set; } = "";

    /// <summary>The host that scripts talk to.</summary>
    public ShellHost Host => _host;

    /// <summary>Opens the runspace and imports the module; false, with an error, where that cannot be done.</summary>
    public bool Open()
    {
        if (ModuleLocator.FindManifest(AppContext.BaseDirectory) is not { } manifest)
        {
            _host.UI.WriteErrorLine("The module is not built. Run: dotnet build");
            return false;
        }

        Manifest = manifest;

        // CreateDefault wants assemblies that come with an installed PowerShell only.
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;

        // It comes with a module of an installed PowerShell, and is how a user gives keys.
        state.Commands.Add(new SessionStateFunctionEntry("Get-Credential", "param([string] $UserName) $Host.UI.PromptForCredential('', '', $UserName, '')"));
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;

        // A runbook is begun by its name, at the prompt as on the command line.
        string runbooks = Path.Combine(Path.GetDirectoryName(manifest)!, "runbooks");
        Environment.SetEnvironmentVariable("PATH", runbooks + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));
        HandleSignals();
        return Invoke(shell => shell.AddCommand("Import-Module").AddParameter("Name", manifest)) == ExitCodes.Success;
    }

    /// <summary>Does what the command line asks and returns the exit code.</summary>
    public int Run(ShellOptions options) => options.Kind switch
    {
        ShellTask.Script => RunScript(options),
        ShellTask.Command => RunCommand(options.Text),
        _ => new ShellPrompt(this).Run(),
    };

    /// <summary>Runs a text with its output on the screen, and returns the exit code it stands for.</summary>
    public int RunText(string text) => Invoke(shell => shell.AddScript(text));

    /// <summary>The first object that a text gives; null where it gives none or fails.</summary>
    public object? Evaluate(string text)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        try
        {
            return shell.AddScript(text).Invoke().FirstOrDefault()?.BaseObject;
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    /// <summary>Gives a pipeline object to work with outside of <see cref="Invoke"/>, for completion.</summary>
    public PowerShell CreatePipeline() => PowerShell.Create(_runspace);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _host.Screen.EndProgress();
        _runspace?.Dispose();
    }

    // As pwsh does: a text whose last command failed is a failure, also where the error ended nothing.
    private int RunCommand(string text)
    {
        int code = RunText($"{text}{Environment.NewLine}$global:ShellSucceeded = $?");
        return code == ExitCodes.Success && _host.ExitCode is null && Evaluate("$global:ShellSucceeded") is false ? ExitCodes.Error : code;
    }

    private int RunScript(ShellOptions options)
    {
        if (ModuleLocator.FindScript(Manifest, options.Text) is not { } path)
        {
            _host.UI.WriteErrorLine($"There is no script or runbook '{options.Text}'.");
            return ExitCodes.Usage;
        }

        Evaluate("$global:LASTEXITCODE = 0");
        int code = RunText($"& {ScriptArguments.Quote(path)} {ScriptArguments.Format(options.Arguments)}");
        return code == ExitCodes.Success && _host.ExitCode is null && Evaluate("$global:LASTEXITCODE") is int last ? last : code;
    }

    // HadErrors is also true after an error that the script handled, so only what ended the pipeline counts.
    private int Invoke(Func<PowerShell, PowerShell> fill)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        fill(shell);
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        lock (_gate)
        {
            _running = shell;
            _interruptedBy = null;
        }

        try
        {
            shell.Invoke();
        }
        catch (PipelineStoppedException)
        {
            return _interruptedBy ?? ExitCodes.Interrupted;
        }
        catch (RuntimeException e)
        {
            ShowError(e.ErrorRecord ?? new ErrorRecord(e, "Shell", ErrorCategory.NotSpecified, null));
            return _host.ExitCode ?? ExitCodes.Error;
        }
        finally
        {
            lock (_gate)
                _running = null;
            _host.Screen.EndProgress();
        }

        if (shell.InvocationStateInfo.State == PSInvocationState.Stopped)
            return _interruptedBy ?? ExitCodes.Interrupted;
        return _host.ExitCode ?? ExitCodes.Success;
    }

    private void ShowError(ErrorRecord error)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        _host.Interface.IsShowingError = true;
        try
        {
            shell.AddCommand("Out-Default").Invoke(new[] { error });
        }
        catch (RuntimeException)
        {
            _host.UI.WriteErrorLine(error.ToString());
        }
        finally
        {
            _host.Interface.IsShowingError = false;
        }
    }

    private void HandleSignals()
    {
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = Stop(ExitCodes.Interrupted);
        if (!OperatingSystem.IsWindows())
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = Stop(ExitCodes.Terminated)));
    }

    /// <summary>Stops what runs; false where nothing runs, so that the signal does what it always does.</summary>
    private bool Stop(int exitCode)
    {
        lock (_gate)
        {
            if (_running is not { } running)
                return false;
            _interruptedBy ??= exitCode;
            running.BeginStop(null, null);
            return true;
        }
    }
}
