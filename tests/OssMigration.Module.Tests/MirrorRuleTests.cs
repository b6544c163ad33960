using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Mirroring rules from the prompt, over the sandbox.</summary>
public sealed class MirrorRuleTests
{
    private const string Secret = "Or1ginSecret/Never+Shown";

    private const string Key = $$"""
        $secret = [securestring]::new()
        '{{Secret}}'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
        $key = [pscredential]::new('ORIGINKEY', $secret)

        """;

    [Fact]
    public void A_rule_for_a_job_is_set_shown_proved_and_removed()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=100'");
        string job = session.NewJob();

        PSObject set = session.Run($"Set-OssMirrorRule {job} -OriginCredential $sandbox.S3Credential -PassThru").Single();
        Outcome test = session.Run($"Test-OssMirrorRule {job}");
        Outcome detailed = session.Run($"Test-OssMirrorRule {job} -Detailed");
        Outcome piped = session.Run($"Get-MigrationJob {job} | Get-OssMirrorRule");
        Outcome removed = session.Run($"Get-OssMirrorRule {job} | Remove-OssMirrorRule -Confirm:$false; Get-OssMirrorRule {job}");

        Assert.Equal("", set.Properties["Prefix"].Value);
        Assert.Equal(session.Run("\"$($sandbox.S3Endpoint)source/\"").Single().ToString(), set.Properties["Origin"].Value);
        Assert.Equal("us-east-1", set.Properties["OriginRegion"].Value);
        Assert.Equal([true, true], [(bool)set.Properties["AllowHead"].Value, (bool)set.Properties["SaveMetadata"].Value]);
        Assert.True((bool)test.Single().BaseObject);
        Assert.Empty(test.Warnings);
        Assert.Equal(100L, detailed.Value<long>("Bytes"));
        Assert.Equal("None", detailed.Value<string>("Cause"));
        Assert.Equal(10, piped.Value<int>("Number"));
        Assert.Empty(removed.Succeeded().Output);
    }

    [Fact]
    public void WhatIf_shows_the_rules_before_and_after_and_changes_nothing_and_no_output_holds_the_secret()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.Run($"{Key} Set-OssMirrorRule {job} -OriginCredential $key -Prefix first/ -ReplacePrefixWith first/").Succeeded();
        int before = session.Session.Host.Text.Length;

        Outcome whatIf = session.Run($"{Key} Set-OssMirrorRule {job} -Prefix second/ -ReplacePrefixWith there/ -OriginCredential $key -SetHeader @{{ 'x-origin-token' = '{Secret}' }} -WhatIf -Verbose");
        string asked = session.Session.Host.Text[before..];
        Outcome rules = session.Run($"Get-OssMirrorRule {job}");
        string shown = session.Session.Show($"Set-OssMirrorRule {job} -PassThru -Origin https://public.example -AllowPrivateOrigin -SetHeader @{{ 'x-origin-token' = '{Secret}'; plain = 'visible' }} -Prefix third/ -ReplacePrefixWith '' | ForEach-Object {{ $_; $_.ToString(); [System.Management.Automation.PSSerializer]::Serialize($_, 3) }}")
            + session.Session.Show($"Get-OssMirrorRule {job} | ForEach-Object {{ $_; $_.ToString(); [System.Management.Automation.PSSerializer]::Serialize($_, 3) }}");

        Assert.Empty(whatIf.Succeeded().Output);
        Assert.Contains("Rules before", asked, StringComparison.Ordinal);
        Assert.Contains("Rules after", asked, StringComparison.Ordinal);
        Assert.Contains("keys 'second/*'", asked, StringComparison.Ordinal);
        Assert.Contains("prefix becomes 'there/'", asked, StringComparison.Ordinal);
        Assert.Contains("ORIGINKEY", asked, StringComparison.Ordinal);
        Assert.Equal("first/", rules.Value<string>("Prefix"));
        Assert.Contains("visible", shown, StringComparison.Ordinal);
        Assert.Contains("(hidden)", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, session.Session.Host.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, string.Join('\n', [.. whatIf.Verbose, .. whatIf.Warnings, shown]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Origin from.example/files/", "MirrorRuleInvalid", "https://")]
    [InlineData("-Origin 'https://user:Or1ginSecret@from.example/'", "MirrorRuleInvalid", "OriginCredential")]
    [InlineData("-Origin https://from.example/ -BackupOrigin https://standby.example/", "MirrorRuleInvalid", "probe")]
    [InlineData("-Origin https://from.example/ -Prefix /a -ReplacePrefixWith b", "MirrorRuleInvalid", "slash")]
    [InlineData("-Origin https://from.example/ -NoOriginCredential -OriginCredential $sandbox.S3Credential", "ArgumentInvalid", "one of them")]
    public void Bad_input_is_refused_with_the_reason(string parameters, string errorId, string reason)
    {
        using SandboxSession session = new();
        string job = session.NewJob();

        Outcome outcome = session.Run($"Set-OssMirrorRule {job} {parameters}");

        Assert.Equal($"{errorId},OssMigration.Commands.SetOssMirrorRuleCommand", outcome.ErrorId);
        Assert.Contains(reason, outcome.Terminating!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Or1ginSecret", outcome.Terminating.ToString() + outcome.Terminating.Exception, StringComparison.Ordinal);
        Assert.Empty(session.Run($"Get-OssMirrorRule {job}").Succeeded().Output);
    }

    [Fact]
    public void A_twenty_first_rule_a_rule_that_could_never_act_a_folder_and_a_rule_that_is_not_there_are_refused()
    {
        using SandboxSession session = new();
        string job = session.NewJob();

        Outcome many = session.Run($"1..21 | ForEach-Object {{ Set-OssMirrorRule -Destination $sandbox.Destination -Prefix \"p$_/\" -Origin https://from.example/ }}");
        Outcome list = session.Run($"Get-OssMirrorRule {job} -Prefix p1*/ | ForEach-Object Prefix");
        Outcome gone = session.Run($"Remove-OssMirrorRule {job} nothing/ -Confirm:$false");
        Outcome shadowed = session.Run($"Remove-OssMirrorRule {job} p1/ -Confirm:$false; Set-OssMirrorRule {job} -Origin https://from.example/ -Prefix p2/x/ -ReplacePrefixWith y/ -Number 1000");
        Outcome folder = session.Run($"New-MigrationJob {job}-f file:///tmp $sandbox.Destination | Set-OssMirrorRule");

        Assert.StartsWith("MirrorRuleLimit,", many.ErrorId, StringComparison.Ordinal);
        Assert.Equal(["p1/", "p10/", "p11/", "p12/", "p13/", "p14/", "p15/", "p16/", "p17/", "p18/", "p19/"], list.Succeeded().Output.Select(prefix => prefix.ToString()));
        Assert.StartsWith("MirrorRuleNotFound,", gone.ErrorId, StringComparison.Ordinal);
        Assert.StartsWith("MirrorRuleShadowed,", shadowed.ErrorId, StringComparison.Ordinal);
        Assert.Equal("MirrorOriginNotHttp,OssMigration.Commands.SetOssMirrorRuleCommand", folder.Terminating?.FullyQualifiedErrorId ?? Assert.Single(folder.Errors).FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("Enabled")]
    [InlineData("Suspended")]
    public void A_bucket_with_versioning_is_refused_with_the_mend(string versioning)
    {
        using SandboxSession session = new();
        session.Run($"$null = $sandbox.Tell('/buckets', @{{ side = 'oss'; name = 'versioned'; versioning = '{versioning}' }})").Succeeded();
        session.Run("$to = New-MigrationAddress oss://versioned -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential").Succeeded();

        Outcome outcome = session.Run("Set-OssMirrorRule -Destination $to -Origin https://from.example/");

        Assert.Equal("MirrorVersioning,OssMigration.Commands.SetOssMirrorRuleCommand", outcome.ErrorId);
        Assert.Contains("bucket without versioning", outcome.Terminating!.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-OssMirrorRule -Destination $to").Succeeded().Output);
    }

    [Fact]
    public void A_private_origin_without_keys_is_a_warning_and_named_by_the_test()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=3,size=100'");
        string job = session.NewJob();

        Outcome set = session.Run($"Set-OssMirrorRule {job}");
        Outcome test = session.Run($"Test-OssMirrorRule {job}");

        Assert.Contains("-OriginCredential", Assert.Single(set.Succeeded().Warnings), StringComparison.Ordinal);
        Assert.False((bool)test.Single().BaseObject);
        Assert.Contains("PrivateOriginWithoutKeys", Assert.Single(test.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_masked_secret_of_another_rule_is_never_written_back()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.Run($"{Key} Set-OssMirrorRule {job} -OriginCredential $key -Prefix private/ -ReplacePrefixWith private/").Succeeded();
        session.MaskSecrets();

        Outcome other = session.Run($"Set-OssMirrorRule {job} -Origin https://from.example/ -Prefix mine/ -ReplacePrefixWith ''");
        Outcome again = session.Run($"{Key} Set-OssMirrorRule {job} -OriginCredential $key -Prefix private/ -ReplacePrefixWith private/ -KeepLastModified -PassThru");

        Assert.StartsWith("MirrorSecretMasked,", other.ErrorId, StringComparison.Ordinal);
        Assert.True(again.Value<bool>("KeepLastModified"));
        Assert.True(again.Value<bool>("IsSecretMasked"));
    }
}
