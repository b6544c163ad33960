using System.Globalization;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>
/// Listing alone, far from the store: ours against the serial listing of the same bucket, which asks for one page after the other. Both must
/// find as many objects as there are, and as many bytes: sizes differ, so that a key that is missing and another one that is there twice show.
/// </summary>
internal static class ListScenario
{
    private const long Keys = 300_000;
    private const int Size = 4096;
    private const int LatencyMs = 200;
    private static readonly string[] Shapes = ["flat", "dates", "tree"];

    private const string Count = "Measure-OssMigration -Exact -MaxBandwidth 200Mbps -Source";

    // Code that runs for the first time is compiled, which has nothing to do with the store.
    private const string WarmUp = $$"""
        $warmSource = New-MigrationAddress s3://{{Arena.WarmKeys}} -Endpoint $source.Endpoint -Region $source.Region -EnvironmentPrefix BENCH_FROM -AddressingStyle Path -AllowInsecureEndpoint
        foreach ($turn in 1..4) { $null = {{Count}} $warmSource }
        """;

    /// <summary>One for each shape of keys: one flat prefix of random-looking keys, a date tree, a deep tree.</summary>
    /// <param name="keys">Numbers of keys to list instead of 300,000; null for those.</param>
    public static IEnumerable<Scenario> All(IReadOnlyList<long>? keys) => Shapes.Select(shape => new Scenario(
        $"list-{shape}", $"every key, every answer {LatencyMs} ms late", RateUnit.Objects, async (turns, say) =>
        {
            List<Series> all = [];
            foreach (long count in keys ?? [Keys])
            {
                string round = string.Create(CultureInfo.InvariantCulture, $", {count:N0} keys");
                Finding finding = new(count, say);
                all.AddRange(await Match.PlayAsync(
                    Plan(shape, count),
                    [new($"ours{round}", arena => finding.Check(Ours(arena))), new($"serial{round}", arena => finding.Check(Contestants.SerialListing(arena)))],
                    turns,
                    say));
            }

            return all;
        }));

    private static ArenaPlan Plan(string shape, long count)
        => new(string.Create(CultureInfo.InvariantCulture, $"{shape},count={count},size={Size},tail=1"), count, count * Size) { LatencyMs = LatencyMs };

    private static ChildResult Ours(Arena arena) => Contestants.Ours(
        arena, $"$forecast = {Count} $source", WarmUp, "\"listed $($forecast.Estimate.Objects) $($forecast.Estimate.Bytes)\"");

    /// <summary>What every listing of one bucket must find.</summary>
    private sealed class Finding(long objects, Action<string> say)
    {
        private string? _first;

        public ChildResult Check(ChildResult result)
        {
            string found = result.Output.Split('\n').FirstOrDefault(line => line.StartsWith("listed ", StringComparison.Ordinal))?.Trim()
                ?? throw new InvalidOperationException($"Nothing was listed: {result.Output}");
            _first ??= found;
            if (found != _first || !found.StartsWith(string.Create(CultureInfo.InvariantCulture, $"listed {objects} "), StringComparison.Ordinal))
                throw new InvalidOperationException($"There are {objects} objects, another listing said '{_first}', this one '{found}'.");
            say($"  {found} bytes: nothing missing, nothing twice");
            return result;
        }
    }
}
