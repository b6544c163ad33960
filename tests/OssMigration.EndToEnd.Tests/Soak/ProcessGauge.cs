using System.Globalization;

namespace OssMigration.EndToEnd.Tests.Soak;

/// <summary>What this process holds at a moment, as Linux accounts it.</summary>
/// <param name="MemoryMiB">Resident memory.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Sockets">Those of them that are sockets.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessGauge(int MemoryMiB, int Handles, int Sockets, int Threads)
{
    /// <summary>Now, after what nobody refers to any more is gone.</summary>
    public static ProcessGauge Read()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        string[] status = File.ReadAllLines("/proc/self/status");
        string?[] targets = [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Target)];
        return new ProcessGauge(
            Number(status, "VmRSS:") / 1024, targets.Length, targets.Count(target => target?.StartsWith("socket:", StringComparison.Ordinal) == true), Number(status, "Threads:"));
    }

    // One may be closed while it is looked at.
    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Number(string[] status, string name)
        => int.Parse(status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
