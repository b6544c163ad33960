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
    public static Task<IReadOnlyList<Series>> PlayAsync(ArenaPlan plan, IReadOnlyList<Contestant> contestants, int turns, Action<string> say)
        => PlayAsync(plan, contestants, turns, say, async contestant =>
        {
            await using Arena arena = await Arena.OpenAsync(plan);
            return await RunAsync(arena, contestant);
        });

    /// <summary>Runs contestants that change nothing so many times each, all in the same servers.</summary>
    /// <param name="plan">The servers.</param>
    /// <param name="prepare">Runs once before all turns, and is not measured.</param>
    /// <param name="contestants">The contestants.</param>
    /// <param name="turns">How often.</param>
    /// <param name="say">Told of each run.</param>
    public static async Task<IReadOnlyList<Series>> PlayInOneAsync(
        ArenaPlan plan, Func<Arena, ChildResult> prepare, IReadOnlyList<Contestant> contestants, int turns, Action<string> say)
    {
        await using Arena arena = await Arena.OpenAsync(plan);
        Require("What comes before", prepare(arena));
        return await PlayAsync(plan, contestants, turns, say, async contestant =>
        {
            await arena.CountFromHereAsync();
            return await RunAsync(arena, contestant);
        });
    }

    private static async Task<IReadOnlyList<Series>> PlayAsync(
        ArenaPlan plan, IReadOnlyList<Contestant> contestants, int turns, Action<string> say, Func<Contestant, Task<Sample>> run)
    {
        Dictionary<string, List<Sample>> samples = contestants.ToDictionary(contestant => contestant.Name, _ => new List<Sample>());
        for (int turn = 1; turn <= turns; turn++)
        {
            // Whoever comes first in one turn comes last in the next.
            foreach (Contestant contestant in turn % 2 == 1 ? contestants : contestants.Reverse())
            {
                Sample sample = await run(contestant);
                samples[contestant.Name].Add(sample);
                say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  turn {turn} {contestant.Name}: {sample.Work.TotalSeconds:F2} s, CPU {sample.Cpu.TotalSeconds:F2} s, {sample.PeakMemory >> 20} MiB, {sample.Requests} requests, servers' CPU {sample.ServerCpu.TotalSeconds:F2} s"));
            }
        }

        return [.. contestants.Select(contestant => new Series(contestant.Name, plan.Objects, plan.Bytes, samples[contestant.Name]))];
    }

    private static async Task<Sample> RunAsync(Arena arena, Contestant contestant)
    {
        await using WriteWatch? watch = arena.Plan.IsWatched ? new WriteWatch(arena.Servers) : null;
        ChildResult result = contestant.Run(arena);
        TimeSpan serverCpu = arena.ServerCpu;
        Require(contestant.Name, result);
        SandboxStatistics statistics = await arena.Servers.GetStatisticsAsync();
        (TimeSpan work, TimeSpan cpu) = Measured(result);
        return new Sample(work, cpu, result.Wall, result.Cpu, result.PeakMemory, Requests(statistics), serverCpu)
        {
            SteadyRate = watch is null ? null : await watch.SteadyRateAsync(),
        };
    }

    private static void Require(string name, ChildResult result)
    {
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{name} failed with exit code {result.ExitCode}: {result.Output}");
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
