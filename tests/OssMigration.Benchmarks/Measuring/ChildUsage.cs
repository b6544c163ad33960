using System.Globalization;
using System.Runtime.InteropServices;

namespace OssMigration.Benchmarks.Measuring;

/// <summary>What the children of this process have used, as the kernel counts it when a child has ended.</summary>
internal static partial class ChildUsage
{
    private const int Children = -1;

    /// <summary>User and system time of all children that have ended. One child at a time: the difference is its own.</summary>
    public static TimeSpan EndedChildren()
    {
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException("The kernel does not tell what children used.");
        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    /// <summary>User and system time of a running process so far.</summary>
    public static TimeSpan OfRunning(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name of the program, in brackets, may hold anything.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / 100.0);
    }

    /// <summary>The most memory that a running process has held, in bytes; null when it is gone.</summary>
    public static long? PeakMemory(int pid)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{pid}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(6).Trim(" \tkB"), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (IOException)
        {
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, ref long usage);
}
