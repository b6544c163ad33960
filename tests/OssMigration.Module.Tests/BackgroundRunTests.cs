using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Start-OssMigration -AsJob: a job as PowerShell has them, over a run that outlives it.</summary>
public sealed class BackgroundRunTests
{
    private const string Fifty = "-S3Bucket 'source=synthetic:flat,count=50,size=1000'";

    [Fact]
    public void A_run_that_came_to_its_end_is_Completed_with_its_report()
    {
        using SandboxSession session = new(Fifty);
        string job = session.NewJob();

        session.Run($"$run = Start-OssMigration {job} -AsJob | Wait-Job; $kept = $run.Progress.Count").Succeeded();
        Outcome report = session.Run("$run | Receive-Job");

        Assert.Equal("Complete", report.Value<string>("Status"));
        Assert.Equal("Completed", session.Run("\"$($run.State)\"").Single().ToString());
        Assert.Equal("OssMigrationJob", session.Run($"Get-Job {job}").Value<string>("PSJobTypeName"));
        Assert.Contains("50 of 50 objects", session.Run("$run").Value<string>("StatusMessage"), StringComparison.Ordinal);
        Assert.Equal(1, session.Run("$kept").Single().BaseObject);
        session.Run($"Remove-Job {job}").Succeeded();
    }

    [Fact]
    public void Objects_that_failed_are_errors_of_a_job_that_is_Completed()
    {
        using SandboxSession session = new(Fifty);
        string job = session.NewJob();
        session.Plan(new { side = "s3", operation = "GetObject", times = 2, kind = "status", status = 403, code = "AccessDenied" });

        session.Run($"$run = Start-OssMigration {job} -AsJob | Wait-Job").Succeeded();
        Outcome received = session.Run("$run | Receive-Job");

        Assert.True(session.AllFaultsFired());
        Assert.Equal("Completed", session.Run("\"$($run.State)\"").Single().ToString());
        Assert.Equal("CompleteWithExceptions", Assert.Single(received.Output).Properties["Status"].Value.ToString());
        Assert.Equal(["ObjectFailed,OssMigration.Commands.StartOssMigrationCommand"], received.Errors.Select(error => error.FullyQualifiedErrorId).Distinct());
        Assert.Equal(2, received.Errors.Count);
    }

    [Fact]
    public void A_run_that_failed_is_Failed_with_its_error()
    {
        using SandboxSession session = new(Fifty);
        string job = session.NewJob();

        session.Run("$wrong = [pscredential]::new($sandbox.S3Credential.UserName, [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword)").Succeeded();

        session.Run($"$run = Start-OssMigration {job} -AsJob -SourceCredential $wrong | Wait-Job").Succeeded();
        Outcome received = session.Run("$run | Receive-Job");

        Assert.Equal("Failed", session.Run("\"$($run.State)\"").Single().ToString());
        Assert.Empty(received.Output);
        Assert.Contains("StoreCredential,OssMigration.Commands.StartOssMigrationCommand", received.Errors.Select(error => error.FullyQualifiedErrorId));
    }

    [Fact]
    public async Task Stop_Job_stops_the_run_cleanly_and_another_session_resumes_it()
    {
        using SandboxSession session = new(Fifty);
        using Session other = new();
        string job = session.NewJob("-Concurrency 1");
        session.Limit(new { side = "s3", latencyMs = 200 });
        session.Run($"$run = Start-OssMigration {job} -AsJob").Succeeded();
        await session.UntilContentIsReadAsync();

        session.Run("$run | Stop-Job").Succeeded();

        Assert.Equal("Stopped", session.Run("\"$($run.State)\"").Single().ToString());
        Assert.Equal("Stopped", other.Run($"Get-MigrationJob {job}").Value<string>("State"));
        session.Limit(new { side = "s3", latencyMs = 0 });
        Outcome resumed = other.Run($"Start-OssMigration {job}");
        Assert.Equal("Complete", resumed.Value<string>("Status"));
        Assert.Equal(1, resumed.Value<int>("Resumes"));
    }

    [Fact]
    public void Objects_from_the_pipeline_are_looked_at_alone()
    {
        using SandboxSession session = new(Fifty);
        string job = session.NewJob();

        session.Run($"Start-OssMigration {job}").Single();

        Outcome report = session.Run($"Compare-MigrationData {job} -IncludeSame | ForEach-Object {{ if ($_.Key -match '1$') {{ $_ }} }} | Start-OssMigration -Job {job} -AsJob | Wait-Job | Receive-Job");

        Assert.Equal("Selection", report.Value<string>("Scope"));
        Assert.InRange((long)PSObject.AsPSObject(report.Single().Properties["Listed"].Value).Properties["Objects"].Value, 1, 49);
        Assert.Equal("Complete", report.Value<string>("Status"));
    }

    [Fact]
    public void A_job_from_the_pipeline_is_run_and_with_WhatIf_nothing_is()
    {
        using SandboxSession session = new(Fifty);
        string job = session.NewJob();

        Assert.Empty(session.Run($"Get-MigrationJob {job} | Start-OssMigration -AsJob -WhatIf").Succeeded().Output);
        Assert.Equal("Created", session.Run($"Get-MigrationJob {job}").Value<string>("State"));
        Assert.Equal("Complete", session.Run($"Get-MigrationJob {job} | Start-OssMigration -AsJob | Receive-Job -Wait -AutoRemoveJob").Value<string>("Status"));
        Assert.Empty(session.Run("Get-Job").Succeeded().Output);
    }
}
