using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class AddressTests
{
    [Fact]
    public void An_address_keeps_what_it_was_given()
    {
        using Session session = new();

        Outcome outcome = session.Run(
            "New-MigrationAddress 's3://bucket/a//b/..%2F' -Endpoint https://storage.example.com -Region eu-1 -AddressingStyle Path -ProfileName moving");

        Assert.Equal("bucket", outcome.Value<string>("Bucket"));
        Assert.Equal("a//b/..%2F", outcome.Value<string>("Prefix"));
        Assert.Equal("https://storage.example.com/", outcome.Value<string>("Endpoint"));
        Assert.Equal("Path", outcome.Value<string>("AddressingStyle"));
        Assert.Equal("Profile moving", outcome.Value<string>("Credential"));
    }

    [Theory]
    [InlineData("New-MigrationAddress s3://b1b", "Default")]
    [InlineData("New-MigrationAddress s3://b1b -EnvironmentPrefix SOURCE", "Environment SOURCE")]
    [InlineData("New-MigrationAddress s3://b1b -Anonymous", "Anonymous")]
    public void An_address_refers_to_its_keys(string script, string reference)
    {
        using Session session = new();

        Assert.Equal(reference, session.Run(script).Value<string>("Credential"));
    }

    [Theory]
    [InlineData("New-MigrationAddress ftp://bucket/x")]
    [InlineData("New-MigrationAddress bucket")]
    [InlineData("New-MigrationAddress oss://bucket//leading")]
    [InlineData("New-MigrationAddress s3://bucket -Endpoint localhost:9000")]
    [InlineData("New-MigrationAddress s3://bucket -Endpoint storage.example.com")]
    public void An_address_that_cannot_be_is_refused_with_a_stable_id(string script)
    {
        using Session session = new();

        Outcome outcome = session.Run(script);

        Assert.Equal("ArgumentInvalid,OssMigration.Commands.NewMigrationAddressCommand", outcome.ErrorId);
        Assert.Equal("InvalidArgument", outcome.Terminating!.CategoryInfo.Category.ToString());
        Assert.DoesNotContain("(Parameter", outcome.Terminating.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_address_in_a_pipeline_does_not_stop_the_others()
    {
        using Session session = new();

        Outcome outcome = session.Run("'s3://first', 'ftp://x', 's3://third' | New-MigrationAddress");

        Assert.Null(outcome.Terminating);
        Assert.Equal(["first", "third"], outcome.Output.Select(address => (string)address.Properties["Bucket"].Value));
        Assert.Equal("ArgumentInvalid,OssMigration.Commands.NewMigrationAddressCommand", Assert.Single(outcome.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void A_secret_is_nowhere_in_an_address_or_in_a_job()
    {
        using Session session = new();
        string name = Session.NewJobName();

        string shown = session.Show($$"""
            $secret = [securestring]::new()
            'Sup3r-S3cret'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
            $address = New-MigrationAddress oss://destination -Credential ([pscredential]::new('LTAI-id', $secret)) -SecurityToken $secret
            $address
            $address.psobject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" }
            "$address"
            $job = New-MigrationJob {{name}} s3://source $address
            $job.psobject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" }
            [System.Management.Automation.PSSerializer]::Serialize($job, 5)
            """);

        Assert.Contains("LTAI-id", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Sup3r-S3cret", shown, StringComparison.Ordinal);
        string folder = Directory.GetDirectories(TestProcess.Home, name, SearchOption.AllDirectories).Single();
        Assert.All(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain("Sup3r-S3cret", Read(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_that_were_given_in_another_session_are_asked_for_by_name_of_the_parameter()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} $source oss://destination", ("source", PromptAddress(session))).Single();

        Outcome outcome = session.Run($"Start-OssMigration {name}");

        Assert.Equal("CredentialNeeded,OssMigration.Commands.StartOssMigrationCommand", outcome.ErrorId);
        Assert.Contains("-SourceCredential", outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_were_given_again_and_worked_are_known_to_the_rest_of_the_session()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=10,size=10'");
        string job = Session.NewJobName();

        // Another bucket's address under the same keys: nothing is kept for it yet.
        session.Run("$address = $source", ("source", LoadedTypes.Make("Stores.StoreAddress", $$"""
            {"Scheme":"s3","Bucket":"source","Region":"us-east-1","AddressingStyle":"Path",
             "Endpoint":"http://localhost:{{session.Run("$sandbox.S3Endpoint.Port").Single()}}/",
             "Credential":{"Kind":"Prompt","Name":"{{session.Run("$sandbox.S3Credential.UserName").Single()}}"} }
            """))).Succeeded();
        session.Run($"New-MigrationJob {job} $address $sandbox.Destination").Single();

        Assert.Equal("CredentialNeeded,OssMigration.Commands.StartOssMigrationCommand", session.Run($"Start-OssMigration {job}").ErrorId);
        Assert.Equal("Complete", session.Run($"Start-OssMigration {job} -SourceCredential $sandbox.S3Credential").Value<string>("Status"));
        Assert.True(session.Run($"Compare-MigrationData {job} -Summary").Value<bool>("IsClean"));
    }

    private static object PromptAddress(Session session)
    {
        // As a job that another process stored would have it: a key id, and no secret in this one.
        session.Run("New-MigrationAddress s3://any").Single();
        return LoadedTypes.Make("Stores.StoreAddress", """{"Scheme":"s3","Bucket":"elsewhere","Credential":{"Kind":"Prompt","Name":"AKIA-of-another-session"}}""");
    }

    private static string Read(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(stream, System.Text.Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
