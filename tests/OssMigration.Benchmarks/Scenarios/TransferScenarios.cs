using System.Globalization;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>Moving objects from the S3 side: the pump at its best concurrency, ours, and rclone in two forms.</summary>
internal static class TransferScenarios
{
    private const long MiB = 1L << 20;
    private static readonly int[] Concurrencies = [8, 16, 32, 64];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Make("small", "20,000 objects of 4 KiB", RateUnit.Objects, Plan("flat", 20_000, 4096)),
        Make("mixed", "400 objects of 3.2 MB on average, with a long tail", RateUnit.Bytes, Plan("flat", 400, 3_200_000, hasTail: true)),
        Make("large", "20 objects of 64 MiB", RateUnit.Bytes, Plan("flat", 20, 64 * MiB)),
        Make("huge", "one object of 4 GiB", RateUnit.Bytes, Plan("flat", 1, 4096 * MiB), rcloneForms: 1),
        new("latency", "80,000 objects of 4 KiB (8,000 for rclone), every answer 100 ms late", RateUnit.Objects, PlayLateAsync),
        Climb("small", Plan("flat", 20_000, 4096), RateUnit.Objects),
        Climb("mixed", Plan("flat", 400, 3_200_000, hasTail: true), RateUnit.Bytes),
        Climb("large", Plan("flat", 20, 64 * MiB), RateUnit.Bytes),
        Climb("latency", Late(20_000), RateUnit.Objects),
    ];

    // What we find out by ourselves beside what is given: with -Concurrency up to 32 a run begins there and stays.
    private static Scenario Climb(string name, ArenaPlan plan, RateUnit unit) => new($"climb-{name}", $"{name}, by ourselves and with a fixed concurrency", unit, (turns, say) =>
        Match.PlayAsync(
            plan with { IsWatched = false },
            [new("ours", arena => Ours(arena)), .. Fixed(plan).Select(fixedAt => new Contestant($"-Concurrency {fixedAt}", arena => Ours(arena, $" -Concurrency {fixedAt}")))],
            turns,
            say));

    // Over a long line few at a time take minutes, and are never the best.
    private static int[] Fixed(ArenaPlan plan) => plan.LatencyMs > 0 ? [64, 128, 256] : [4, 8, 16, 32, 64, 128, 256];

    private static ArenaPlan Late(long count) => Plan("flat", count, 4096) with { LatencyMs = 100, IsWatched = true };

    // rclone would take a quarter of an hour, at the same rate all the time.
    private static async Task<IReadOnlyList<Series>> PlayLateAsync(int turns, Action<string> say)
    {
        int best = await BestConcurrencyAsync(Late(20_000), say);
        IReadOnlyList<Series> most = await Match.PlayAsync(
            Late(80_000), [new($"pump ({best})", arena => Contestants.Pump(arena, "oss", best)), new("ours", arena => Ours(arena))], turns, say);
        IReadOnlyList<Series> rclone = await Match.PlayAsync(
            Late(8_000), [new("rclone", arena => Contestants.Rclone(arena, isFastest: false))], turns, say);
        return [.. most, .. rclone];
    }

    private static ArenaPlan Plan(string kind, long count, long size, bool hasTail = false) => new(
        string.Create(CultureInfo.InvariantCulture, $"{kind},count={count},size={size}{(hasTail ? ",tail=1" : "")}"), count, count * size);

    private static Scenario Make(string name, string title, RateUnit unit, ArenaPlan plan, int rcloneForms = 2) => new(name, title, unit, async (turns, say) =>
    {
        int best = await BestConcurrencyAsync(plan, say);
        List<Contestant> contestants =
        [
            new($"pump ({best})", arena => Contestants.Pump(arena, "oss", best)),
            new($"pump to S3 ({best})", arena => Contestants.Pump(arena, "s3", best)),
            new("ours", arena => Ours(arena)),
            new("rclone", arena => Contestants.Rclone(arena, isFastest: false)),
        ];
        if (rcloneForms == 2)
            contestants.Add(new("rclone fastest", arena => Contestants.Rclone(arena, isFastest: true)));
        return await Match.PlayAsync(plan, contestants, turns, say);
    });

    private static ChildResult Ours(Arena arena, string options = "") => Contestants.Ours(
        arena,
        "$report = Start-OssMigration bench",
        $"$null = New-MigrationJob bench $source $destination{options}") is { ExitCode: 0 } result
        ? result
        : throw new InvalidOperationException("Ours failed.");

    // The pump has no controller: it is given the concurrency with which it is fastest.
    private static async Task<int> BestConcurrencyAsync(ArenaPlan plan, Action<string> say)
    {
        (int Concurrency, double Seconds) best = (0, double.MaxValue);
        foreach (int concurrency in plan.LatencyMs > 0 ? [64, 128, 256] : Concurrencies)
        {
            IReadOnlyList<Series> series = await Match.PlayAsync(plan, [new($"pump ({concurrency})", arena => Contestants.Pump(arena, "oss", concurrency))], 1, say);
            if (series[0].Seconds < best.Seconds)
                best = (concurrency, series[0].Seconds);
        }

        return best.Concurrency;
    }
}
