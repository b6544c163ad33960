using System.Globalization;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>Work that moves no content: what is migrated already, and comparison.</summary>
internal static class KeyScenarios
{
    private const long Million = 1_000_000;
    private const int Size = 4096;

    // rclone 1.60 holds the listings of both sides in memory: 15.9 GB with 1,000,000 keys.
    private const long RcloneBytesAKey = 15_900;
    private const long MostRcloneBytes = ChildRun.MostMemory / 2;

    // Both ends hold the same objects by the same formula, so that the first run finds them all equal by their ETags and settles them.
    private const string SettleAll = """
        $null = New-MigrationJob bench $source $destination
        $report = Start-OssMigration bench
        if ($report.ExitCode -ne 0 -or $report.Copied.Objects -ne 0) { throw "The first run ended with $($report.ExitCode) and copied $($report.Copied)." }
        """;

    // Code that runs for the first time is compiled, and compiled again when it is hot. That is paid once, not a key.
    private const string WarmUp = $$"""
        $common = @{ AddressingStyle = 'Path'; AllowInsecureEndpoint = $true }
        $warmSource = New-MigrationAddress s3://{{Arena.WarmKeys}} -Endpoint $source.Endpoint -Region $source.Region -EnvironmentPrefix BENCH_FROM @common
        $warmDestination = New-MigrationAddress oss://{{Arena.WarmKeys}} -Endpoint $destination.Endpoint -Region $destination.Region -EnvironmentPrefix BENCH_OSS @common
        $null = New-MigrationJob "warm-$PID" $warmSource $warmDestination
        foreach ($turn in 1..8) { $null = Start-OssMigration "warm-$PID"; $null = Compare-MigrationData "warm-$PID" -Summary }
        """;

    /// <summary>All of them.</summary>
    /// <param name="keys">Numbers of keys to look at instead of those that a scenario has by itself; null for those.</param>
    public static IReadOnlyList<Scenario> All(IReadOnlyList<long>? keys) =>
    [
        new("resync", "an increment over objects that are migrated already", RateUnit.Objects, (turns, say) => EachAsync(keys ?? [Million / 10, Million], count =>
            Match.PlayInOneAsync(Plan(count), Settle, Resyncing(count, say), turns, say))),
        new("compare", "both sides and the manifest are compared", RateUnit.Objects, (turns, say) => EachAsync(keys ?? [Million / 10, Million, 10 * Million], count =>
            Match.PlayInOneAsync(Plan(count), Settle, [new($"ours{Round(count)}", Compare)], turns, say))),
    ];

    private static async Task<IReadOnlyList<Series>> EachAsync(IReadOnlyList<long> counts, Func<long, Task<IReadOnlyList<Series>>> play)
    {
        List<Series> all = [];
        foreach (long count in counts)
            all.AddRange(await play(count));
        return all;
    }

    private static ArenaPlan Plan(long count)
        => new(string.Create(CultureInfo.InvariantCulture, $"flat,count={count},size={Size}"), count, count * Size) { IsMigrated = true };

    private static string Round(long count) => string.Create(CultureInfo.InvariantCulture, $", {count:N0} keys");

    private static List<Contestant> Resyncing(long count, Action<string> say)
    {
        List<Contestant> contestants = [new($"ours{Round(count)}", Resync)];
        if (count * RcloneBytesAKey <= MostRcloneBytes)
            contestants.Add(new Contestant($"rclone{Round(count)}", arena => Contestants.Rclone(arena, isFastest: false)));
        else
            say(string.Create(CultureInfo.InvariantCulture, $"  rclone does not take part with {count:N0} keys: it would take about {count * RcloneBytesAKey / 1e9:N1} GB of memory. Most keys for it: {MostRcloneBytes / RcloneBytesAKey:N0}."));
        return contestants;
    }

    private static ChildResult Settle(Arena arena) => Contestants.Ours(arena, "", SettleAll);

    private static ChildResult Resync(Arena arena) => Contestants.Ours(
        arena,
        "$report = Start-OssMigration bench",
        WarmUp,
        $"if ($report.ExitCode -ne 0 -or $report.Skipped.Objects -ne {arena.Plan.Objects}) {{ throw \"It ended with $($report.ExitCode) and skipped $($report.Skipped).\" }}");

    private static ChildResult Compare(Arena arena) => Contestants.Ours(
        arena,
        "$summary = Compare-MigrationData bench -Summary",
        WarmUp,
        $"if (-not $summary.IsComplete -or $summary.Same.Objects -ne {arena.Plan.Objects}) {{ throw \"Not the same: $($summary | Out-String)\" }}");
}
