using System.Diagnostics;

namespace OssMigration.Benchmarks.Measuring;

/// <summary>What one run of a contestant took.</summary>
/// <param name="Wall">From start to end of the process.</param>
/// <param name="Cpu">User and system time of the process.</param>
/// <param name="PeakMemory">Bytes.</param>
/// <param name="Output">What it printed.</param>
/// <param name="ExitCode">0 for success.</param>
internal sealed record ChildResult(TimeSpan Wall, TimeSpan Cpu, long PeakMemory, string Output, int ExitCode);

/// <summary>Runs a contestant as a process of its own and measures it from outside.</summary>
internal static class ChildRun
{
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>Runs a program to its end. Never two at a time.</summary>
    public static ChildResult Run(ProcessStartInfo start, TimeSpan limit)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        TimeSpan before = ChildUsage.EndedChildren();
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(MemoryInterval))
        {
            peak = Math.Max(peak, ChildUsage.PeakMemory(process.Id) ?? 0);
            if (Stopwatch.GetElapsedTime(begun) > limit)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{start.FileName} did not end within {limit}.");
            }
        }

        process.WaitForExit();
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        string text = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        return new ChildResult(wall, ChildUsage.EndedChildren() - before, peak, text, process.ExitCode);
    }
}
