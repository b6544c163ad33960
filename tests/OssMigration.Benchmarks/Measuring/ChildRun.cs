using System.Diagnostics;
using System.Text;

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

    /// <summary>Bytes of memory that a program may take; one that takes more is killed before it takes the machine down.</summary>
    public const long MostMemory = 8L << 30;

    /// <summary>What a program prints, in a line of its own, when what it prepares is done. It then waits for a line of input.</summary>
    public const string Ready = "ready";

    /// <summary>Runs a program to its end. Never two at a time.</summary>
    /// <param name="start">The program.</param>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="whenReady">Done when the program says that it is ready, before it goes on.</param>
    public static ChildResult Run(ProcessStartInfo start, TimeSpan limit, Func<Task>? whenReady = null)
    {
        start.RedirectStandardInput = whenReady is not null;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        TimeSpan before = ChildUsage.EndedChildren();
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        Task<string> output = whenReady is null ? process.StandardOutput.ReadToEndAsync() : ReadAsync(process, whenReady);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(MemoryInterval))
        {
            peak = Math.Max(peak, ChildUsage.PeakMemory(process.Id) ?? 0);
            if (peak > MostMemory || Stopwatch.GetElapsedTime(begun) > limit)
            {
                process.Kill(entireProcessTree: true);
                throw new InvalidOperationException($"{start.FileName} took {peak >> 20} MiB and {Stopwatch.GetElapsedTime(begun)}: more than {MostMemory >> 20} MiB or {limit}.");
            }
        }

        process.WaitForExit();
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        string text = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        return new ChildResult(wall, ChildUsage.EndedChildren() - before, peak, text, process.ExitCode);
    }

    private static async Task<string> ReadAsync(Process process, Func<Task> whenReady)
    {
        StringBuilder text = new();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line != Ready)
            {
                text.Append(line).Append('\n');
                continue;
            }

            await whenReady();
            await process.StandardInput.WriteLineAsync();
            await process.StandardInput.FlushAsync();
        }

        return text.ToString();
    }
}
