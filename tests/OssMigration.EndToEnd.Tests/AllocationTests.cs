using System.Globalization;
using System.Text.RegularExpressions;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// What a small object costs in memory that a garbage collector has to clear away: everything that the process allocates for it, from its
/// place in the listing to its entry in the manifest. 16.3 KB when this was written.
/// </summary>
public sealed partial class AllocationTests
{
    private const double CeilingBytes = 18_500;
    private const int Fewer = 2_000;
    private const int More = 10_000;

    [Fact]
    public async Task A_small_object_allocates_no_more_than_its_ceiling()
    {
        // The difference of two runs is without the start of either.
        long fewer = await AllocatedAsync(Fewer);
        long more = await AllocatedAsync(More);

        double each = (more - fewer) / (double)(More - Fewer);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{each:F0} bytes allocated for each object of 4 KiB; the ceiling is {CeilingBytes:F0}."));
        Assert.InRange(each, 1, CeilingBytes);
    }

    private static async Task<long> AllocatedAsync(int objects)
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Synthetic = string.Create(CultureInfo.InvariantCulture, $"flat,count={objects},size=4096,seed=1") });
        cloud.Create(ShellProcess.WithEnvironmentKeys);
        using ShellProcess run = cloud.StartShell($$"""
            $report = Start-OssMigration -Job {{Cloud.JobName}}
            "copied $($report.Copied.Objects), allocated $([GC]::GetTotalAllocatedBytes($true))."
            exit $report.ExitCode
            """);
        Assert.True(await run.WaitAsync() == 0, run.Output);
        Match said = Said().Match(run.Output);
        Assert.Equal(objects.ToString(CultureInfo.InvariantCulture), said.Groups["copied"].Value);
        return long.Parse(said.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("copied (?<copied>[0-9]+), allocated (?<bytes>[0-9]+)[.]")]
    private static partial Regex Said();
}
