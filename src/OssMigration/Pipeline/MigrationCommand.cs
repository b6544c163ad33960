using System.Management.Automation;
using System.Text.RegularExpressions;
using OssMigration.Core.Jobs;

namespace OssMigration.Pipeline;

/// <summary>
/// What all cmdlets share: the engine of this process, and every exception that a user can do something about made into
/// an error record by <see cref="Errors"/>.
/// </summary>
public abstract partial class MigrationCommand : PSCmdlet
{
    /// <summary>The engine over the home that is set now.</summary>
    private protected static MigrationEngine Engine => ModuleEngine.Current;

    /// <summary>What the engine's other services are made from.</summary>
    private protected static EngineEnvironment EngineEnvironment => ModuleEngine.Environment;

    /// <summary>Whether an error ends the cmdlet, or is written and the next pipeline object is taken.</summary>
    private protected virtual bool ErrorsTerminate => true;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(Finish);

    /// <summary>Takes one pipeline object.</summary>
    private protected abstract void Process();

    /// <summary>Runs after the last pipeline object.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>What an error is about: the job, address or other thing that the user named.</summary>
    private protected virtual object? ErrorTarget => null;

    // An address with an account in it is refused, and what is refused must not be kept in $Error. A secret may hold a slash.
    private static object? WithoutAccount(object? target) => target is string text ? Account().Replace(text, "://(hidden)@") : target;

    [GeneratedRegex("://.*@", RegexOptions.CultureInvariant)]
    private static partial Regex Account();

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is not (RuntimeException or FlowControlException))
        {
            ErrorRecord record = Errors.From(e, WithoutAccount(ErrorTarget));
            if (ErrorsTerminate)
                ThrowTerminatingError(record);
            else
                WriteError(record);
        }
    }
}
