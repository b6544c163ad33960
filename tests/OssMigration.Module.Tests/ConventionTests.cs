using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What holds for every cmdlet alike: -WhatIf changes nothing and says what would be, a pipeline that has seen enough ends what feeds it.</summary>
public sealed class ConventionTests
{
    private static readonly string Stages = Path.Combine(Layout.Root, "tests", "Pester", "Stages");

    // What each is given on the stage of Script.
    private static readonly Dictionary<string, string> Changing = new()
    {
        ["Export-MigrationReport"] = "photos $folder/report.html",
        ["New-MigrationJob"] = "other $source $destination",
        ["New-OssBucket"] = "(New-MigrationAddress oss://not-made -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential)",
        ["Remove-MigrationJob"] = "photos",
        ["Remove-OssMirrorRule"] = "photos",
        ["Remove-SourceLifecycle"] = "photos",
        ["Set-MigrationJob"] = "photos -Concurrency 3",
        ["Set-OssMirrorRule"] = "photos -Prefix raw/ -OriginCredential $sandbox.S3Credential",
        ["Set-SourceLifecycle"] = "-Comparison $proof -AcceptMirrorRule",
        ["Start-MigrationSandbox"] = "",
        ["Start-OssMigration"] = "photos -RemoveDeleted",
        ["Start-OssMigrationCoordinator"] = "photos -Queue amqps://127.0.0.1:1/none -RemoveDeleted",
        ["Stop-MigrationSandbox"] = "$sandbox",
        ["Stop-OssMigration"] = "photos",
    };

    private static string Script =>
        $$"""
        param($folder)
        . '{{Stages}}/Default.ps1'
        . '{{Stages}}/Set-SourceLifecycle.ps1'
        $proof = Compare-MigrationData photos -Summary
        $null = $proof | Set-SourceLifecycle
        Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential

        # What was written anywhere, the jobs with all that they say, the files, and whether the sandbox lives.
        function Stand {
            $stats = $sandbox.Ask('/stats')
            foreach ($side in 's3', 'oss') {
                foreach ($operation in $stats[$side].requests.Keys) {
                    if ($operation -notmatch '^(Get|Head|List)') { "$side $operation $($stats[$side].requests[$operation])" }
                }
            }
            foreach ($job in Get-MigrationJob) {
                $job.PSObject.Properties | ForEach-Object { if ($_.Name -notmatch 'Elapsed|Now') { "$($_.Name)=$($_.Value)" } }
            }
            [System.IO.Directory]::GetFiles($folder) + [System.IO.Directory]::GetDirectories("$folder/jobs")
        }

        $before = @(Stand) -join "`n"
        {{string.Join('\n', Changing.Select(one => $"'began {one.Key}'; {one.Key} {one.Value} -WhatIf; if ((@(Stand) -join \"`n\") -cne $before) {{ \"FAILED {one.Key}: \" + (@(Stand) -join '; ') }}"))}}
        'ended'
        """;

    [Fact]
    public void With_WhatIf_no_cmdlet_changes_anything_and_each_says_what_it_would_do()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("conventions-");
        try
        {
            string script = Path.Combine(folder.FullName, "whatif.ps1");
            File.WriteAllText(script, Script);

            ShellRun run = ShellRun.Of([script, folder.FullName], ("OSSMIGRATION_HOME", Path.Combine(folder.FullName, "jobs")));

            Assert.True(run.Error.Length == 0, run.ToString());
            Assert.DoesNotContain("FAILED", run.Output, StringComparison.Ordinal);
            Assert.Contains("\nended", run.Output, StringComparison.Ordinal);
            Assert.All(run.Output.Split("began ")[1..], part => Assert.Contains("What if:", part, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_cmdlet_that_asks_is_among_them()
    {
        using Session session = new();

        string[] asking = [.. session.Run("Get-Command -Module OssMigration").Succeeded().Output.Select(command => (CmdletInfo)command.BaseObject)
            .Where(command => command.Parameters.ContainsKey("WhatIf")).Select(command => command.Name).Order(StringComparer.Ordinal)];

        Assert.Equal(asking, Changing.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination")]
    [InlineData("Compare-MigrationData $job -IncludeSame")]
    [InlineData("Get-MigrationItem $job")]
    [InlineData("Get-MigrationJob")]
    [InlineData("Get-MigrationReport $job")]
    [InlineData("Start-OssMigration $job")]
    [InlineData("Get-OssMirrorRule $job")]
    public void A_pipeline_that_has_its_first_object_ends_what_feeds_it(string feeding)
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=3000,size=10'");
        string job = session.NewJob();
        session.Run($"Set-OssMirrorRule {job} -OriginCredential $sandbox.S3Credential").Succeeded();
        session.Plan(new { side = "s3", operation = "GetObject", times = 30, kind = "status", status = 403, code = "AccessDenied" });
        session.Run($"$null = Start-OssMigration {job} -MaximumError 0").Succeeded();

        Outcome outcome = session.Run($$"""
            $job = '{{job}}'
            $seen = 0
            {{feeding}} | ForEach-Object { $script:seen++; $_ } | & $first
            'after'; $seen
            """, ("first", new CmdletInfo("Test-First", typeof(TestFirstCommand))));

        Assert.Equal(3, outcome.Succeeded().Output.Count);
        Assert.Equal(1, outcome.Output[2].BaseObject);
    }
}
