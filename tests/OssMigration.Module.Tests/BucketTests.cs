using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class BucketTests
{
    private const string Command = ",OssMigration.Commands.NewOssBucketCommand";

    [Theory]
    [InlineData("New-OssBucket oss://ab", "3 to 63")]
    [InlineData("New-OssBucket oss://Photos", "a-z")]
    [InlineData("New-OssBucket oss://photos-", "at both ends")]
    [InlineData("New-OssBucket oss://photos.example", "dot")]
    [InlineData("New-OssBucket oss://photos_cn", "a-z")]
    public void A_name_that_no_bucket_can_have_is_refused_with_the_rule(string script, string rule)
    {
        using Session session = new();

        Outcome outcome = session.Run(script);

        Assert.Contains(rule, outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-OssBucket s3://photos", "BucketNotOfOss")]
    [InlineData("New-OssBucket (New-MigrationAddress oss://photos -Endpoint https://photos.example.com -Region cn-hangzhou -AddressingStyle Cname)", "BucketBehindOwnDomain")]
    public void What_cannot_be_made_is_refused_before_anything_is_sent(string script, string errorId)
    {
        using Session session = new();

        Assert.Equal(errorId + Command, session.Run(script).ErrorId);
    }

    [Fact]
    public void A_bucket_is_made_and_its_address_goes_on_into_a_job()
    {
        using SandboxSession session = new();
        string name = Session.NewJobName();

        Outcome made = session.Run($"{Address} | New-OssBucket -StorageClass IA -Redundancy ZRS");
        Outcome job = session.Run($"New-MigrationJob {name} $sandbox.Source (New-OssBucket $address -WarningAction SilentlyContinue)");

        Assert.Equal("oss://brand-new/in/", made.Value<string>("Uri"));
        Assert.Empty(made.Warnings);
        Assert.Equal("oss://brand-new/in/", job.Value<string>("Destination"));
        Assert.Equal("Complete", session.Run($"Start-OssMigration {name}").Value<string>("Status"));
        Assert.True((bool)session.Run("Test-MigrationAddress $address").Single().BaseObject);
    }

    [Fact]
    public void An_own_bucket_is_left_as_it_is_and_that_is_said()
    {
        using SandboxSession session = new();
        session.Run($"{Address} | New-OssBucket").Single();

        Outcome again = session.Run("New-OssBucket $address -StorageClass Standard");
        Outcome other = session.Run("New-OssBucket $address -StorageClass IA -Acl public-read");

        Assert.Equal("oss://brand-new/in/", again.Value<string>("Uri"));
        Assert.Contains("was there already", Assert.Single(again.Warnings), StringComparison.Ordinal);
        Assert.Equal("BucketDiffers" + Command, other.ErrorId);
        Assert.Contains("storage class Standard and not IA, ACL private and not public-read", other.Terminating!.ToString(), StringComparison.Ordinal);
        Assert.Empty(session.Run("New-OssBucket $address -Acl private").Succeeded().Errors);
    }

    [Fact]
    public void A_name_that_somebody_else_has_is_an_error_of_its_own()
    {
        using SandboxSession session = new();
        session.Plan(new { side = "oss", operation = "GetBucketInfo", kind = "status", status = 403, code = "AccessDenied" });
        session.Plan(new { side = "oss", operation = "PutBucket", kind = "status", status = 409, code = "BucketAlreadyExists" });

        Outcome unseen = session.Run($"{Address}; New-OssBucket $address");
        Outcome taken = session.Run("New-OssBucket $address");

        Assert.Equal("StoreAlreadyExists" + Command, unseen.ErrorId);
        Assert.Equal("StoreAlreadyExists" + Command, taken.ErrorId);
        Assert.Contains("Choose another name", taken.Terminating!.ToString(), StringComparison.Ordinal);
        Assert.True(session.AllFaultsFired());
    }

    [Fact]
    public void With_WhatIf_nothing_is_sent_and_what_is_open_to_the_world_is_said()
    {
        using SandboxSession session = new();

        Outcome outcome = session.Run($"{Address} | New-OssBucket -Acl public-read-write -StorageClass ColdArchive -WhatIf");

        Assert.Empty(outcome.Succeeded().Output);
        Assert.Contains("What if:", session.Session.Host.Text, StringComparison.Ordinal);
        Assert.Contains(outcome.Warnings, warning => warning.Contains("everybody on the internet", StringComparison.Ordinal));
        Assert.Contains(outcome.Warnings, warning => warning.Contains("must be restored", StringComparison.Ordinal));
        Assert.Empty(session.Operations("oss"));
    }

    // PSCredential in hand, as the sandbox gives it.
    private const string Address = "($address = New-MigrationAddress oss://brand-new/in/ -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential)";
}
