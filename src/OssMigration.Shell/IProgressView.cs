using System.Management.Automation;

namespace OssMigration.Shell;

/// <summary>A way to show progress.</summary>
internal interface IProgressView
{
    /// <summary>Whether something on the screen has to be kept apart from text.</summary>
    bool IsShown { get; }

    /// <summary>Shows a record, or removes it where it says Completed.</summary>
    void Show(ProgressRecord record);

    /// <summary>Removes all that is shown.</summary>
    void End();
}
