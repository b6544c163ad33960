using System.Collections.Concurrent;

namespace OssMigration.Sandboxes;

/// <summary>The sandboxes of this process, so that they end with the module or the session that started them.</summary>
internal static class SandboxRegistry
{
    private static readonly ConcurrentDictionary<int, (Guid Runspace, SandboxProcess Process)> Running = new();

    /// <summary>Remembers a sandbox.</summary>
    public static void Add(Guid runspace, SandboxProcess process) => Running[process.Pid] = (runspace, process);

    /// <summary>Ends one by process id; false where this process did not start it, or it has ended already.</summary>
    public static bool Stop(int pid)
    {
        if (!Running.TryRemove(pid, out (Guid Runspace, SandboxProcess Process) entry))
            return false;
        entry.Process.Dispose();
        return true;
    }

    /// <summary>Ends all that a runspace started.</summary>
    public static void StopAllOf(Guid runspace)
    {
        foreach ((int pid, (Guid owner, SandboxProcess _)) in Running)
        {
            if (owner == runspace)
                Stop(pid);
        }
    }

    /// <summary>The process ids that a runspace started.</summary>
    public static IReadOnlyList<int> PidsOf(Guid runspace)
        => [.. Running.Where(entry => entry.Value.Runspace == runspace).Select(entry => entry.Key)];
}
