using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>Start-OssMigrationCoordinator as a user's Shell runs it.</summary>
[Collection(nameof(OneBroker))]
public sealed class CoordinatorCommandTests
{
    private const int Objects = 60;

    [Fact]
    public async Task It_runs_as_a_job_of_PowerShell_and_removes_what_is_gone_at_the_source()
    {
        using TemporaryFiles files = new(Objects);
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Folder = files.Path }, ShellProcess.WithEnvironmentKeys);
        string start = $"Start-OssMigrationCoordinator {shared.Job.Name} -Queue {shared.Broker.Uri}";
        using ShellProcess shell = shared.StartShell($$"""
            $run = {{start}} -AsJob
            "began $($run.PSJobTypeName) $($run.Name)"
            $report = $run | Receive-Job -Wait -AutoRemoveJob
            "ended $($report.Status) $($report.Copied.Objects) $($report.Shared.Workers)"
            [System.IO.File]::Delete("{{files.PathOf(7)}}")
            $report = {{start}} -AsJob -RemoveDeleted -Confirm:$false | Receive-Job -Wait -AutoRemoveJob
            "ended $($report.Status) $($report.GoneAtSource.Objects) $($report.Removed.Objects)"
            {{start}} -MaximumRemoved 5
            """);

        await shell.WaitAsync();

        AssertSaid($"began OssMigrationJob {shared.Job.Name}", shell);
        AssertSaid($"ended Complete {Objects} 1", shell);
        AssertSaid("ended Complete 1 1", shell);
        AssertSaid("-MaximumRemoved has a meaning with -RemoveDeleted only.", shell);
        await shared.AssertSameAsync(Objects - 1);
    }

    [Fact]
    public async Task Stop_Job_stops_it_cleanly_and_the_next_start_resumes()
    {
        using TemporaryFiles files = new(Objects);
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Folder = files.Path }, ShellProcess.WithEnvironmentKeys);
        string start = $"Start-OssMigrationCoordinator {shared.Job.Name} -Queue {shared.Broker.Uri}";
        using ShellProcess shell = shared.StartShell($$"""
            $run = {{start}} -CoordinateOnly -AsJob
            while (-not $run.StatusMessage) { $null = Wait-Job $run -Timeout 1 }
            $run | Stop-Job
            "stopped $($run.State)"
            "resumed $(({{start}}).Status)"
            """);

        await shell.WaitAsync();

        AssertSaid("stopped Stopped", shell);
        AssertSaid("resumed Complete", shell);
        MigrationReport report = Assert.Single(shared.Engine.GetReports(shared.Job.Name));
        Assert.Equal((RunStatus.Complete, 1, Objects), (report.Status, report.Resumes, report.Copied.Objects));
    }

    [Fact]
    public async Task It_goes_on_on_another_machine_with_an_empty_disk_from_the_state_that_it_kept()
    {
        const int More = 200;
        using TemporaryFiles files = new(More);
        await using SharedJob shared = await SharedJob.StartAsync(
            new SandboxBucket { Folder = files.Path }, job => ShellProcess.WithEnvironmentKeys(job) with { MaxObjectsPerSecond = 20 });
        StoreAddress place = await shared.Sandbox.CreateBucketAsync(SandboxSide.Oss);
        string start = $"Start-OssMigrationCoordinator {shared.Job.Name} -Queue {shared.Broker.Uri}"
            + $" -StateUri (New-MigrationAddress {place.Uri}jobs -Endpoint {place.Endpoint} -Region {place.Region} -EnvironmentPrefix {ShellProcess.DestinationVariables})";
        DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("ossmigration-shared-");
        try
        {
            using ShellProcess first = shared.StartShell($"exit ({start} -TimeBudget 00:00:05).ExitCode");
            Assert.True(await first.WaitAsync() == 3, first.Output);
            using ShellProcess second = shared.StartShell($$"""$report = {{start}}; "ended $($report.Status) $($report.Run) $($report.Resumes) $($report.Shared.Workers)" """, home: elsewhere.FullName);
            await second.WaitAsync();

            AssertSaid("ended Complete 1 1 2", second);
            await shared.AssertSameAsync(More);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    private static void AssertSaid(string text, ShellProcess shell)
        => Assert.True(shell.Output.Contains(text, StringComparison.Ordinal), $"'{text}' is missing in:\n{shell.Output}");

    private sealed class TemporaryFiles : IDisposable
    {
        public TemporaryFiles(int count)
        {
            for (int number = 0; number < count; number++)
                File.WriteAllText(PathOf(number), $"file {number}");
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("ossmigration-files-").FullName;

        public string PathOf(int number) => System.IO.Path.Join(Path, $"file-{number}.txt");

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
