using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The source is deleted as a user does it, by cmdlets, on the sandbox whose clock moves.</summary>
public sealed class SourceLifecycleTests
{
    // What Export-Clixml and Import-Clixml do; a session without the Utility module has not got them.
    private const string Again = "function Again($it) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($it, 2)) }";

    [Fact]
    public void Exactly_the_objects_of_the_job_are_deleted_on_the_date()
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "move-me");
        using OpenBucket neighbour = new(session, "neighbour");
        source.Put("data/a", "data/b", "data", "dat/c", "other");
        neighbour.Put("data/a");
        string job = Migrate(session, source, "data/");

        string whatIf = session.Session.Show($"Compare-MigrationData {job} -Summary | Set-SourceLifecycle -WhatIf");
        Assert.Empty(session.Run($"Get-SourceLifecycle {job} -All").Succeeded().Output);
        Outcome set = session.Run($"Compare-MigrationData {job} -Summary | Set-SourceLifecycle -Confirm:$false");

        Assert.Equal(($"ossmigration-{job}", "data/", "Enabled", 2L, 12L), (set.Value<string>("RuleId"), set.Value<string>("Prefix"), set.Value<string>("Status"), set.Value<long>("Objects"), set.Value<long>("Bytes")));
        DateTimeOffset due = set.Value<DateTimeOffset>("Date");
        Assert.Equal(TimeSpan.Zero, due.UtcDateTime.TimeOfDay);
        Assert.InRange(due - DateTimeOffset.UtcNow, TimeSpan.FromHours(23.5), TimeSpan.FromHours(48));
        Assert.Equal(due, session.Run($"Get-MigrationJob {job}").Value<DateTimeOffset>("SourceDeletion"));
        Assert.Contains($"{due:yyyy-MM-dd} 00:00:00Z", session.Session.Show($"Get-SourceLifecycle {job}"), StringComparison.Ordinal);
        source.RunLifecycleAt(due.AddSeconds(-1));
        Assert.Equal(5, source.Keys.Count);
        Assert.Equal(0L, session.Run($"Get-SourceLifecycle {job} -CheckLateWrites").Value<long>("LateWrites"));
        source.RunLifecycleAt(due);
        Assert.Equal(["dat/c", "data", "other"], source.Keys);
        Assert.Equal(["data/a"], neighbour.Keys);
        session.Run($"Remove-SourceLifecycle {job}").Succeeded();
        source.Put("data/new");
        source.RunLifecycleAt(due.AddDays(2));
        Assert.Contains("data/new", source.Keys);
        Assert.Contains("2 objects, 12 bytes", whatIf, StringComparison.Ordinal);
        Assert.Contains($"{due:yyyy-MM-dd} 00:00:00Z", whatIf, StringComparison.Ordinal);
        Assert.Contains("<Expiration>", whatIf, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Enabled")]
    [InlineData("Suspended")]
    public void A_versioned_source_goes_in_two_steps(string versioning)
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "versioned", versioning);
        source.Put("data/a", "data/b", "keep");
        if (versioning == "Enabled")
            source.Put("data/a", "keep");
        string job = Migrate(session, source, "data/");
        DateTimeOffset due = session.Run($"Compare-MigrationData {job} -Summary | Set-SourceLifecycle -Confirm:$false").Value<DateTimeOffset>("Date");

        Assert.Equal("LifecycleFirstPhaseWaiting", Refused(session, $"Set-SourceLifecycle {job} -NoncurrentVersions"));
        source.RunLifecycleAt(due);
        Assert.Equal(["keep"], source.Keys);
        Assert.Equal(["data/a", "data/b"], source.Markers);
        int old = versioning == "Enabled" ? 3 : 0;
        Assert.Equal(old, source.Versions.Count(key => key != "keep"));

        // This machine's clock has not moved with the sandbox's; the rule's date has come for the store only.
        Assert.Equal("LifecycleFirstPhaseWaiting", Refused(session, $"Set-SourceLifecycle {job} -NoncurrentVersions -AcknowledgeVersions {old}"));
    }

    [Fact]
    public void What_a_user_must_not_do_is_refused_by_its_id_and_changes_nothing()
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "guarded");
        source.Put("data/a", "data/b");
        string job = Migrate(session, source, "data/");
        string other = Migrate(session, source, "");
        session.Run(Again).Succeeded();
        session.Run($"$good = Compare-MigrationData {job} -Summary").Succeeded();

        foreach ((string script, string id) in new[]
        {
            ($"Set-SourceLifecycle {job}", "LifecycleNoComparison"),
            ("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination -Summary | Set-SourceLifecycle", "LifecycleComparisonAdHoc"),
            ($"$good | Set-SourceLifecycle {other}", "LifecycleComparisonOtherJob"),
            ("$forged = Again $good; $forged.ComparisonId = 'none'; $forged | Set-SourceLifecycle", "LifecycleComparisonUnknown"),
            ("$forged = Again $good; $forged.Same = [pscustomobject]@{ Objects = 3; Bytes = 18 }; $forged | Set-SourceLifecycle", "LifecycleComparisonForged"),
            ("$forged = Again $good; $forged.Digest = '0' * 64; $forged | Set-SourceLifecycle", "LifecycleComparisonForged"),
            ($"Compare-MigrationData {job} -Level Size -Summary | Set-SourceLifecycle", "LifecycleComparisonLevel"),
            ("$good | Set-SourceLifecycle -Prefix dat", "LifecyclePrefixTooWide"),
            ("$good | Set-SourceLifecycle -Date 2020-01-01", "LifecycleDatePast"),
            ("$good | Set-SourceLifecycle -Date ([DateTimeOffset]::UtcNow.Date.AddDays(30).AddHours(5))", "LifecycleDateNotMidnight"),
            ($"Set-SourceLifecycle {job} -NoncurrentVersions", "LifecycleNotVersioned"),
        })
            Assert.Equal(id, Refused(session, script));

        Assert.Equal("LifecycleComparisonForged", Refused(session, "$good.PSObject.Properties.Add([psnoteproperty]::new('Different', [pscustomobject]@{ Objects = 1; Bytes = 1 }), $true); $good | Set-SourceLifecycle"));
        source.Put("data/late");
        Outcome late = session.Run($"$fresh = (Get-MigrationJob {job}).Name; Compare-MigrationData {job} -Summary | Set-SourceLifecycle -Confirm:$false");
        Assert.Equal("LifecycleComparisonDiffers", Id(late));
        Assert.Empty(session.Run($"Get-SourceLifecycle {job} -All").Succeeded().Output);
        Assert.NotEmpty(late.Terminating!.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_late_write_is_named_by_the_gate_and_by_the_watch_of_a_rule()
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "late");
        source.Put("data/a");
        string job = Migrate(session, source, "data/");
        session.Run($"$before = Compare-MigrationData {job} -Summary").Succeeded();
        session.Run("$before | Set-SourceLifecycle -Confirm:$false").Single();
        source.Put("data/late");

        Outcome refused = session.Run("$before | Set-SourceLifecycle -Confirm:$false");

        Assert.Equal("LifecycleLateWrites", Id(refused));
        Assert.Contains("'late'", refused.Terminating!.ErrorDetails.Message, StringComparison.Ordinal);
        Outcome watched = session.Run($"Get-SourceLifecycle {job} -CheckLateWrites");
        Assert.Equal(1L, watched.Value<long>("LateWrites"));
        Assert.Contains("Late writes", session.Session.Show($"Get-SourceLifecycle {job} -CheckLateWrites"), StringComparison.Ordinal);
        Assert.Single(session.Run($"Remove-SourceLifecycle {job}; Remove-SourceLifecycle {job}").Succeeded().Warnings);
        Assert.Empty(session.Run($"Get-SourceLifecycle {job}").Succeeded().Output);
    }

    [Fact]
    public void A_summary_keeps_its_force_through_a_file_and_a_filtered_job_never_has_any()
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "kept");
        source.Put("data/a", "data/b");
        string job = Migrate(session, source, "data/");
        session.Run(Again).Succeeded();
        session.Run($"$read = Again (Compare-MigrationData {job} -Summary)").Succeeded();

        Assert.Equal(2L, session.Run("$read | Set-SourceLifecycle -Confirm:$false").Value<long>("Objects"));
        Assert.Equal("LifecycleComparisonForged", Refused(session, "$read.Listed.Objects = 7; $read | Set-SourceLifecycle"));
        string filtered = Migrate(session, source, "data/", "-Exclude '*.tmp'");
        Assert.Equal("LifecycleJobFiltered", Refused(session, $"Compare-MigrationData {filtered} -Summary | Set-SourceLifecycle"));
    }

    [Fact]
    public void Before_the_cutover_and_for_a_folder_there_is_no_deletion()
    {
        using SandboxSession session = new();
        using OpenBucket source = new(session, "early");
        source.Put("data/a");
        string job = Migrate(session, source, "data/", cutOver: false);
        Assert.Equal("LifecycleNotCutOver", Refused(session, $"Compare-MigrationData {job} -Summary | Set-SourceLifecycle"));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ossmigration-test-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "a"), "a");
            string files = Session.NewJobName();
            session.Run($"New-MigrationJob {files} 'file://{folder.FullName}' $sandbox.Destination; Start-OssMigration {files}; Set-MigrationJob {files} -CutoverTime ([DateTimeOffset]::UtcNow)").Succeeded();
            Outcome refused = session.Run($"Compare-MigrationData {files} -Summary | Set-SourceLifecycle -Confirm:$false");
            Assert.Equal("LifecycleNotSupported", Id(refused));
            Assert.Contains($"Compare-MigrationData -Job {files} -IncludeSame", refused.Terminating!.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Migrate(SandboxSession session, OpenBucket source, string prefix, string options = "", bool cutOver = true)
    {
        string job = Session.NewJobName();
        session.Run($"""
            $from = New-MigrationAddress "s3://{source.Name}/{prefix}" -Endpoint $sandbox.S3Endpoint -Region $sandbox.S3Region -Credential $sandbox.S3Credential
            $to = New-MigrationAddress "oss://destination/{job}/" -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential
            New-MigrationJob {job} $from $to {options} | Start-OssMigration
            """).Succeeded();
        if (cutOver)
            session.Run($"Set-MigrationJob {job} -CutoverTime ([DateTimeOffset]::UtcNow)").Succeeded();
        return job;
    }

    private static string? Refused(SandboxSession session, string script) => Id(session.Run($"{script} -Confirm:$false"));

    private static string? Id(Outcome outcome)
    {
        Assert.Empty(outcome.Output);
        return outcome.ErrorId?.Split(',')[0];
    }
}
