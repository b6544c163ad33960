using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class StopTests
{
    private const string Slow = "-S3Bucket 'source=synthetic:flat,count=500,size=1000'";

    [Fact]
    public async Task Stopping_the_pipeline_stops_the_run_cleanly()
    {
        using SandboxSession session = new(Slow);
        string job = session.NewJob("-Concurrency 1");
        session.Limit(new { side = "s3", latencyMs = 100 });
        using PSDataCollection<PSObject> output = [];
        using PowerShell running = session.Session.Begin($"Start-OssMigration {job}", output);
        await session.UntilContentIsReadAsync();

        running.Stop();

        Assert.Equal(PSInvocationState.Stopped, running.InvocationStateInfo.State);
        Assert.Equal("Stopped", session.Run($"Get-MigrationJob {job}").Value<string>("State"));
        session.Limit(new { side = "s3", latencyMs = 0 });
        Assert.Equal("Complete", session.Run($"Start-OssMigration {job}").Value<string>("Status"));
    }

    [Fact]
    public async Task Another_session_can_stop_a_run_and_cannot_start_it_twice()
    {
        using SandboxSession session = new(Slow);
        using Session other = new();
        string job = session.NewJob("-Concurrency 1");
        session.Limit(new { side = "s3", latencyMs = 100 });
        using PSDataCollection<PSObject> output = [];
        using PowerShell running = session.Session.Begin($"Start-OssMigration {job}", output);
        await session.UntilContentIsReadAsync();

        Outcome second = other.Run($"Start-OssMigration {job}");
        Outcome removal = other.Run($"Remove-MigrationJob {job} -Confirm:$false");
        other.Run($"Stop-OssMigration {job}").Succeeded();

        PSObject report = await FirstAsync(output);
        Assert.Equal("JobLocked,OssMigration.Commands.StartOssMigrationCommand", second.ErrorId);
        Assert.Equal("JobLocked,OssMigration.Commands.RemoveMigrationJobCommand", Assert.Single(removal.Errors).FullyQualifiedErrorId);
        Assert.Equal("Incomplete", report.Properties["Status"].Value.ToString());
    }

    [Fact]
    public void A_pipeline_that_has_seen_enough_ends_the_comparison()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20000,size=10'");

        Outcome outcome = session.Run("""
            foreach ($once in 1) { Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination | ForEach-Object { $_; break } }
            'after'
            """);

        Assert.Equal(2, outcome.Succeeded().Output.Count);
        Assert.Equal("SourceOnly", outcome.Output[0].Properties["Status"].Value.ToString());
    }

    [Fact]
    public void An_error_further_down_the_pipeline_is_the_error_that_is_seen()
    {
        using SandboxSession session = new(Slow);

        Outcome outcome = session.Run("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination | ForEach-Object { throw 'down here' }");

        Assert.Equal("down here", outcome.Terminating!.ToString());
    }

    [Fact]
    public void A_preference_to_stop_at_errors_stops_the_run_at_the_first_failed_object()
    {
        using SandboxSession session = new(Slow);
        string job = session.NewJob();
        session.Plan(new { side = "s3", operation = "GetObject", times = 3, kind = "status", status = 403, code = "AccessDenied" });

        Outcome outcome = session.Run($"Start-OssMigration {job} -ErrorAction Stop");

        Assert.True(session.AllFaultsFired());
        Assert.Equal("ObjectFailed,OssMigration.Commands.StartOssMigrationCommand", outcome.ErrorId);
        Assert.Empty(outcome.Output);
        Assert.NotEqual("Running", session.Run($"Get-MigrationJob {job}").Value<string>("State"));
    }

    private static async Task<PSObject> FirstAsync(PSDataCollection<PSObject> output)
    {
        TaskCompletionSource added = new(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => added.TrySetResult();
        if (output.Count == 0)
            await added.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return output[0];
    }
}
