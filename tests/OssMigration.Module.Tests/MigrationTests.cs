using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Whole jobs, from cmdlets down to bytes on sockets.</summary>
public sealed class MigrationTests
{
    private const string FiveHundred = "-S3Bucket 'source=synthetic:flat,count=500,size=1000'";

    [Fact]
    public void A_job_is_run_compared_and_run_again()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();

        Outcome first = session.Run($"Start-OssMigration {job}");
        Outcome summary = session.Run($"Compare-MigrationData {job} -Summary");
        Outcome second = session.Run($"Start-OssMigration {job}");

        Assert.Equal("Complete", first.Value<string>("Status"));
        Assert.Equal(0, first.Value<int>("ExitCode"));
        Assert.True(first.Value<bool>("Reconciled"));
        Assert.Equal("500 objects, 500000 bytes", first.Value<string>("Copied"));
        Assert.True(summary.Value<bool>("IsClean"));
        Assert.Equal(0L, session.Run("$summary.DestinationUsage.BytesRead", ("summary", summary.Single())).Single().BaseObject);
        Assert.Empty(session.Run($"Compare-MigrationData {job}").Succeeded().Output);
        Assert.Equal("0 objects, 0 bytes", second.Value<string>("Copied"));
        Assert.Equal([1, 2], session.Run($"Get-MigrationReport {job}").Succeeded().Output.Select(report => (int)report.Properties["Run"].Value));
        Assert.Equal(2, session.Run($"Get-MigrationReport {job} -Last 1").Value<int>("Run"));
        Assert.Equal("Finished", session.Run($"Get-MigrationJob {job}").Value<string>("State"));
    }

    [Fact]
    public void Reports_summaries_and_jobs_keep_their_values_through_serialisation()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();

        // Depth 1 is what remoting and Start-Job use.
        Outcome outcome = session.Run($$"""
            function Again($it) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($it, 1)) }
            $report = Again (Start-OssMigration {{job}})
            $summary = Again (Compare-MigrationData {{job}} -Summary)
            $job = Again (Get-MigrationJob {{job}})
            $report.Copied.Objects, $report.DestinationUsage.BytesWritten, $report.ExitCode, $summary.Same.Bytes, $summary.IsClean, $job.Source.Bucket, $job.LastRun
            """);

        Assert.Equal([500L, 500_000L, 0, 500_000L, true, "source", 1], outcome.Succeeded().Output.Select(value => value.BaseObject));
    }

    [Fact]
    public void Jobs_flow_from_cmdlet_to_cmdlet()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();

        Outcome outcome = session.Run($"Get-MigrationJob {job} | Start-OssMigration | Compare-MigrationData -Summary");

        Assert.True(outcome.Value<bool>("IsClean"));
        Assert.Equal(job, outcome.Value<string>("JobName"));
    }

    [Fact]
    public void Two_addresses_are_compared_without_a_job()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        Outcome clean = session.Run("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination -Summary");
        Outcome same = session.Run("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination -Level Content -IncludeSame");

        Assert.True(clean.Value<bool>("IsClean"));
        Assert.Equal(500, same.Succeeded().Output.Count(item => item.Properties["Status"].Value.ToString() == "Same"));
    }

    [Fact]
    public void An_object_that_cannot_be_read_is_an_error_and_errors_are_capped()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();
        session.Plan(new { side = "s3", operation = "GetObject", times = 5, kind = "status", status = 403, code = "AccessDenied" });

        Outcome outcome = session.Run($"Start-OssMigration {job} -MaximumError 2");

        Assert.True(session.AllFaultsFired());
        Assert.Null(outcome.Terminating);
        PSObject report = Assert.Single(outcome.Output);
        Assert.Equal("CompleteWithExceptions", report.Properties["Status"].Value.ToString());
        Assert.Equal(2, report.Properties["ExitCode"].Value);
        Assert.Equal(2, outcome.Errors.Count);
        Assert.All(outcome.Errors, error => Assert.Equal("ObjectFailed,OssMigration.Commands.StartOssMigrationCommand", error.FullyQualifiedErrorId));
        Assert.All(outcome.Errors, error => Assert.Equal("PermissionDenied", error.CategoryInfo.Category.ToString()));
        Assert.All(outcome.Errors, error => Assert.Equal("OssMigration.Core.Reporting.MigrationItem", error.TargetObject.GetType().FullName));
        Assert.Contains("3 more objects", Assert.Single(outcome.Warnings, warning => warning.Contains("more objects", StringComparison.Ordinal)), StringComparison.Ordinal);

        Outcome items = session.Run($"Get-MigrationItem {job} -State Failed");
        Assert.Equal(5, items.Succeeded().Output.Count);
        Assert.Empty(session.Run($"Get-MigrationItem {job} -State Conflict").Succeeded().Output);
        Assert.Equal(5, session.Run($"Get-MigrationItem {job} -Run 1 -State Conflict, Failed").Succeeded().Output.Count);
        Assert.Equal("Complete", session.Run($"Start-OssMigration {job}").Value<string>("Status"));
    }

    [Fact]
    public void A_wrong_key_is_one_terminating_error_without_a_secret()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();

        Outcome outcome = session.Run($$"""
            $secret = [securestring]::new()
            'Sup3r-S3cret-Wrong'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
            Start-OssMigration {{job}} -SourceCredential ([pscredential]::new($sandbox.S3Credential.UserName, $secret))
            """);

        Assert.Equal("StoreCredential,OssMigration.Commands.StartOssMigrationCommand", outcome.ErrorId);
        Assert.Empty(outcome.Errors);
        string text = session.Session.Show("$record | ForEach-Object { $_; $_.Exception.ToString(); $_.ErrorDetails.ToString() }", ("record", outcome.Terminating));
        Assert.Contains("s3://source", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sup3r-S3cret", text, StringComparison.Ordinal);
        Assert.Equal("Complete", session.Run($"Start-OssMigration {job}").Value<string>("Status"));
    }

    [Fact]
    public void A_bucket_that_is_missing_is_named_by_the_check_and_by_the_run()
    {
        using SandboxSession session = new();
        session.Run("$missing = New-MigrationAddress s3://nowhere -Endpoint $sandbox.S3Endpoint -Region us-east-1 -AddressingStyle Path -Credential $sandbox.S3Credential").Succeeded();
        string job = Session.NewJobName();

        Outcome check = session.Run("Test-MigrationAddress $missing");
        Outcome detailed = session.Run("Test-MigrationAddress $missing -Detailed");
        Outcome run = session.Run($"New-MigrationJob {job} $missing $sandbox.Destination | Start-OssMigration");

        Assert.False((bool)check.Single().BaseObject);
        Assert.Contains(check.Warnings, warning => warning.Contains("s3://nowhere", StringComparison.Ordinal));
        Assert.True(detailed.Value<bool>("IsReachable"));
        Assert.False(detailed.Value<bool>("IsUsable"));
        Assert.Equal("StoreNoSuchBucket,OssMigration.Commands.StartOssMigrationCommand", run.ErrorId);
    }

    [Fact]
    public void Both_ends_of_a_sandbox_can_be_used()
    {
        using SandboxSession session = new();

        Outcome outcome = session.Run("$sandbox.Source, $sandbox.Destination | Test-MigrationAddress");

        Assert.Equal([true, true], outcome.Succeeded().Output.Select(usable => (bool)usable.BaseObject));
    }

    [Fact]
    public void Progress_is_shown_a_few_times_a_second_and_ends()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob();
        session.Limit(new { side = "s3", latencyMs = 100 });
        TimeProvider time = TimeProvider.System;
        long began = time.GetTimestamp();

        session.Run($"Start-OssMigration {job}").Single();

        ProgressRecord[] shown = [.. session.Session.Host.Progress.Where(record => record.Activity.Contains(job, StringComparison.Ordinal))];
        Assert.NotEmpty(shown);
        Assert.True(shown.Length <= (time.GetElapsedTime(began).TotalSeconds * 4) + 3, $"{shown.Length} records");
        Assert.Equal(ProgressRecordType.Completed, shown[^1].RecordType);
        Assert.Contains("500 of 500 objects", shown[^1].StatusDescription, StringComparison.Ordinal);
        Assert.Equal(100, shown[^1].PercentComplete);
    }

    [Fact]
    public void A_run_out_of_time_stops_cleanly_and_is_resumed()
    {
        using SandboxSession session = new(FiveHundred);
        string job = session.NewJob("-Concurrency 1");
        session.Limit(new { side = "s3", latencyMs = 50 });

        Outcome stopped = session.Run($"Start-OssMigration {job} -TimeBudget 00:00:03");
        session.Limit(new { side = "s3", latencyMs = 0 });
        Outcome resumed = session.Run($"Start-OssMigration {job}");

        Assert.Equal("Incomplete", stopped.Value<string>("Status"));
        Assert.Equal(3, stopped.Value<int>("ExitCode"));
        Assert.Equal("Complete", resumed.Value<string>("Status"));
        Assert.Equal(1, resumed.Value<int>("Run"));
        Assert.Equal(1, resumed.Value<int>("Resumes"));
        Assert.True(resumed.Value<bool>("Reconciled"));

        // The one transfer that was in flight may have arrived without being settled; then it is found to be the same.
        Outcome counts = session.Run("$report.Copied.Objects, $report.Skipped.Objects", ("report", resumed.Single()));
        Assert.Equal(500L, counts.Succeeded().Output.Sum(count => (long)count.BaseObject));
        Assert.InRange((long)counts.Output[1].BaseObject, 0, 1);
    }
}
