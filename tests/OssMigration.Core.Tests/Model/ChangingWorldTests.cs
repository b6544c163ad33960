using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Model;

/// <summary>
/// Anything may happen at any call of a run, at both ends, and the process may be killed there: at the end everything whose source stands
/// still is at the destination byte for byte, both counts agree, nothing that is the business' was touched, and nothing is deleted
/// at the source without proof.
/// </summary>
/// <remarks>
/// OSSMIGRATION_TEST_LONG=1 plays 30 times as many. A scenario that fails is made short by CsCheck and printed with its seed; the
/// environment variable CsCheck_Seed plays it again.
/// </remarks>
public sealed class ChangingWorldTests
{
    private static readonly int Scenarios = Alone.IsLong ? 6_000 : 200;

    [Fact]
    public async Task Whatever_happens_to_both_ends_and_to_the_process_nothing_is_lost_and_nothing_of_the_business_is_touched()
    {
        ConcurrentDictionary<string, int> happened = new();

        await ScenarioGenerator.Any.SampleAsync(
            async scenario =>
            {
                using MoveModel model = new(scenario, happened);
                await model.PlayAsync();
            },
            writeLine: Alone.Say,
            iter: Scenarios,
            threads: 2);

        foreach ((string what, int times) in happened.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Alone.Say(string.Create(CultureInfo.InvariantCulture, $"{times,8:N0}  {what}"));
        foreach (string what in (string[])
            [
                "SourceWrites", "SourceDeletes", "UserWrites", "UserDeletes", "UploadsExpire", "Fails", "Spoils", "Kill",
                "runs that removed", "moves before cut-over", "moves after cut-over", "clean-ups allowed", "clean-ups refused",
            ])
            Assert.True(happened.GetValueOrDefault(what) > Scenarios / 60, $"'{what}' hardly ever happened.");
    }
}
