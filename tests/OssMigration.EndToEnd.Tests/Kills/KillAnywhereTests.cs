using System.Globalization;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Kills;

/// <summary>
/// Processes are killed in every way, in every step, at random instants; each time the job goes on to Complete, both sides hold the same
/// bytes, no upload is left and no finished range is listed again. OSSMIGRATION_TEST_SEED replays one (17) or several (100-149).
/// </summary>
public sealed class KillAnywhereTests
{
    private const int AtATime = 2;

    private static int[] Seeds { get; } = Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_SEED") is { Length: > 0 } asked
        ? Between([.. asked.Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture))])
        : Between([0, Alone.IsLong ? 199 : 29]);

    [Fact]
    public async Task After_a_kill_of_any_kind_at_any_instant_the_job_goes_on_to_Complete()
    {
        Alone.Require();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent as Linux has them.");
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        await sandbox.SetLimitsAsync(SandboxSide.S3, latencyMs: 5);
        await sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 5);
        List<string> failures = [];
        await Parallel.ForEachAsync(Seeds, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) =>
        {
            string line;
            try
            {
                line = await new KillRun(sandbox, new Kill(seed)).RunAsync();
            }
            catch (Exception exception)
            {
                Kill kill = new(seed);
                line = $"seed {seed}: {kill.Way} {kill.Step}: {exception.Message}";
                lock (failures)
                    failures.Add(line);
            }

            Alone.Say(line);
        });
        Alone.Say($"{Seeds.Length} kills (seeds {Seeds[0]} to {Seeds[^1]}): {Seeds.Length - failures.Count} complete and the same by content, {failures.Count} not.");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static int[] Between(int[] ends) => [.. Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)];
}
