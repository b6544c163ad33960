using System.Diagnostics;
using System.Xml.Linq;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Kills;

/// <summary>One kill: the step is begun by a process of its own, that is killed, and gone on with here; then everything is looked at.</summary>
internal sealed class KillRun(SandboxProcess sandbox, Kill kill)
{
    private const int MostMisses = 8;
    private const string ForeignRule = "foreign rule";
    private const string Signal = "OSSMIGRATION_TEST_SIGNAL";

    private static readonly RunOptions Removing = new() { RemoveDeleted = true, MaximumRemoved = long.MaxValue };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Command => kill.Step switch
    {
        KillStep.Lifecycle => "Compare-MigrationData {0} -Summary | Set-SourceLifecycle -Confirm:$false",
        KillStep.Incremental => "Start-OssMigration {0} -RemoveDeleted -MaximumRemoved 1000 -Confirm:$false",
        _ => "Start-OssMigration {0}",
    };

    // Fewer than the step takes, so that it is hit; with some to spare, as no two runs take the same number.
    private int Most => kill.Step switch
    {
        KillStep.Full => 600,
        KillStep.Multipart => 130,
        KillStep.Incremental => 280,
        _ => 18,
    };

    /// <summary>Does it; what happened, in a line.</summary>
    public async Task<string> RunAsync()
    {
        for (int missed = 0; ; missed++)
        {
            await using KillBench bench = await KillBench.StartAsync(sandbox, kill);
            await PrepareAsync(bench);
            bench.Forget();
            int after = Math.Max(0, kill.RequestsBefore(Most, missed));
            if (!await KillAsync(bench, after))
            {
                Assert.True(missed < MostMisses, "The step was over before each kill.");
                continue;
            }

            IReadOnlyList<KeyRange> finished = bench.FinishedRanges();
            bench.Forget();
            await ResumeAsync(bench, finished);
            Assert.Empty(await bench.Destination.ListUploadsAsync("", Token));
            return $"seed {kill.Seed,3}: {kill.Way,-12} {kill.Step,-11} after {after,3} requests{(missed > 0 ? $", {missed} times too late before" : "")}; {finished.Count} finished ranges, none listed again; complete";
        }
    }

    private async Task PrepareAsync(KillBench bench)
    {
        if (kill.Step is KillStep.Full or KillStep.Multipart)
            return;
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync()).Status);
        if (kill.Step == KillStep.Incremental)
        {
            await bench.ChangeSourceAsync();
            await bench.BeginRunAsync(2);
            return;
        }

        bench.SetCutover();
        XElement foreign = XElement.Parse(
            $"<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>{ForeignRule}</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>400</Days></Expiration></Rule></LifecycleConfiguration>");
        await ((IBucketDocuments)bench.Source).WriteDocumentAsync(BucketDocumentKind.Lifecycle, new BucketDocument(foreign, new Dictionary<string, string>()), Token);
    }

    // False where the step was over first.
    private async Task<bool> KillAsync(KillBench bench, int after)
    {
        string command = string.Format(System.Globalization.CultureInfo.InvariantCulture, Command, bench.JobName);
        string signal = Path.Join(bench.Home, "signal");
        using ShellProcess process = bench.StartShell(
            kill.Way switch
            {
                KillWay.PipelineStop => InNestedRunspace(command, "$shell.Stop()"),
                KillWay.HostClosed => InNestedRunspace(command, "$space.Close()"),
                _ => $"$ErrorActionPreference = 'Stop'; {command}; exit 0",
            },
            (Signal, signal));
        await bench.UntilRequestsAsync(after, process);

        // The moment between two requests is chance too.
        await Task.Delay(kill.Pause, Token);
        if (process.HasEnded)
        {
            Assert.True(await process.WaitAsync() == 0, process.Output);
            return false;
        }

        switch (kill.Way)
        {
            case KillWay.Kill9:
                await process.KillAsync();
                return true;
            case KillWay.Kill15:
                return await EndsAsync(process, () => process.Send(ShellProcess.Terminate));
            case KillWay.CtrlC:
                return await EndsAsync(process, () => process.Send(ShellProcess.Interrupt));
            default:
                return await EndsAsync(process, () => File.WriteAllText(signal, ""));
        }
    }

    // A process that is asked to stop may be done first; its exit code says which it was.
    private static async Task<bool> EndsAsync(ShellProcess process, Action end)
    {
        end();
        long asked = Stopwatch.GetTimestamp();
        int exitCode = await process.WaitAsync();
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(30), $"It took {Stopwatch.GetElapsedTime(asked)} to stop.");
        return exitCode != 0;
    }

    // What the cmdlet's host does to it: the Shell is only where both live.
    private static string InNestedRunspace(string command, string end) => $$"""
        $space = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $space.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $space
        $module = (Get-Module OssMigration).Path
        $null = $shell.AddScript("`$ErrorActionPreference = 'Stop'; Import-Module '$module'; {{command.Replace("$", "`$", StringComparison.Ordinal)}}")
        $running = $shell.BeginInvoke()
        while (-not [IO.File]::Exists($env:{{Signal}}) -and -not $running.IsCompleted) { [Threading.Thread]::Sleep(2) }
        if ($running.IsCompleted) { $null = $shell.EndInvoke($running); exit 0 }
        {{end}}
        exit 9
        """;

    private async Task ResumeAsync(KillBench bench, IReadOnlyList<KeyRange> finished)
    {
        if (kill.Step == KillStep.Lifecycle)
        {
            await OrderDeletionAsync(bench);
            return;
        }

        MigrationReport report = await bench.RunAsync(kill.Step == KillStep.Incremental ? Removing : null);
        Assert.True(report is { Status: RunStatus.Complete, Reconciled: true }, $"{report.Status}: {report.Reason}");
        AssertNotListedAgain(bench, finished);
        Assert.True((await bench.CompareAsync(ComparisonLevel.Content)).IsClean);
        Assert.Equal(await Cloud.KeysAsync(bench.Source), await Cloud.KeysAsync(bench.Destination));
    }

    private static async Task OrderDeletionAsync(KillBench bench)
    {
        ComparisonSummary summary = await bench.CompareAsync(ComparisonLevel.Content);
        SourceLifecycle lifecycle = new(bench.Environment);
        SourceLifecycleRequest request = new() { JobName = bench.JobName, Comparison = ComparisonClaim.Of(summary) };
        await lifecycle.ApplyAsync(await lifecycle.PlanAsync(request, SilentListener.Instance, Token), SilentListener.Instance, Token);
        XElement standing = (await ((IBucketDocuments)bench.Source).ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!.Root;
        Assert.Equal(
            [ForeignRule, SourceLifecycle.RuleId(bench.JobName, LifecyclePhase.Objects)],
            standing.Descendants().Where(element => element.Name.LocalName == "ID").Select(id => id.Value).Order(StringComparer.Ordinal));
        Assert.NotEmpty(await Cloud.KeysAsync(bench.Source));
    }

    private static void AssertNotListedAgain(KillBench bench, IReadOnlyList<KeyRange> finished)
    {
        foreach (string listed in bench.Listings())
        {
            Assert.DoesNotContain(
                finished,
                range => string.CompareOrdinal(range.StartExclusive ?? "", listed) <= 0 && (range.EndInclusive is null || string.CompareOrdinal(listed, range.EndInclusive) < 0));
        }
    }
}
