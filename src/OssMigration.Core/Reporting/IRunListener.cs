namespace OssMigration.Core.Reporting;

/// <summary>How loud an event is.</summary>
public enum EventLevel
{
    /// <summary>Detail, for -Verbose.</summary>
    Verbose,

    /// <summary>Worth a line.</summary>
    Information,

    /// <summary>Worth attention.</summary>
    Warning,
}

/// <summary>Something that happened, in a sentence without secrets. It is one line whatever keys it names, fit for a log or a terminal.</summary>
/// <param name="Level">How loud.</param>
/// <param name="Message">The sentence.</param>
public sealed record RunEvent(EventLevel Level, string Message)
{
    /// <summary>The sentence; what would act on a terminal or end the line is written out in it (<see cref="VisibleText"/>).</summary>
    public string Message { get; } = VisibleText.Of(Message);
}

/// <summary>
/// Where progress and events go, sideways. Called on engine threads, from several at a time; must be fast and must not throw.
/// Nothing that it does decides anything in the engine.
/// </summary>
public interface IRunListener
{
    /// <summary>The state now; called about four times a second and once at the end.</summary>
    void OnProgress(ProgressSnapshot snapshot);

    /// <summary>Something happened.</summary>
    void OnEvent(RunEvent happened);

    /// <summary>One object ended in an exceptional state. Called for each; who listens caps what it shows.</summary>
    void OnItem(MigrationItem item);
}

/// <summary>Listens to nothing.</summary>
public sealed class SilentListener : IRunListener
{
    /// <summary>The shared instance.</summary>
    public static SilentListener Instance { get; } = new();

    private SilentListener()
    {
    }

    /// <inheritdoc/>
    public void OnProgress(ProgressSnapshot snapshot)
    {
    }

    /// <inheritdoc/>
    public void OnEvent(RunEvent happened)
    {
    }

    /// <inheritdoc/>
    public void OnItem(MigrationItem item)
    {
    }
}
