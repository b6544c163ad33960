using System.Globalization;
using System.Management.Automation.Host;

namespace OssMigration.Shell;

/// <summary>The host that PowerShell talks to.</summary>
internal sealed class ShellHost : PSHost
{
    private readonly ShellInterface _interface;

    public ShellHost()
    {
        _interface = new ShellInterface(Screen);
    }

    /// <summary>Where everything is shown.</summary>
    public Screen Screen { get; } = Screen.ForConsole();

    /// <summary>What <c>exit</c> was called with outside of a script; null before.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override string Name => "OssMigration Shell";

    /// <summary>The interface, with what only the Shell may do.</summary>
    public ShellInterface Interface => _interface;

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _interface;

    /// <inheritdoc/>
    public override Version Version => typeof(ShellHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("The Shell has no nested prompts.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication() => Screen.EndProgress();

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
}
