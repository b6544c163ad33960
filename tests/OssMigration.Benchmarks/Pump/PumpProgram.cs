using System.Globalization;

namespace OssMigration.Benchmarks.Pump;

/// <summary>The pump as a process of its own: the hidden verb <c>pump</c>.</summary>
internal static class PumpProgram
{
    /// <summary>Runs it and prints the line that a contestant prints.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        PumpOptions options = PumpOptions.Parse(arguments);
        using PumpLoop loop = new(options);
        TimeSpan work, cpu;
        if (options.IsListOnly)
        {
            (work, cpu, int objects, long bytes) = await loop.ListOnlyAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"listed {objects} {bytes}"));
        }
        else
        {
            (work, cpu) = await loop.RunAsync();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"measured {work.TotalMilliseconds:F1} {cpu.TotalMilliseconds:F1}"));
        return 0;
    }
}
