using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace OssMigration.ModuleTests.Support;

/// <summary>A session with the module imported, in a runspace of its own.</summary>
internal sealed class Session : IDisposable
{
    private static int _names;

    private readonly Runspace _runspace;

    /// <summary>Opens a session.</summary>
    public Session(bool import = true)
    {
        _runspace = RunspaceFactory.CreateRunspace(Host, InitialSessionState.CreateDefault2());
        _runspace.Open();
        if (import)
            Run($"Import-Module '{Layout.Manifest}'").Succeeded();
    }

    /// <summary>The host behind it.</summary>
    public RecordingHost Host { get; } = new();

    /// <summary>A name no other test uses.</summary>
    public static string NewJobName() => $"job-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}";

    /// <summary>Runs a script; variables are set before.</summary>
    public Outcome Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
            _runspace.SessionStateProxy.SetVariable(name, value);
        using PowerShell shell = PowerShell.Create(_runspace);

        // An error that ends a statement only would be written like one that ends nothing; rethrown, the two can be told apart.
        shell.AddScript($"try {{ {script}\n}} catch {{ throw }}");
        List<PSObject> output = [];
        ErrorRecord? terminating = null;
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            terminating = e.ErrorRecord;
        }

        return new Outcome(
            output, terminating, [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(w => w.Message)], [.. shell.Streams.Verbose.Select(v => v.Message)]);
    }

    /// <summary>Begins a script that a test stops.</summary>
    public PowerShell Begin(string script, PSDataCollection<PSObject> output)
    {
        PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        shell.BeginInvoke<PSObject, PSObject>(null, output);
        return shell;
    }

    /// <summary>What the host would show of a script's output.</summary>
    public string Show(string script, params (string Name, object? Value)[] variables)
    {
        int before = Host.Text.Length;
        Run($"& {{ {script} }} | Out-Default", variables).Succeeded();
        return Host.Text[before..];
    }

    public void Dispose() => _runspace.Dispose();
}

/// <summary>What a script did.</summary>
internal sealed record Outcome(
    IReadOnlyList<PSObject> Output, ErrorRecord? Terminating, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Verbose)
{
    /// <summary>The id of the error that ended the script; null where none did.</summary>
    public string? ErrorId => Terminating?.FullyQualifiedErrorId;

    /// <summary>Fails the test where there was any error.</summary>
    public Outcome Succeeded()
    {
        Assert.Null(Terminating?.ToString());
        Assert.Empty(Errors.Select(error => error.ToString()));
        return this;
    }

    /// <summary>The one object that came out.</summary>
    public PSObject Single() => Assert.Single(Succeeded().Output);

    /// <summary>A property of the one object.</summary>
    public T Value<T>(string property) => (T)LanguagePrimitives.ConvertTo(Single().Properties[property].Value, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
}
