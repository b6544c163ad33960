using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// Peak memory of the whole process: PowerShell, module, engine. Azure Automation ends a runbook beyond 400 MB
/// (users-asks of the field: its sandbox limits).
/// </summary>
public sealed class MemoryTests
{
    private const long LimitMiB = 400;

    [Fact(SkipUnless = nameof(IsLinux), Skip = "Peak memory is read from /proc, which only Linux has.")]
    public async Task A_run_over_200000_small_objects_stays_under_400_MB_and_needs_no_more_than_one_over_50000()
    {
        long fewer = await RunAsync("flat,count=50000,size=512,seed=1", job => job);
        long more = await RunAsync("flat,count=200000,size=512,seed=1", job => job);

        TestContext.Current.SendDiagnosticMessage("Peak memory: {0} MiB over 50,000 objects, {1} MiB over 200,000.", fewer, more);
        Assert.InRange(more, 1, LimitMiB);

        // What a garbage collector keeps is no exact figure; 150,000 more objects would take far more than this if anything held them.
        Assert.InRange(more, 1, fewer + 48);
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = "Peak memory is read from /proc, which only Linux has.")]
    public async Task A_run_over_16_MiB_objects_at_full_concurrency_stays_under_400_MB()
    {
        long peak = await RunAsync("flat,count=64,size=16777216,seed=2", job => job with { Concurrency = 64 });

        TestContext.Current.SendDiagnosticMessage("Peak memory: {0} MiB over objects of 16 MiB at concurrency 64.", peak);
        Assert.InRange(peak, 1, LimitMiB);
    }

    public static bool IsLinux => OperatingSystem.IsLinux();

    private static async Task<long> RunAsync(string synthetic, Func<Core.Jobs.MigrationJob, Core.Jobs.MigrationJob> change)
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Synthetic = synthetic });
        cloud.Create(job => change(ShellProcess.WithEnvironmentKeys(job)));
        using ShellProcess run = cloud.StartShell($"exit (Start-OssMigration -Job {Cloud.JobName}).ExitCode");
        long peak = await run.PeakMemoryAsync();
        Assert.True(await run.WaitAsync() == 0, run.Output);
        return peak;
    }
}
