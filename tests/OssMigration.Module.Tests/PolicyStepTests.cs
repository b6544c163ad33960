using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>
/// Policies, held against the requests that each step really sends: what is allowed is what was asked for, no more and no less. The mirroring
/// rule fetches from a sandbox of its own, so that its requests are not taken for ours.
/// </summary>
public sealed class PolicyStepTests : IDisposable
{
    private const string Migrated = "Start-OssMigration $job";
    private const string CutOver = Migrated + "; Set-MigrationJob $job -CutoverTime ([DateTimeOffset]::UtcNow)";
    private const string Late = "; [IO.File]::WriteAllText(\"$folder/late\", 'not at OSS yet')";
    private const string Rule = "Set-OssMirrorRule $job -Origin \"$($other.S3Endpoint)source/\" -OriginCredential $other.S3Credential -OriginRegion $other.S3Region -AllowPrivateOrigin -Confirm:$false";

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
        ["DeleteBucketLifecycleConfiguration"] = "s3:PutLifecycleConfiguration",
        ["HeadObject"] = "s3:GetObject",
        ["GetObject"] = "s3:GetObject",
        ["PutObject"] = "s3:PutObject",
        ["DeleteObject"] = "s3:DeleteObject",
    };

    private static readonly Dictionary<string, string> OssActions = new()
    {
        ["PutBucket"] = "oss:PutBucket",
        ["GetBucketInfo"] = "oss:GetBucketInfo",
        ["GetBucketVersioning"] = "oss:GetBucketVersioning",
        ["GetBucketWebsite"] = "oss:GetBucketWebsite",
        ["PutBucketWebsite"] = "oss:PutBucketWebsite",
        ["DeleteBucketWebsite"] = "oss:DeleteBucketWebsite",
        ["GetBucketLifecycle"] = "oss:GetBucketLifecycle",
        ["PutBucketLifecycle"] = "oss:PutBucketLifecycle",
        ["DeleteBucketLifecycle"] = "oss:DeleteBucketLifecycle",
        ["ListObjectsV2"] = "oss:ListObjects",
        ["ListObjectVersions"] = "oss:ListObjectVersions",
        ["ListMultipartUploads"] = "oss:ListMultipartUploads",
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

    /// <summary>
    /// Needed, and asked for by none of these scripts: old versions are listed after the date of the first rule only, and this machine's clock
    /// does not move (EndToEnd.Tests/SourceLifecycleTests lists them); a bucket whose versioning is switched off has none.
    /// </summary>
    private static readonly string[] Later = ["s3:ListBucketVersions", "oss:ListObjectVersions"];

    private readonly string _folder = Directory.CreateTempSubdirectory("ossmigration-policy-").FullName;

    /// <summary>A step, what comes before it, and a script that makes every request of it.</summary>
    public static TheoryData<string, string, string, string> Steps
    {
        get
        {
            (string Step, string Before, string Script)[] steps =
            [
                ("CreateBucket", "", "New-MigrationAddress oss://another -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential | New-OssBucket"),
                ("Test", Migrated, "Test-MigrationAddress $from -As Source; Test-MigrationAddress $sandbox.Destination; Measure-OssMigration -Source $from -MaxBandwidth 1MB/s"),
                ("Migrate", "", "Start-OssMigration $job; Compare-MigrationData $job -Level Content; Start-OssMigration $job"),
                ("Increment", "", "Set-MigrationJob $job -CutoverTime ([DateTimeOffset]::UtcNow); Start-OssMigration $job; Compare-MigrationData $job -Level Content"),
                ("Mirror", "", Rule + "; Get-OssMirrorRule $job; Test-OssMirrorRule $job; Remove-OssMirrorRule $job -Confirm:$false"),
                ("Cutover", Migrated + "; " + Rule + Late, "Test-OssCutover $job -WritesStoppedAt ([DateTimeOffset]::UtcNow) -Detailed; Wait-OssCutover $job -WritesStoppedAt ([DateTimeOffset]::UtcNow) -SkipMirror -Timeout 00:00:05"),
                ("Cleanup", CutOver + "; $proof = Compare-MigrationData $job -Summary", "$proof | Set-SourceLifecycle -Confirm:$false; Get-SourceLifecycle $job -CheckLateWrites; Remove-SourceLifecycle $job"),
                ("RemoveDeleted", Migrated + "; [IO.File]::Delete(\"$folder/small\")", "Start-OssMigration $job -RemoveDeleted -MaximumRemoved 1 -Confirm:$false"),
                ("CreateProbe", Migrated + "; " + Rule, "Test-OssMirrorRule $job -CreateProbe; Test-OssCutover $job -WritesStoppedAt ([DateTimeOffset]::UtcNow) -CreateProbe"),
            ];
            TheoryData<string, string, string, string> rows = [];
            foreach ((string step, string before, string script) in steps)
            {
                rows.Add("s3", step, before, script);
                rows.Add("oss", step, before, script);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_is_allowed_what_it_asks_for_and_nothing_more(string source, string step, string before, string script)
    {
        File.WriteAllBytes(Path.Combine(_folder, "small"), new byte[1000]);
        File.WriteAllBytes(Path.Combine(_folder, "large"), new byte[3 << 20]);
        using SandboxSession session = new($"-SourceFolder '{_folder}'");

        // Another cloud that holds the same: the origin of mirroring, and the source that is OSS itself.
        using SandboxSession other = new($"-SourceFolder '{_folder}' -DestinationFolder '{_folder}'");
        session.Run("$folder = $path; $other = $it", ("path", _folder), ("it", other.Run("$sandbox").Single().BaseObject)).Succeeded();
        session.Run($"$from = {(source == "s3" ? "$sandbox.Source" : "$other.Destination")}; $job = '{Session.NewJobName()}'").Succeeded();
        session.Run("New-MigrationJob $job $from $sandbox.Destination -SinglePutLimit 1MB -PartSize 1MB").Single();

        // An upload whose Complete fails, and so the abort that follows.
        bool aborts = step is "Migrate" or "Increment";
        if (aborts)
            session.Plan(new { side = "oss", operation = "CompleteMultipartUpload", kind = "status", status = 409, code = "FileAlreadyExists" });
        Assert.Null(session.Run(before).Terminating);
        session.ForgetOperations();
        other.ForgetOperations();

        Assert.Null(session.Run(script).Terminating);

        Assert.True(!aborts || session.AllFaultsFired());
        string[] asked = source == "s3" ? Asked(session.Operations("s3"), S3Actions) : Asked(other.Operations("oss"), OssActions);
        Assert.Equal(asked, Allowed(session, step, "Source").Except(Later));
        Assert.Equal(Asked(session.Operations("oss"), OssActions), Allowed(session, step, "Destination").Except(Later));
        if (step is "Mirror")
            Assert.Equal(Asked(other.Operations("s3"), S3Actions).Append("s3:ListBucket"), session.Run("New-OssMigrationPolicy -Source $sandbox.Source -Step Mirror -For MirrorKey | ForEach-Object Actions").Succeeded().Output.Select(action => (string)action.BaseObject));
    }

    [Fact]
    public void The_place_of_a_state_is_allowed_what_it_is_asked_for_and_nothing_more()
    {
        File.WriteAllBytes(Path.Combine(_folder, "small"), new byte[1000]);
        using SandboxSession session = new($"-SourceFolder '{_folder}'");
        using SandboxSession other = new();
        string job = session.NewJob();
        session.Run("$state = $it", ("it", other.Run("$sandbox.Destination").Single().BaseObject)).Succeeded();
        other.ForgetOperations();

        Assert.Null(session.Run($"Start-OssMigration {job} -StateUri $state; Set-MigrationJob {job} -Concurrency 3; Get-MigrationJob {job} -StateUri $state").Terminating);

        Assert.Equal(
            Asked(other.Operations("oss"), OssActions),
            session.Run("New-OssMigrationPolicy -Destination $state -Step KeepState | ForEach-Object Actions").Succeeded().Output.Select(action => (string)action.BaseObject));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Asked(IEnumerable<string> operations, Dictionary<string, string> actions)
        => [.. operations.Select(operation => actions[operation]).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Allowed(SandboxSession session, string step, string target)
        => [.. session.Run($"New-OssMigrationPolicy $job -Step {step} -For {target} -WarningAction SilentlyContinue | ForEach-Object Actions").Succeeded().Output.Select(action => (string)action.BaseObject)];
}
