using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What becomes of objects, asked for and told by cmdlets.</summary>
public sealed class FidelityTests
{
    [Fact]
    public void The_policy_is_shown_with_the_job()
    {
        using Session session = new();

        Outcome job = session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination -CopyTag -StorageClassMap @{{ glacier = 'coldarchive' }} -UnfitAction @{{ '*' = 'drop'; Retention = 'Refuse' }} -Encryption KMS -EncryptionKeyId k");

        Assert.True(job.Value<bool>("CopyTag"));
        Assert.False(job.Value<bool>("CopyAcl"));
        Assert.Equal(["glacier=ColdArchive"], job.Value<string[]>("StorageClassMap"));
        Assert.Contains("Retention=Refuse", job.Value<string[]>("UnfitAction"));
        Assert.Contains("Tags=Drop", job.Value<string[]>("UnfitAction"));
        Assert.Equal("KMS", job.Value<string>("Encryption"));
    }

    [Theory]
    [InlineData("-StorageClassMap @{ GLACIER = 'Frozen' }", "Frozen")]
    [InlineData("-UnfitAction @{ Colour = 'Drop' }", "Colour")]
    [InlineData("-UnfitAction @{ Tags = 'Keep' }", "Keep")]
    [InlineData("-EncryptionKeyId k", "EncryptionKeyId")]
    public void What_is_no_policy_is_refused_by_name(string parameters, string named)
    {
        using Session session = new();

        Outcome outcome = session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination {parameters}");

        Assert.Contains(named, outcome.Terminating!.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_gives_totals_or_objects_and_the_report_sets_it_beside_what_happened()
    {
        string folder = Directory.CreateTempSubdirectory("ossmigration-fidelity-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "page.html"), "x");
            File.WriteAllText(Path.Combine(folder, "data"), "yy");
            using SandboxSession session = new($"-SourceFolder '{folder}'");
            string job = session.NewJob();

            Outcome totals = session.Run($"Measure-OssMigration {job} -Fidelity -ReadHeader");
            Outcome objects = session.Run($"Measure-OssMigration {job} -Fidelity -ReadHeader -Detailed -IncludeCarried");
            session.Run($"$report = Start-OssMigration {job}").Succeeded();

            Assert.True(totals.Value<bool>("ReadsHeaders"));
            Assert.Equal(["data", "page.html"], objects.Succeeded().Output.Select(item => (string)item.Properties["Key"].Value).Order(StringComparer.Ordinal));
            Assert.Equal("True", session.Run("$report.Fidelity.Count -gt 0 -and -not ($report.Fidelity | Where-Object { $_.Happened -ne $_.Foreseen })").Single().ToString());
            string page = Path.Combine(folder, "..", $"{job}.html");
            session.Run($"Export-MigrationReport {job} '{page}' -Force").Succeeded();
            Assert.Contains("Beyond the bytes", File.ReadAllText(page), StringComparison.Ordinal);
            File.Delete(page);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void WhatIf_lists_the_source_and_writes_nothing()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.ForgetOperations();

        Outcome outcome = session.Run($"Start-OssMigration {job} -WhatIf");

        Assert.EndsWith("FidelityForecast", outcome.Single().TypeNames[0], StringComparison.Ordinal);
        Assert.Contains("ListObjectsV2", session.Operations("s3"));
        Assert.Empty(session.Operations("oss"));
        Assert.Equal("Created", session.Run($"Get-MigrationJob {job}").Value<string>("State"));
    }

    [Fact]
    public void The_policy_of_a_job_that_copies_tags_and_ACLs_has_their_rights()
    {
        using SandboxSession session = new();
        string job = session.NewJob("-CopyTag -CopyAcl");

        string actions = string.Join(' ', session.Run($"New-OssMigrationPolicy {job} -Step Migrate | ForEach-Object Actions").Succeeded().Output);

        Assert.All((string[])["s3:GetObjectTagging", "s3:GetObjectAcl", "oss:PutObjectTagging", "oss:PutObjectAcl"], right => Assert.Contains(right, actions, StringComparison.Ordinal));
        Assert.DoesNotContain("Tagging", string.Join(' ', session.Run("New-OssMigrationPolicy -Source s3://source -Destination oss://destination | ForEach-Object Actions").Succeeded().Output), StringComparison.Ordinal);
    }
}
