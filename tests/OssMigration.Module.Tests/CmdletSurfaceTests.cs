using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What scripts of users rely on: names, parameters, positions, output types, questions.</summary>
public sealed class CmdletSurfaceTests
{
    public static TheoryData<string, string, string, string> Cmdlets => new()
    {
        { "New-MigrationAddress", "Uri Endpoint Region Provider AddressingStyle SignatureVersion Credential SecurityToken ProfileName EnvironmentPrefix SecretName VaultName CredentialScript ArgumentList Anonymous AllowInsecureEndpoint", "StoreAddress", "" },
        { "Test-MigrationAddress", "Address As Credential Detailed", "Boolean AddressCheck", "" },
        { "New-MigrationJob", "Name Source Destination BaseJob Mode Interval RunCount Overwrite ObjectList InputObject Prefix Include Exclude IncludeRegex ExcludeRegex MinimumSize MaximumSize ModifiedAfter ModifiedBefore ConflictAction RepairMetadata InvalidKeyAction Versions RestoreDays RestoreTier StorageClassMap CopyTag CopyAcl UnfitAction Encryption EncryptionKeyId ClockSkewMargin MaxBandwidth LinkBandwidth ReserveForBusiness Schedule TimeZone MaxObjectRate Concurrency MemoryBudget SinglePutLimit PartSize WhatIf Confirm", "MigrationJobInfo", "Medium" },
        { "Get-MigrationJob", "Name StateUri", "MigrationJobInfo", "" },
        { "Set-MigrationJob", "Job MaxBandwidth LinkBandwidth ReserveForBusiness Schedule TimeZone MaxObjectRate Concurrency CutoverTime Interval RunCount ConflictAction RepairMetadata RestoreDays RestoreTier StateUri PassThru WhatIf Confirm", "MigrationJobInfo", "Medium" },
        { "Remove-MigrationJob", "Job WhatIf Confirm", "", "High" },
        { "Start-OssMigration", "Job InputObject FailedOnly RemoveDeleted MaximumRemoved SourceCredential DestinationCredential TimeBudget StateUri MaximumError AsJob WhatIf Confirm", "MigrationReport FidelityForecast Job", "Medium" },
        { "Stop-OssMigration", "Job WhatIf Confirm", "", "Medium" },
        { "Start-OssMigrationCoordinator", "Job Queue QueueCredential QueueCertificateAuthority AllowInsecureQueue CoordinateOnly RemoveDeleted MaximumRemoved SourceCredential DestinationCredential TimeBudget StateUri MaximumError AsJob WhatIf Confirm", "MigrationReport Job", "Medium" },
        { "Start-OssMigrationWorker", "Job Queue QueueCredential QueueCertificateAuthority AllowInsecureQueue SourceCredential DestinationCredential SliceCount SliceTime KeepRunning TimeBudget", "WorkerSummary", "" },
        { "Get-OssMigrationWorker", "Job Queue QueueCredential QueueCertificateAuthority AllowInsecureQueue", "MigrationWorker", "" },
        { "Export-MigrationReport", "Job Path Format Run Force PassThru WhatIf Confirm", "FileInfo", "Medium" },
        { "Get-MigrationReport", "Job Run Last", "MigrationReport", "" },
        { "Get-MigrationItem", "Job Run State ErrorKind", "MigrationItem", "" },
        { "Compare-MigrationData", "Job Source Destination Level IncludeSame Summary SourceCredential DestinationCredential", "ComparisonItem ComparisonSummary", "" },
        { "Test-OssCutover", "Job WritesStoppedAt MaximumAge BusinessLists SkipMirror ProbeKey CreateProbe SourceCredential DestinationCredential Detailed", "Boolean CutoverReadiness", "" },
        { "Wait-OssCutover", "Job WritesStoppedAt MaximumAge BusinessLists SkipMirror ProbeKey CreateProbe Timeout Interval SourceCredential DestinationCredential", "CutoverReadiness", "" },
        { "Set-SourceLifecycle", "Comparison Job Prefix Date AcceptSuperseded AcceptMirrorRule AcceptEncodedKeys AcceptLateWrites NoncurrentVersions AcknowledgeVersions SourceCredential DestinationCredential WhatIf Confirm", "SourceLifecycleRule", "High" },
        { "Get-SourceLifecycle", "Job All CheckLateWrites SourceCredential", "SourceLifecycleRule", "" },
        { "Remove-SourceLifecycle", "Job SourceCredential WhatIf Confirm", "", "Medium" },
        { "New-OssBucket", "Address StorageClass Redundancy Acl Credential WhatIf Confirm", "StoreAddress", "Medium" },
        { "New-OssMigrationPolicy", "Job Source Destination Step For", "MigrationPolicy", "" },
        { "Measure-OssMigration", "Job Source ObjectCount TotalSize Fidelity ReadHeader Detailed IncludeCarried Sample Exact DailyGrowth DailyNewObjects MaxBandwidth LinkBandwidth ReserveForBusiness Schedule TimeZone MaxObjectRate Days Interval SinglePutLimit PartSize Credential", "Forecast FidelityForecast FidelityForecastItem", "" },
        { "Start-MigrationSandbox", "S3Bucket OssBucket SourceFolder DestinationFolder LinkBandwidth LinkLatency WhatIf Confirm", "SandboxInfo", "Medium" },
        { "Set-OssMirrorRule", "Job Destination Prefix Suffix Number Origin BackupOrigin ProbeUrl ReplacePrefixWith OriginCredential OriginRegion NoOriginCredential AllowHead SaveMetadata KeepLastModified PassQueryString NoFollowRedirect CheckMd5 SendSni PassAllHeaders PassHeader RemoveHeader SetHeader AllowPrivateOrigin SourceCredential DestinationCredential PassThru WhatIf Confirm", "OssMirrorRuleInfo", "Medium" },
        { "Get-OssMirrorRule", "Job Destination Prefix DestinationCredential", "OssMirrorRuleInfo", "" },
        { "Remove-OssMirrorRule", "Job Destination Prefix Suffix DestinationCredential WhatIf Confirm", "", "High" },
        { "Test-OssMirrorRule", "Job Destination Source Key CreateProbe Detailed SourceCredential DestinationCredential", "Boolean MirrorTest", "" },
        { "Stop-MigrationSandbox", "Sandbox WhatIf Confirm", "", "Medium" },
    };

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_has_its_parameters_its_output_and_its_question(string name, string parameters, string output, string confirmImpact)
    {
        using Session session = new();

        CmdletInfo cmdlet = Assert.IsType<CmdletInfo>(session.Run($"Get-Command {name}").Single().BaseObject);

        HashSet<string> found = [.. cmdlet.Parameters.Keys];
        found.ExceptWith(Cmdlet.CommonParameters);
        Assert.Equal(Words(parameters).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal(Words(output), cmdlet.OutputType.Select(type => type.Name.Split('.')[^1]));
        CmdletAttribute attribute = cmdlet.ImplementingType.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().Single();
        Assert.Equal(confirmImpact.Length > 0, attribute.SupportsShouldProcess);
        if (confirmImpact.Length > 0)
            Assert.Equal(confirmImpact, attribute.ConfirmImpact.ToString());
    }

    [Theory]
    [InlineData("Set-MigrationJob")]
    [InlineData("Remove-MigrationJob")]
    [InlineData("Stop-OssMigration")]
    [InlineData("Start-OssMigrationCoordinator")]
    [InlineData("Get-MigrationReport")]
    [InlineData("Export-MigrationReport")]
    [InlineData("Get-MigrationItem")]
    [InlineData("Compare-MigrationData")]
    [InlineData("Test-OssCutover")]
    [InlineData("Wait-OssCutover")]
    [InlineData("Get-SourceLifecycle")]
    [InlineData("Remove-SourceLifecycle")]
    public void A_job_binds_by_position_by_value_and_by_the_names_Name_and_JobName(string name)
    {
        using Session session = new();

        CmdletInfo cmdlet = Assert.IsType<CmdletInfo>(session.Run($"Get-Command {name}").Single().BaseObject);

        ParameterMetadata job = cmdlet.Parameters["Job"];
        Assert.Equal(["Name", "JobName"], job.Aliases);
        ParameterSetMetadata set = job.ParameterSets.Values.First();
        Assert.Equal(0, set.Position);
        Assert.True(set.IsMandatory && set.ValueFromPipeline && set.ValueFromPipelineByPropertyName);
        Assert.Contains(job.Attributes, attribute => attribute is ArgumentCompleterAttribute);
    }

    [Fact]
    public void Every_verb_is_approved()
    {
        using Session session = new();

        HashSet<string> approved = [.. new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic) }
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetRawConstantValue()!)];

        Assert.All(session.Run("Get-Command -Module OssMigration").Succeeded().Output, command => Assert.Contains(((CmdletInfo)command.BaseObject).Verb, approved));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
