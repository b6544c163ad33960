using System.Text.Json;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Policies, held against the requests that each step really sends.</summary>
public sealed class PolicyTests
{
    private const string Command = ",OssMigration.Commands.NewOssMigrationPolicyCommand";

    /// <summary>Operation of the API to action: service authorization reference of Amazon S3, RAM policy overview of OSS.</summary>
    private static readonly Dictionary<string, string> S3Actions = new()
    {
        ["HeadBucket"] = "s3:ListBucket",
        ["ListObjectsV2"] = "s3:ListBucket",
        ["ListObjectVersions"] = "s3:ListBucketVersions",
        ["GetBucketLocation"] = "s3:GetBucketLocation",
        ["GetBucketVersioning"] = "s3:GetBucketVersioning",
        ["GetBucketLifecycleConfiguration"] = "s3:GetLifecycleConfiguration",
        ["PutBucketLifecycleConfiguration"] = "s3:PutLifecycleConfiguration",
        ["DeleteBucketLifecycle"] = "s3:PutLifecycleConfiguration",
        ["HeadObject"] = "s3:GetObject",
        ["GetObject"] = "s3:GetObject",
        ["GetObjectTagging"] = "s3:GetObjectTagging",
        ["PutObject"] = "s3:PutObject",
        ["DeleteObject"] = "s3:DeleteObject",
    };

    private static readonly Dictionary<string, string> OssActions = new()
    {
        ["PutBucket"] = "oss:PutBucket",
        ["GetBucketInfo"] = "oss:GetBucketInfo",
        ["GetBucketLocation"] = "oss:GetBucketLocation",
        ["GetBucketVersioning"] = "oss:GetBucketVersioning",
        ["GetBucketWebsite"] = "oss:GetBucketWebsite",
        ["PutBucketWebsite"] = "oss:PutBucketWebsite",
        ["DeleteBucketWebsite"] = "oss:DeleteBucketWebsite",
        ["ListObjectsV2"] = "oss:ListObjects",
        ["ListMultipartUploads"] = "oss:ListMultipartUploads",
        ["ListParts"] = "oss:ListParts",
        ["HeadObject"] = "oss:GetObject",
        ["GetObject"] = "oss:GetObject",
        ["PutObject"] = "oss:PutObject",
        ["InitiateMultipartUpload"] = "oss:PutObject",
        ["UploadPart"] = "oss:PutObject",
        ["CompleteMultipartUpload"] = "oss:PutObject",
        ["AbortMultipartUpload"] = "oss:AbortMultipartUpload",
        ["DeleteObject"] = "oss:DeleteObject",
        ["CopyObject"] = "oss:PutObject",
    };

    /// <summary>A step, and a script that makes every request of it. $job has been migrated once where the step comes after that.</summary>
    public static TheoryData<string, string> Steps => new()
    {
        { "CreateBucket", "New-MigrationAddress oss://another -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential | New-OssBucket" },
        { "Test", "Test-MigrationAddress $sandbox.Source; Test-MigrationAddress $sandbox.Destination; Measure-OssMigration -Source $sandbox.Source -MaxBandwidth 1MB/s" },
        { "Migrate", "Start-OssMigration $job; Compare-MigrationData $job -Level Content; Start-OssMigration $job" },
        { "Increment", "Set-MigrationJob $job -CutoverTime ([DateTimeOffset]::UtcNow); Start-OssMigration $job; Compare-MigrationData $job -Level Content" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_is_allowed_what_it_asks_for_and_nothing_more(string step, string script)
    {
        string folder = Directory.CreateTempSubdirectory("ossmigration-policy-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "small"), new byte[1000]);
            File.WriteAllBytes(Path.Combine(folder, "large"), new byte[3 << 20]);
            using SandboxSession session = new($"-SourceFolder '{folder}'");
            string job = session.NewJob("-SinglePutLimit 1MB -PartSize 1MB");

            // A destination that holds something, an upload whose Complete fails, and so the abort that follows.
            if (step is "Test")
                session.Run($"Start-OssMigration {job}").Succeeded();
            else
                session.Plan(new { side = "oss", operation = "CompleteMultipartUpload", kind = "status", status = 409, code = "FileAlreadyExists" });
            session.ForgetOperations();

            Assert.Null(session.Run($"$job = '{job}'; {script}").Terminating);

            Assert.Equal(Asked(session.Operations("s3"), S3Actions), Allowed(session, job, step, "Source"));
            Assert.Equal(Asked(session.Operations("oss"), OssActions), Allowed(session, job, step, "Destination"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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

    private static string[] Asked(IEnumerable<string> operations, Dictionary<string, string> actions)
        => [.. operations.Select(operation => actions[operation]).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Allowed(SandboxSession session, string job, string step, string target)
        => [.. session.Run($"New-OssMigrationPolicy {job} -Step {step} -For {target} -WarningAction SilentlyContinue | ForEach-Object Actions").Succeeded().Output.Select(action => (string)action.BaseObject)];
}
