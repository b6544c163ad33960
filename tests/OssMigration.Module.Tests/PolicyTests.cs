using System.Text.Json;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Policies as a user gets them; PolicyStepTests holds them against requests.</summary>
public sealed class PolicyTests
{
    private const string Command = ",OssMigration.Commands.NewOssMigrationPolicyCommand";

    [Fact]
    public void The_document_is_JSON_to_paste_and_All_has_every_key()
    {
        using Session session = new();

        Outcome outcome = session.Run("New-OssMigrationPolicy -Source s3://photos/raw/ -Destination oss://photos-cn/raw/");

        Assert.Equal(["Source", "Destination", "MirrorKey"], outcome.Succeeded().Output.Select(policy => policy.Properties["For"].Value.ToString()));
        Assert.All(outcome.Output, policy =>
        {
            using JsonDocument document = JsonDocument.Parse((string)policy.Properties["Json"].Value);
            Assert.True(document.RootElement.GetProperty("Statement").GetArrayLength() > 0);
        });
        Assert.Contains("\"s3:PutLifecycleConfiguration\"", session.Show("New-OssMigrationPolicy -Source s3://photos -Step Cleanup"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_jobs_policies_are_those_of_its_addresses()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://photos/raw/ oss://photos-cn/in/").Single();

        Outcome byJob = session.Run($"Get-MigrationJob {name} | New-OssMigrationPolicy -Step Migrate, Mirror | ForEach-Object Json");
        Outcome byAddress = session.Run("New-OssMigrationPolicy -Source s3://photos/raw/ -Destination oss://photos-cn/in/ -Step Migrate, Mirror | ForEach-Object Json");

        Assert.Equal(byAddress.Succeeded().Output.Select(json => json.BaseObject), byJob.Succeeded().Output.Select(json => json.BaseObject));
        Assert.Equal(3, byJob.Output.Count);
    }

    [Fact]
    public void What_has_no_policy_is_said()
    {
        using Session session = new();

        Outcome folder = session.Run("New-OssMigrationPolicy -Source file:///data -Destination oss://photos-cn");
        Outcome named = session.Run("New-OssMigrationPolicy -Source file:///data -For Source");
        Outcome nothing = session.Run("New-OssMigrationPolicy -Source s3://photos -Step CreateBucket -For Source");

        Assert.Single(folder.Succeeded().Output);
        Assert.Contains("file system", Assert.Single(folder.Warnings), StringComparison.Ordinal);
        Assert.Equal("PolicyNotForFiles" + Command, named.ErrorId);
        Assert.Empty(nothing.Succeeded().Output);
        Assert.Contains("no policy is needed", Assert.Single(nothing.Warnings), StringComparison.Ordinal);
        Assert.Equal("ArgumentInvalid" + Command, session.Run("New-OssMigrationPolicy").ErrorId);
        Assert.Equal("ArgumentInvalid" + Command, session.Run("New-OssMigrationPolicy -Source s3://photos -For Destination").ErrorId);
    }
}
