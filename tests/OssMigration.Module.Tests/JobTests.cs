using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class JobTests
{
    [Fact]
    public void A_job_has_the_options_it_was_made_with()
    {
        using Session session = new();
        string name = Session.NewJobName();

        Outcome outcome = session.Run($"""
            New-MigrationJob {name} s3://source/p/ oss://destination -Overwrite IfNewer -ClockSkewMargin 00:05:00 -Prefix sub/ -Include '**/*.jpg','*.png' -Exclude 'tmp/**' -IncludeRegex '^a' -ExcludeRegex 'b$' -MinimumSize 1KB -MaximumSize 1GB -ModifiedAfter 2026-01-01Z -ModifiedBefore 2026-02-01Z -MaxBandwidth 200Mbps -Concurrency 7 -MemoryBudget 128MB -PartSize 16MB -SinglePutLimit 8MB
            """);

        Assert.Equal("IfNewer", outcome.Value<string>("Overwrite"));
        Assert.Equal("s3://source/p/", outcome.Value<string>("Source"));
        Assert.Equal("sub/", outcome.Value<string>("Prefix"));
        Assert.Equal(["**/*.jpg", "*.png"], outcome.Value<string[]>("Include"));
        Assert.Equal(["tmp/**"], outcome.Value<string[]>("Exclude"));
        Assert.Equal(["^a"], outcome.Value<string[]>("IncludeRegex"));
        Assert.Equal(["b$"], outcome.Value<string[]>("ExcludeRegex"));
        Assert.Equal(1024, outcome.Value<long>("MinimumSize"));
        Assert.Equal(1L << 30, outcome.Value<long>("MaximumSize"));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), outcome.Value<DateTimeOffset>("ModifiedAfter"));
        Assert.Equal(25_000_000, outcome.Value<long>("MaxBytesPerSecond"));
        Assert.Equal(7, outcome.Value<int>("Concurrency"));
        Assert.Equal(128L << 20, outcome.Value<long>("MemoryBudget"));
        Assert.Equal(16L << 20, outcome.Value<long>("PartSize"));
        Assert.Equal(8L << 20, outcome.Value<long>("SinglePutLimit"));
        Assert.Equal("Created", outcome.Value<string>("State"));
    }

    [Fact]
    public void All_problems_of_a_jobs_options_are_named_at_once()
    {
        using Session session = new();

        Outcome outcome = session.Run("New-MigrationJob Bad_Name s3://source s3://elsewhere -Concurrency 5000 -PartSize 1 -Include '['");

        Assert.Equal("JobOptionsInvalid,OssMigration.Commands.NewMigrationJobCommand", outcome.ErrorId);
        string message = outcome.Terminating!.ToString();
        Assert.All(["Bad_Name", "s3://elsewhere", "5000", "PartSize", "'['"], word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_job_of_the_same_name_is_refused()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://source oss://destination").Single();

        Outcome outcome = session.Run($"New-MigrationJob {name} s3://other oss://destination");

        Assert.Equal("JobAlreadyExists,OssMigration.Commands.NewMigrationJobCommand", outcome.ErrorId);
        Assert.Equal(name, outcome.Terminating!.TargetObject);
    }

    [Theory]
    [InlineData("Get-MigrationJob no-such-job", "GetMigrationJobCommand", false)]
    [InlineData("Set-MigrationJob no-such-job -Concurrency 4", "SetMigrationJobCommand", false)]
    [InlineData("Remove-MigrationJob no-such-job -Confirm:$false", "RemoveMigrationJobCommand", false)]
    [InlineData("Stop-OssMigration no-such-job", "StopOssMigrationCommand", false)]
    [InlineData("Get-MigrationReport no-such-job", "GetMigrationReportCommand", false)]
    [InlineData("Get-MigrationItem no-such-job", "GetMigrationItemCommand", false)]
    [InlineData("Start-OssMigration no-such-job", "StartOssMigrationCommand", true)]
    [InlineData("Compare-MigrationData no-such-job", "CompareMigrationDataCommand", true)]
    public void A_job_that_does_not_exist_is_one_error_with_a_stable_id(string script, string command, bool terminates)
    {
        using Session session = new();

        Outcome outcome = session.Run(script);

        var error = terminates ? outcome.Terminating! : Assert.Single(outcome.Errors);
        Assert.Equal($"JobNotFound,OssMigration.Commands.{command}", error.FullyQualifiedErrorId);
        Assert.Equal("ObjectNotFound", error.CategoryInfo.Category.ToString());
        Assert.Equal("no-such-job", error.TargetObject);
        Assert.Equal(terminates, outcome.Terminating is not null);
    }

    [Fact]
    public void Jobs_are_found_by_wildcards_and_flow_through_the_pipeline()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name}-a s3://source oss://destination; New-MigrationJob {name}-b s3://source oss://destination").Succeeded();

        Outcome outcome = session.Run($"Get-MigrationJob {name}-* | Set-MigrationJob -MaxBandwidth 10MB/s -Concurrency 3 -PassThru");

        Assert.Equal([$"{name}-a", $"{name}-b"], outcome.Succeeded().Output.Select(job => job.ToString()));
        Assert.All(outcome.Output, job => Assert.Equal(10_000_000L, job.Properties["MaxBytesPerSecond"].Value));
        Assert.All(outcome.Output, job => Assert.Equal(3, job.Properties["Concurrency"].Value));
    }

    [Theory]
    [InlineData("$job")]
    [InlineData("$job.Name")]
    [InlineData("[pscustomobject]@{ Name = $job.Name }")]
    [InlineData("[pscustomobject]@{ JobName = $job.Name; Other = 1 }")]
    [InlineData("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($job))")]
    public void A_job_is_taken_as_object_name_property_and_after_serialisation(string form)
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"$job = New-MigrationJob {name} s3://source oss://destination").Succeeded();

        Assert.Equal(5, session.Run($"{form} | Set-MigrationJob -Concurrency 5 -PassThru").Value<int>("Concurrency"));
        Assert.Equal(6, session.Run($"Set-MigrationJob ({form}) -Concurrency 6 -PassThru").Value<int>("Concurrency"));
    }

    [Theory]
    [InlineData("200Mbps", 25_000_000)]
    [InlineData("1.5Gbit/s", 187_500_000)]
    [InlineData("25MB/s", 25_000_000)]
    [InlineData("24MiB/s", 24 << 20)]
    [InlineData("64 kB/s", 64_000)]
    [InlineData("1000000", 1_000_000)]
    [InlineData("8Kibit/s", 1024)]
    public void A_rate_is_read_as_people_write_it(string text, long bytesPerSecond)
    {
        using Session session = new();

        Outcome outcome = session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination -MaxBandwidth '{text}'");

        Assert.Equal(bytesPerSecond, outcome.Value<long>("MaxBytesPerSecond"));
    }

    [Theory]
    [InlineData("'fast'")]
    [InlineData("'200MB'")]
    [InlineData("'-5MB/s'")]
    [InlineData("'200Mbps; *'")]
    [InlineData("'99999999999999TB/s'")]
    [InlineData("-1")]
    public void A_rate_that_is_none_is_refused_before_anything_is_made(string text)
    {
        using Session session = new();
        string name = Session.NewJobName();

        Outcome outcome = session.Run($"New-MigrationJob {name} s3://source oss://destination -MaxBandwidth {text}");

        Assert.NotNull(outcome.Terminating);
        Assert.Single(session.Run($"Get-MigrationJob {name}").Errors);
    }

    [Fact]
    public void A_rate_of_zero_lifts_the_limit()
    {
        using Session session = new();

        Outcome outcome = session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination -MaxBandwidth 1MB/s | Set-MigrationJob -MaxBandwidth 0 -PassThru");

        Assert.Null(outcome.Single().Properties["MaxBytesPerSecond"].Value);
    }

    [Theory]
    [InlineData("New-MigrationJob NAME-new s3://source oss://destination -WhatIf")]
    [InlineData("Set-MigrationJob NAME -Concurrency 9 -WhatIf")]
    [InlineData("Remove-MigrationJob NAME -WhatIf")]
    [InlineData("Stop-OssMigration NAME -WhatIf")]
    [InlineData("Start-OssMigration NAME -WhatIf")]
    public void With_WhatIf_nothing_is_done_and_it_is_said_what_would_be(string script)
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://source oss://destination -Concurrency 8").Succeeded();

        session.Run(script.Replace("NAME", name, StringComparison.Ordinal)).Succeeded();

        Assert.Contains("What if:", session.Host.Text, StringComparison.Ordinal);
        Assert.Contains(name, session.Host.Text, StringComparison.Ordinal);
        Outcome jobs = session.Run($"Get-MigrationJob {name}*");
        Assert.Equal(8, jobs.Value<int>("Concurrency"));
        Assert.Equal("Created", jobs.Value<string>("State"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    public void Removing_a_job_asks_first(int answer, int left)
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://source oss://destination").Succeeded();
        session.Host.Answer = answer;

        session.Run($"Remove-MigrationJob {name}").Succeeded();

        Assert.Single(session.Host.Questions);
        Assert.Equal(left, session.Run($"Get-MigrationJob {name}*").Output.Count);
    }

    [Fact]
    public void A_script_that_points_elsewhere_gets_other_jobs()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://source oss://destination").Succeeded();

        // The environment is this whole process's, and other tests run beside this one; so a child looks elsewhere.
        ShellRun run = ShellRun.Of(["-Command", "@(Get-MigrationJob).Count"], ("OSSMIGRATION_HOME", Path.Combine(TestProcess.Home, "elsewhere")));

        Assert.Equal("0", run.Output.Trim());
    }
}
