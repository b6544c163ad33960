using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Keys that are not given by hand: from a vault by the name of the secret, and from a script.</summary>
public sealed class CredentialTests
{
    private const string Addresses = """
        function New-Side($Uri, $Endpoint, $Region, $Keys) { New-MigrationAddress $Uri -Endpoint $Endpoint -Region $Region -AddressingStyle Path @Keys }
        """;

    private const string Answer = """
        {
            param($Id, $Secret)
            @{ Credentials = [pscustomobject]@{ AccessKeyId = $Id; SecretAccessKey = $Secret; SessionToken = $null; Expiration = [DateTime]::UtcNow.AddHours(1) } }
        }
        """;

    [Fact]
    public void A_script_gives_the_keys_of_both_ends_and_no_secret_is_stored()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=1000'");
        string job = Session.NewJobName();

        Outcome report = session.Run($$"""
            $give = {{Answer}}
            {{Addresses}}
            $s3 = $sandbox.S3Credential; $oss = $sandbox.OssCredential
            $source = New-Side s3://source $sandbox.S3Endpoint $sandbox.S3Region @{ CredentialScript = $give; ArgumentList = $s3.UserName, $s3.GetNetworkCredential().Password }
            $destination = New-Side oss://destination $sandbox.OssEndpoint $sandbox.OssRegion @{ CredentialScript = $give; ArgumentList = $oss.UserName, $oss.GetNetworkCredential().Password }
            $null = New-MigrationJob {{job}} $source $destination
            Start-OssMigration {{job}}
            """);

        Assert.Equal("Complete", report.Value<string>("Status"));
        string secret = session.Run("$s3.GetNetworkCredential().Password").Single().ToString();
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(TestProcess.Home, "jobs", job), "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file, System.Text.Encoding.Latin1).Contains(secret, StringComparison.Ordinal));
        ShellRun other = ShellRun.Of(["-Command", $"Start-OssMigration {job}"], ("OSSMIGRATION_HOME", TestProcess.Home));
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("-CredentialScript", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_is_asked_once_while_its_keys_are_fresh()
    {
        using SandboxSession session = new();
        string count = Path.Combine(Directory.CreateTempSubdirectory("asked-").FullName, "asked");

        session.Run($$"""
            {{Addresses}}
            $ask = { param($Id, $Secret, $File) [System.IO.File]::AppendAllText($File, 'asked '); [pscredential]::new($Id, [System.Net.NetworkCredential]::new('', $Secret).SecurePassword) }
            $oss = $sandbox.OssCredential
            $address = New-Side oss://destination $sandbox.OssEndpoint $sandbox.OssRegion @{ CredentialScript = $ask; ArgumentList = $oss.UserName, $oss.GetNetworkCredential().Password, '{{count}}' }
            Test-MigrationAddress $address
            Test-MigrationAddress $address
            """).Succeeded();

        Assert.Equal("asked ", File.ReadAllText(count));
        Directory.Delete(Path.GetDirectoryName(count)!, recursive: true);
    }

    [Theory]
    [InlineData("{ throw 'The role may not be taken.' }", "The role may not be taken.")]
    [InlineData("{ }", "it wrote nothing")]
    [InlineData("{ 'Sup3r-S3cret' }", "an object of type String, in which there is no AccessKeyId")]
    [InlineData("{ @{ AccessKeyId = 'id' } }", "no SecretAccessKey or AccessKeySecret")]
    public void A_script_that_gives_no_keys_is_an_error_that_says_why_and_shows_nothing(string script, string why)
    {
        using SandboxSession session = new();

        Outcome outcome = session.Run($$"""
            {{Addresses}}
            New-OssBucket (New-Side oss://another $sandbox.OssEndpoint $sandbox.OssRegion @{ CredentialScript = {{script}} })
            """);

        Assert.Equal("StoreCredential,OssMigration.Commands.NewOssBucketCommand", outcome.ErrorId);
        Assert.Contains(why, outcome.Terminating!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Sup3r", outcome.Terminating.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_read_by_its_name_from_a_vault_in_any_session()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=1000'");
        using Vault vault = new(session);
        string job = Session.NewJobName();
        session.Run($$"""
            {{Addresses}}
            $source = New-Side s3://source $sandbox.S3Endpoint $sandbox.S3Region @{ SecretName = 'of-s3' }
            $destination = New-Side oss://destination $sandbox.OssEndpoint $sandbox.OssRegion @{ SecretName = 'of-oss'; VaultName = 'Production' }
            New-MigrationJob {{job}} $source $destination
            """).Single();

        ShellRun other = ShellRun.Of(
            ["-Command", $"(Start-OssMigration {job}).Status"], ("OSSMIGRATION_HOME", TestProcess.Home), ("PSModulePath", vault.ModulePath));

        Assert.Equal("", other.Error);
        Assert.Equal("Complete", other.Output.Trim());
    }

    [Fact]
    public void Without_SecretManagement_the_error_says_that_it_is_missing()
    {
        using SandboxSession session = new();

        Outcome outcome = session.Run($"{Addresses}\nNew-OssBucket (New-Side oss://another $sandbox.OssEndpoint $sandbox.OssRegion @{{ SecretName = 'any' }})");

        Assert.Equal("StoreCredential,OssMigration.Commands.NewOssBucketCommand", outcome.ErrorId);
        Assert.Contains("Microsoft.PowerShell.SecretManagement", outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A stand-in for SecretManagement with the keys of a sandbox: a PSCredential by default, a table in the vault Production.</summary>
    private sealed class Vault : IDisposable
    {
        public Vault(SandboxSession session)
        {
            string folder = Directory.CreateDirectory(Path.Combine(ModulePath, "Microsoft.PowerShell.SecretManagement")).FullName;
            string Ask(string script) => session.Run(script).Single().ToString();
            File.WriteAllText(Path.Combine(folder, "Microsoft.PowerShell.SecretManagement.psm1"), $$"""
                function Get-Secret {
                    [CmdletBinding()] param($Name, $Vault)
                    switch ("$Vault/$Name") {
                        '/of-s3' { [pscredential]::new('{{Ask("$sandbox.S3Credential.UserName")}}', [System.Net.NetworkCredential]::new('', '{{Ask("$sandbox.S3Credential.GetNetworkCredential().Password")}}').SecurePassword) }
                        'Production/of-oss' { @{ accessKeyId = '{{Ask("$sandbox.OssCredential.UserName")}}'; accessKeySecret = [System.Net.NetworkCredential]::new('', '{{Ask("$sandbox.OssCredential.GetNetworkCredential().Password")}}').SecurePassword } }
                        default { throw "There is no secret $Vault/$Name." }
                    }
                }
                """);
        }

        public string ModulePath { get; } = Directory.CreateTempSubdirectory("vault-").FullName;

        public void Dispose() => Directory.Delete(ModulePath, recursive: true);
    }
}
