using System.Diagnostics;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What Tab offers: what is known without asking anybody, at once.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("New-MigrationAddress s3:// -Region eu-cen", "eu-central-1 eu-central-2")]
    [InlineData("New-MigrationAddress oss:// -Region cn-h", "cn-hangzhou cn-huhehaote cn-heyuan cn-hongkong")]
    [InlineData("New-MigrationAddress oss://b -Region 'cn-w", "cn-wuhan-lr cn-wulanchabu")]
    [InlineData("Set-OssMirrorRule x -OriginRegion me-", "me-central-1 me-south-1")]
    [InlineData("Get-MigrationItem x -ErrorKind Access", "AccessDenied")]
    [InlineData("Get-MigrationItem x -State NeedsR", "NeedsRestore")]
    [InlineData("New-OssBucket oss://b -StorageClass Cold", "ColdArchive")]
    [InlineData("New-OssBucket oss://b -Redundancy Z", "ZRS")]
    [InlineData("Set-MigrationJob x -TimeZone shangh", "Asia/Shanghai")]
    public void A_word_is_completed(string typed, string expected)
    {
        using Session session = new();

        Assert.Equal(expected.Split(' '), Complete(session, typed));
    }

    [Fact]
    public void The_kinds_of_addresses_are_offered_beside_those_that_were_used_before()
    {
        using Session session = new();

        // Other tests of this process may have used one that begins so.
        Assert.Contains("file:///", Complete(session, "New-MigrationJob x -Source fil"));
    }

    [Fact]
    public void A_jobs_name_is_completed()
    {
        using Session session = new();
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} s3://source oss://destination").Single();

        Assert.Equal([name], Complete(session, "Start-OssMigration " + name));
        Assert.Equal([name], Complete(session, "Get-MigrationReport -Job " + name));
    }

    [Fact]
    public void Addresses_that_were_used_before_are_offered_wherever_one_is_wanted()
    {
        using Session session = new();
        string bucket = "bucket-" + Session.NewJobName();
        session.Run($"New-MigrationJob {Session.NewJobName()} s3://{bucket}/a/ oss://{bucket}-cn; New-MigrationAddress 's3://{bucket}/with blank/'").Succeeded();

        // A key press waits for a few jobs of the home only, and the other tests have left many there: what is not read now is read at the next.
        string[] offered = [];
        for (int press = 0; press < 100 && offered.Length < 2; press++)
            offered = Complete(session, $"Test-MigrationAddress s3://{bucket}");
        Assert.Equal([$"s3://{bucket}/a/", $"'s3://{bucket}/with blank/'"], offered);
        Assert.Equal([$"oss://{bucket}-cn/"], Complete(session, $"Compare-MigrationData -Destination oss://{bucket}"));
        Assert.Equal([$"oss://{bucket}-cn/"], Complete(session, $"New-MigrationAddress oss://{bucket}"));
    }

    [Fact]
    public void Prefixes_of_rules_are_offered_once_somebody_looked_at_them()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.Run($"Set-OssMirrorRule {job} -Prefix raw/ -OriginCredential $sandbox.S3Credential").Succeeded();
        string typed = $"Remove-OssMirrorRule {job} -Prefix ";
        Assert.DoesNotContain("raw/", Complete(session.Session, typed));

        session.Run($"Get-OssMirrorRule {job}").Single();
        session.ForgetOperations();

        Assert.Equal(["raw/"], Complete(session.Session, typed));
        Assert.Empty(session.Operations("oss"));
    }

    [Theory]
    [InlineData("Start-OssMigration ")]
    [InlineData("New-MigrationJob x -Source ")]
    [InlineData("New-MigrationAddress oss:// -Region ")]
    [InlineData("Set-MigrationJob x -TimeZone ")]
    [InlineData("Get-MigrationItem x -ErrorKind ")]
    [InlineData("Get-OssMirrorRule x -Prefix ")]
    public void It_takes_less_than_a_tenth_of_a_second_with_many_jobs(string typed)
    {
        using Session session = new();
        session.Run($"foreach ($number in 1..20) {{ New-MigrationJob {Session.NewJobName()}-$number s3://any-$number oss://any-$number }}").Succeeded();
        Complete(session, typed);
        TimeSpan best = TimeSpan.MaxValue;
        for (int go = 0; go < 5; go++)
        {
            long start = Stopwatch.GetTimestamp();
            Complete(session, typed);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }

        Assert.InRange(best.TotalMilliseconds, 0, 100);
    }

    private static string[] Complete(Session session, string typed) => [.. session.Run(
        "[System.Management.Automation.CommandCompletion]::CompleteInput($typed, $typed.Length, $null).CompletionMatches.CompletionText", ("typed", typed))
        .Succeeded().Output.Where(word => word is not null).Select(word => word.ToString())];
}
