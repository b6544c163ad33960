using System.Globalization;
using OssMigration.Benchmarks.Measuring;
using OssMigration.TestKit;

namespace OssMigration.Benchmarks.Running;

/// <summary>A contestant of a scenario.</summary>
/// <param name="Name">As the tables have it.</param>
/// <param name="Run">Runs it once in an arena.</param>
internal sealed record Contestant(string Name, Func<Arena, ChildResult> Run);

/// <summary>Lets contestants run side by side: in turns, each turn in fresh servers, so that a noisy minute hits all.</summary>
internal static class Match
{
    /// <summary>Runs all contestants so many times each.</summary>
    public static async Task<IReadOnlyList<Series>> PlayAsync(ArenaPlan plan, IReadOnlyList<Contestant> contestants, int turns, Action<string> say)
    {
        Dictionary<string, List<Sample>> samples = contestants.ToDictionary(contestant => contestant.Name, _ => new List<Sample>());
        for (int turn = 1; turn <= turns; turn++)
        {
            // Whoever comes first in one turn comes last in the next.
            foreach (Contestant contestant in turn % 2 == 1 ? contestants : contestants.Reverse())
            {
                Sample sample = await RunAsync(plan, contestant);
                samples[contestant.Name].Add(sample);
                say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  turn {turn} {contestant.Name}: {sample.Work.TotalSeconds:F2} s, CPU {sample.Cpu.TotalSeconds:F2} s, {sample.PeakMemory >> 20} MiB, {sample.Requests} requests, servers' CPU {sample.ServerCpu.TotalSeconds:F2} s"));
            }
        }

        return [.. contestants.Select(contestant => new Series(contestant.Name, plan.Objects, plan.Bytes, samples[contestant.Name]))];
    }

    private static async Task<Sample> RunAsync(ArenaPlan plan, Contestant contestant)
    {
        await using Arena arena = await Arena.OpenAsync(plan);
        ChildResult result = contestant.Run(arena);
        TimeSpan serverCpu = arena.ServerCpu;
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{contestant.Name} failed with exit code {result.ExitCode}: {result.Output}");
        SandboxStatistics statistics = await arena.Servers.GetStatisticsAsync();
        (TimeSpan work, TimeSpan cpu) = Measured(result);
        return new Sample(work, cpu, result.Wall, result.Cpu, result.PeakMemory, Requests(statistics), serverCpu);
    }

    private static long Requests(SandboxStatistics statistics) => statistics.S3.Requests.Values.Sum() + statistics.Oss.Requests.Values.Sum();

    private static (TimeSpan Work, TimeSpan Cpu) Measured(ChildResult result)
    {
        string? line = result.Output.Split('\n').LastOrDefault(line => line.StartsWith("measured ", StringComparison.Ordinal));
        if (line is null)
            return (result.Wall, result.Cpu);
        string[] fields = line.Trim().Split(' ');
        return (Milliseconds(fields[1]), Milliseconds(fields[2]));
    }

    private static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture));
}
