using System.Diagnostics;
using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What Tab offers: what is known without asking anybody, at once.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("New-MigrationAddress s3:// -Region eu-cen", "eu-central-1 eu-central-2")]
    [InlineData("New-MigrationAddress oss:// -Region cn-h", "cn-hangzhou cn-huhehaote cn-heyuan cn-hongkong")]
    [InlineData("New-MigrationAddress oss://b -Region 'cn-w", "cn-wuhan-lr cn-wulanchabu")]
    [InlineData("New-MigrationAddress s3://b -Provider ", "AWS Ceph GoogleCloudStorage TencentCOS Generic")]
    [InlineData("New-MigrationAddress s3://b -Provider g", "GoogleCloudStorage Generic")]
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
    [InlineData("s3", "S3")]
    [InlineData("oss", "Oss")]
    public void Buckets_are_asked_for_where_the_user_asks_and_offered_afterwards_without_asking(string scheme, string side)
    {
        string bucket = $"asked-{Guid.NewGuid():n}";
        using SandboxSession session = new($"-S3Bucket {bucket} -OssBucket {bucket}");
        string service = $"New-MigrationAddress -Endpoint $sandbox.{side}Endpoint -Region $sandbox.{side}Region -Credential $sandbox.{side}Credential ";
        session.ForgetOperations();

        Assert.Empty(Complete(session.Session, $"{service}{scheme}://asked-"));
        Assert.Empty(session.Operations(scheme));
        Assert.Equal([$"{scheme}://{bucket}/"], Complete(session.Session, $"{service}{scheme}://asked-?"));
        Assert.Equal(["ListBuckets"], session.Operations(scheme));

        session.ForgetOperations();
        Assert.Equal([$"{scheme}://{bucket}/"], Complete(session.Session, $"New-MigrationJob x -Source {scheme}://{bucket[..20]}"));
        Assert.Empty(session.Operations(scheme));
    }

    [Theory]
    [InlineData("New-MigrationAddress -Endpoint http://127.0.0.1:1 -EnvironmentPrefix NOBODY s3://none-such-?")]
    [InlineData("New-MigrationAddress -Endpoint http://127.0.0.1:1 oss://none-such-?")]
    [InlineData("New-MigrationAddress file:///none-such-?")]
    public void A_question_that_nobody_answers_offers_nothing(string typed)
    {
        using Session session = new();

        Assert.Empty(Complete(session, typed));
    }

    [Fact]
    public void Whatever_is_completed_asks_nobody_for_anything()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.ForgetOperations();

        string[] typed =
        [
            "Start-OssMigration ", "New-MigrationJob x -Source ", $"Get-MigrationItem {job} -ErrorKind ", $"Get-OssMirrorRule {job} -Prefix ", $"Remove-OssMirrorRule {job} -Suffix ",
            "New-MigrationAddress oss://b -Region ", "New-MigrationAddress s3://", "Set-MigrationJob x -TimeZone ", "New-OssBucket oss://b -StorageClass ", $"Compare-MigrationData {job} -Level ",
        ];
        foreach (string line in typed)
            Complete(session.Session, line);

        Assert.Empty(session.Operations("s3"));
        Assert.Empty(session.Operations("oss"));
    }

    [Fact]
    public void Every_parameter_that_takes_something_known_completes_it()
    {
        using Session session = new();
        List<string> without = [];
        foreach (CmdletInfo cmdlet in session.Run("Get-Command -Module OssMigration").Succeeded().Output.Select(command => (CmdletInfo)command.BaseObject))
        {
            foreach (ParameterMetadata parameter in cmdlet.Parameters.Values.Where(parameter => !Completes(parameter, Wanted(cmdlet, parameter))))
                without.Add($"{cmdlet.Name} -{parameter.Name}");
        }

        Assert.Empty(without);
    }

    [Theory]
    [InlineData("Start-OssMigration ")]
    [InlineData("Start-OssMigrationWorker ")]
    [InlineData("New-OssBucket oss://b -StorageClass ")]
    [InlineData("New-MigrationJob x -Source s3://")]
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

    private static string? Wanted(CmdletInfo cmdlet, ParameterMetadata parameter) => parameter.Name switch
    {
        "Job" or "BaseJob" => "JobNameCompleter",
        "Name" when cmdlet.Name == "Get-MigrationJob" => "JobNameCompleter",
        "Uri" or "StateUri" => "AddressCompleter",
        "Region" or "OriginRegion" => "RegionCompleter",
        "TimeZone" => "TimeZoneCompleter",
        "ErrorKind" => "ErrorKindCompleter",
        "Prefix" when cmdlet.Noun == "OssMirrorRule" => "RulePrefixCompleter",
        "Suffix" when cmdlet.Noun == "OssMirrorRule" => "RuleSuffixCompleter",
        "StorageClass" => nameof(ValidateSetAttribute),
        _ => parameter.ParameterType.Name == "StoreAddress" ? "AddressCompleter" : null,
    };

    private static bool Completes(ParameterMetadata parameter, string? completer) => completer is null
        || parameter.Attributes.OfType<ArgumentCompleterAttribute>().Any(attribute => attribute.Type?.Name == completer)
        || parameter.Attributes.Any(attribute => attribute.GetType().Name == completer);

    private static string[] Complete(Session session, string typed) => [.. session.Run(
        "[System.Management.Automation.CommandCompletion]::CompleteInput($typed, $typed.Length, $null).CompletionMatches.CompletionText", ("typed", typed))
        .Succeeded().Output.Where(word => word is not null).Select(word => word.ToString())];
}
