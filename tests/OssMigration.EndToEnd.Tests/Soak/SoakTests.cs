using System.Diagnostics;
using System.Globalization;
using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.EndToEnd.Tests.Faults;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Soak;

/// <summary>
/// Run after run in one process, while the source changes and requests fail at random: it holds no more at the end than at the beginning.
/// OSSMIGRATION_TEST_MINUTES says how long, in place of 2 minutes (30 in the long form).
/// </summary>
public sealed class SoakTests
{
    private const int Seed = 29;
    private const int Keys = 150;
    private const int ChangesPerRun = 40;
    private const double FaultsPerRequest = 0.04;

    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(
        Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_MINUTES") is { Length: > 0 } minutes ? int.Parse(minutes, CultureInfo.InvariantCulture) : Alone.IsLong ? 30 : 2);

    // A spoiled range of a large object is not among them: FaultMatrix says why.
    private static readonly LineFault[] Faults =
    [
        LineFault.Answer(500, "InternalError"), LineFault.Answer(502, null), LineFault.Answer(503, "SlowDown", "Retry-After: 1"), LineFault.Answer(429, "TooManyRequests"),
        LineFault.ResetBefore, LineFault.ResetInRequest, LineFault.ResetInAnswer, LineFault.ResetAfter, LineFault.Truncate, LineFault.Silence, LineFault.SilenceInAnswer,
        LineFault.Trickle, LineFault.CorruptRequest, LineFault.DoubleRequest, LineFault.DoubleAnswer,
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_handles_sockets_and_threads_stay_flat_while_requests_fail_at_random()
    {
        Alone.Require();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process holds is read from /proc, which only Linux has.");
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        await using CellBench bench = await CellBench.StartAsync(sandbox, new MatrixFault("random", ""));
        bench.Create();
        Random random = new(Seed);
        IReadOnlyList<LinePlan> plans = [.. PlanFaults(bench.SourceLine, new Random(Seed + 1)), .. PlanFaults(bench.DestinationLine, new Random(Seed + 2))];
        Dictionary<string, int> ends = [];
        List<ProcessGauge> gauges = [];
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Lasts;)
        {
            await ChangeSourceAsync(bench, random);
            string end = await RunAsync(bench);
            ends[end] = ends.GetValueOrDefault(end) + 1;
            bench.SourceLine.Forget();
            bench.DestinationLine.Forget();
            gauges.Add(ProcessGauge.Read());
        }

        int fired = plans.Sum(plan => plan.Fired);
        bench.SourceLine.Clear();
        bench.DestinationLine.Clear();
        await RunAsync(bench);
        string last = await RunAsync(bench);
        GaugeChart[] charts =
        [
            new("memory, MiB", [.. gauges.Select(gauge => gauge.MemoryMiB)], Slack: 24),
            new("handles", [.. gauges.Select(gauge => gauge.Handles)], Slack: 8),
            new("sockets", [.. gauges.Select(gauge => gauge.Sockets)], Slack: 8),
            new("threads", [.. gauges.Select(gauge => gauge.Threads)], Slack: 16),
        ];

        Alone.Say($"{Lasts.TotalMinutes} minutes, seed {Seed}: {gauges.Count} runs, {fired} faults; {string.Join(", ", ends.OrderByDescending(end => end.Value).Select(end => $"{end.Value} {end.Key}"))}; without faults at the end: {last}.");
        foreach (GaugeChart chart in charts)
            Alone.Say(chart.ToString());
        Assert.All(plans, plan => Assert.NotEqual(0, plan.Fired));
        Assert.Equal(nameof(RunStatus.Complete), last);
        Assert.Null(await bench.FindDifferenceAsync());
        Assert.All(charts, chart => Assert.True(chart.IsFlat, chart.ToString()));
    }

    private static IEnumerable<LinePlan> PlanFaults(HttpLine line, Random random) => [.. Faults.Select(fault => line.Plan(fault, _ =>
    {
        lock (random)
            return random.NextDouble() < FaultsPerRequest / Faults.Length;
    }))];

    private static async Task ChangeSourceAsync(CellBench bench, Random random)
    {
        for (int i = 0; i < ChangesPerRun; i++)
        {
            string key = $"{bench.Prefix}soak{random.Next(Keys):D3}";
            if (random.Next(5) == 0)
                await bench.Source.DeleteAsync(key, Token);
            else
                await Cloud.PutAsync(bench.Source, key, Encoding.UTF8.GetBytes($"content {random.Next()}"));
        }

        await Cloud.PutAsync(bench.Source, $"{bench.Prefix}{CellBench.LargeKey}", Cloud.Noise(3 << 20, random.Next()));
    }

    // What stops a run is as good as a run here: the next one goes on.
    private static async Task<string> RunAsync(CellBench bench)
    {
        try
        {
            RunOptions options = new() { RemoveDeleted = true, MaximumRemoved = long.MaxValue };
            return (await bench.Engine.RunAsync(CellBench.JobName, options, SilentListener.Instance, Token)).Status.ToString();
        }
        catch (StoreException exception) when (exception.IsRetryable)
        {
            return $"stopped by {exception.Kind}";
        }
    }
}
