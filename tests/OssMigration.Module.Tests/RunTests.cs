using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What Start-OssMigration takes, and what it refuses.</summary>
public sealed class RunTests
{
    private const string Twenty = "-S3Bucket 'source=synthetic:flat,count=20,size=1000'";
    private const string StartCommand = "OssMigration.Commands.StartOssMigrationCommand";

    [Fact]
    public void A_job_is_started_by_position_by_its_names_and_by_whatever_carries_it_down_the_pipeline()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();

        Outcome outcome = session.Run($$"""
            Start-OssMigration {{job}}
            Start-OssMigration -Name {{job}}
            Start-OssMigration -JobName {{job}}
            '{{job}}' | Start-OssMigration
            Get-MigrationJob {{job}} | Start-OssMigration
            Get-MigrationReport {{job}} -Last 1 | Start-OssMigration
            [pscustomobject] @{ JobName = '{{job}}' } | Start-OssMigration
            """);

        Assert.Equal(Enumerable.Range(1, 7), outcome.Succeeded().Output.Select(report => (int)report.Properties["Run"].Value));
        Assert.All(outcome.Output, report => Assert.Equal("Everything", report.Properties["Scope"].Value.ToString()));
    }

    [Fact]
    public void Objects_from_the_pipeline_are_looked_at_together_in_one_run_also_after_serialisation()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        Outcome outcome = session.Run($$"""
            $same = @(Compare-MigrationData {{job}} -IncludeSame)[0..2]
            $same | Start-OssMigration -Job {{job}}
            $same | Start-OssMigration
            $again = $same | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) }
            $again | Start-OssMigration
            $same | ForEach-Object { [pscustomobject] @{ JobName = $_.JobName; Key = $_.Key; Status = "$($_.Status)" } } | Start-OssMigration {{job}}
            [pscustomobject] @{ Key = $same[0].Key } | Start-OssMigration {{job}}
            """);

        Assert.Equal([2, 3, 4, 5, 6], outcome.Succeeded().Output.Select(report => (int)report.Properties["Run"].Value));
        Assert.Equal([3L, 3, 3, 3, 1], outcome.Output.Select(report => (long)PSObject.AsPSObject(report.Properties["Skipped"].Value).Properties["Objects"].Value));
        Assert.All(outcome.Output, report => Assert.Equal("Selection", report.Properties["Scope"].Value.ToString()));
    }

    [Fact]
    public void Nothing_from_the_pipeline_runs_nothing_and_destination_only_objects_are_one_warning()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        Outcome nothing = session.Run($"Compare-MigrationData {job} | Where-Object Status -eq Different | Start-OssMigration -Job {job}");
        Outcome left = session.Run($$"""
            1..3 | ForEach-Object { [pscustomobject] @{ JobName = '{{job}}'; Key = "k$_"; Status = 'DestinationOnly' } } | Start-OssMigration
            """);

        Assert.Empty(nothing.Succeeded().Output);
        Assert.Empty(nothing.Warnings);
        Assert.Empty(left.Succeeded().Output);
        Assert.Contains("3 objects are at the destination only", Assert.Single(left.Warnings), StringComparison.Ordinal);
        Assert.Single(session.Run($"Get-MigrationReport {job}").Succeeded().Output);
    }

    [Fact]
    public void What_cannot_be_looked_at_is_refused_with_the_reason_before_anything_runs()
    {
        using Session session = new();
        string job = Session.NewJobName();
        session.Run($"New-MigrationJob {job} s3://source oss://destination").Single();
        (string Script, string Id)[] refused =
        [
            ($"[pscustomobject] @{{ JobName = 'other'; Key = 'k' }} | Start-OssMigration {job}", "RunItemOfOtherJob"),
            ($"[pscustomobject] @{{ JobName = '{job}'; Key = 'k' }}, [pscustomobject] @{{ JobName = 'other'; Key = 'k' }} | Start-OssMigration", "RunItemOfOtherJob"),
            ($"[pscustomobject] @{{ JobName = $null; Key = 'k' }} | Start-OssMigration {job}", "RunItemOfOtherJob"),
            ("[pscustomobject] @{ Key = 'k' } | Start-OssMigration", "ArgumentInvalid"),
            ("[pscustomobject] @{ Colour = 'red' } | Start-OssMigration", "ArgumentInvalid"),
            ($"'{job}' | Start-OssMigration -Job {job}", "ArgumentInvalid"),
            ($"[pscustomobject] @{{ Key = 'k' }} | Start-OssMigration {job} -FailedOnly", "ArgumentInvalid"),
            ($"[pscustomobject] @{{ Key = 'k' }} | Start-OssMigration {job} -RemoveDeleted", "ArgumentInvalid"),
            ($"Start-OssMigration {job} -FailedOnly -RemoveDeleted", "ArgumentInvalid"),
            ($"Start-OssMigration {job} -MaximumRemoved 5", "ArgumentInvalid"),
            ($"Start-OssMigration {job} -FailedOnly", "RunNothingYet"),
            ($"Set-MigrationJob {job} -CutoverTime ([DateTimeOffset]::UtcNow.AddMinutes(-1)); Start-OssMigration {job} -RemoveDeleted -Confirm:$false", "RunRemovalAfterCutover"),
        ];

        Assert.All(refused, refusal =>
        {
            Outcome outcome = session.Run(refusal.Script);
            Assert.Equal($"{refusal.Id},{StartCommand}", outcome.ErrorId);
            Assert.Empty(outcome.Output);
        });
        Assert.Empty(session.Run($"Get-MigrationReport {job}").Succeeded().Output);
    }

    [Fact]
    public void Removal_is_asked_for_unless_it_was_confirmed_and_WhatIf_names_it()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();
        session.Session.Host.Answer = 1;

        string shown = session.Session.Show($"Start-OssMigration {job} -RemoveDeleted -WhatIf");
        Outcome asked = session.Run($"Start-OssMigration {job} -RemoveDeleted");
        Outcome confirmed = session.Run($"Start-OssMigration {job} -RemoveDeleted -Confirm:$false");
        Outcome preferred = session.Run($"$ConfirmPreference = 'None'; Start-OssMigration {job} -RemoveDeleted");

        Assert.Contains("remove there what is gone at the source", shown, StringComparison.Ordinal);
        Assert.Empty(asked.Succeeded().Output);
        Assert.Contains("removed at its destination", Assert.Single(session.Session.Host.Questions), StringComparison.Ordinal);
        Assert.Equal(1, confirmed.Value<int>("Run"));
        Assert.Equal(2, preferred.Value<int>("Run"));
    }

    [Fact]
    public void What_failed_is_retried_alone()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();
        session.Plan(new { side = "s3", operation = "GetObject", times = 5, kind = "status", status = 403, code = "AccessDenied" });
        Assert.Equal("CompleteWithExceptions", session.Run($"Start-OssMigration {job} -ErrorAction SilentlyContinue").Output.Single().Properties["Status"].Value.ToString());

        Outcome retry = session.Run($"Start-OssMigration {job} -FailedOnly");

        Assert.True(session.AllFaultsFired());
        Assert.Equal(("Complete", "FailedOnly", "5 objects, 5000 bytes"), (retry.Value<string>("Status"), retry.Value<string>("Scope"), retry.Value<string>("Listed")));
        Assert.Contains("Scope", session.Session.Show($"Get-MigrationReport {job} -Run 2"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_incremental_job_runs_its_series_and_each_run_has_its_report()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob("-Mode Incremental -Interval 00:00:01 -RunCount 3");

        Outcome outcome = session.Run($"Start-OssMigration {job}");
        Outcome done = session.Run($"Start-OssMigration {job}");
        PSObject info = session.Run($"Get-MigrationJob {job}").Single();

        Assert.Equal([1, 2, 3], outcome.Succeeded().Output.Select(report => (int)report.Properties["Run"].Value));
        Assert.Equal([1, 3], session.Run($"Get-MigrationReport {job} -Run 1, 3").Succeeded().Output.Select(report => (int)report.Properties["Run"].Value));
        Assert.Equal("JobNothingThere,OssMigration.Commands.GetMigrationReportCommand", Assert.Single(session.Run($"Get-MigrationReport {job} -Run 1, 9").Errors).FullyQualifiedErrorId);
        Assert.Equal($"RunSeriesDone,{StartCommand}", done.ErrorId);
        Assert.Equal((3, 3, TimeSpan.FromSeconds(1)), ((int)info.Properties["RunsDone"].Value, (int?)info.Properties["RunCount"].Value, (TimeSpan?)info.Properties["Interval"].Value));
        Assert.Equal(4, session.Run($"Set-MigrationJob {job} -RunCount 4 -Interval 01:00:00 -PassThru").Value<int>("RunCount"));
    }

    [Fact]
    public void An_incremental_job_goes_on_from_a_full_one()
    {
        using SandboxSession session = new(Twenty);
        string job = session.NewJob();
        string next = Session.NewJobName();
        Outcome early = session.Run($"New-MigrationJob {next} -BaseJob {job} -Mode Incremental -Interval 01:00:00 -RunCount 1");
        session.Run($"Start-OssMigration {job}").Single();

        Outcome mixed = session.Run($"New-MigrationJob {next} -BaseJob {job} -Mode Incremental -Interval 01:00:00 -RunCount 1 -Exclude x -PartSize 8MB");
        session.Run($"New-MigrationJob {next} -BaseJob {job} -Mode Incremental -Interval 01:00:00 -RunCount 1").Single();
        Outcome run = session.Run($"Start-OssMigration {next}");

        Assert.Equal("JobBaseUnfinished,OssMigration.Commands.NewMigrationJobCommand", early.ErrorId);
        Assert.Contains("-Exclude, -PartSize", mixed.Terminating!.ToString(), StringComparison.Ordinal);
        Assert.Equal("20 objects, 20000 bytes", run.Value<string>("Skipped"));
    }

    [Theory]
    [InlineData("-Interval 01:00:00", "Interval")]
    [InlineData("-RunCount 3", "RunCount")]
    [InlineData("-Mode Incremental -Interval 1.00:00:01 -RunCount 3", "1 day")]
    [InlineData("-Mode Incremental -Interval 01:00:00 -RunCount 0", "RunCount")]
    public void A_series_that_makes_no_sense_is_refused(string parameters, string expected)
    {
        using Session session = new();

        Outcome outcome = session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination {parameters}");

        Assert.Equal("JobOptionsInvalid,OssMigration.Commands.NewMigrationJobCommand", outcome.ErrorId);
        Assert.Contains(expected, outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }
}
