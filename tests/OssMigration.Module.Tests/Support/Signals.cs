using System.Runtime.InteropServices;

namespace OssMigration.ModuleTests.Support;

/// <summary>Signals to a process, by its id.</summary>
internal static class Signals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>Sends one; 0 where it was sent.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Send(int pid, int signal);
}
