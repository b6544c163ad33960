using System.Text.Json.Serialization;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>A step of a move, as far as rights are concerned.</summary>
public enum MigrationStep
{
    /// <summary>
    /// Every step but <see cref="CreateBucket"/>, which is done once and mostly by somebody else, and <see cref="RemoveDeleted"/>,
    /// <see cref="CreateProbe"/> and <see cref="KeepState"/>, which need rights to delete that a careful user grants only where they are wanted.
    /// <see cref="CopyTag"/>, <see cref="CopyAcl"/> and <see cref="CopyVersions"/> are for jobs that copy them.
    /// </summary>
    All,

    /// <summary>New-OssBucket.</summary>
    CreateBucket,

    /// <summary>Test-MigrationAddress and Measure-OssMigration.</summary>
    Test,

    /// <summary>Start-OssMigration and Compare-MigrationData before cut-over.</summary>
    Migrate,

    /// <summary>Set-, Get-, Test- and Remove-OssMirrorRule.</summary>
    Mirror,

    /// <summary>Test- and Wait-OssCutover.</summary>
    Cutover,

    /// <summary>Start-OssMigration and Compare-MigrationData after cut-over.</summary>
    Increment,

    /// <summary>Set-, Get- and Remove-SourceLifecycle.</summary>
    Cleanup,

    /// <summary>Start-OssMigration -RemoveDeleted, which the runbook seamless-migration runs once before the cut-over.</summary>
    RemoveDeleted,

    /// <summary>Test-OssMirrorRule, Test- and Wait-OssCutover with -CreateProbe, which puts an object at the source and removes it at both ends.</summary>
    CreateProbe,

    /// <summary>The place that Start-OssMigration -StateUri names, given as -Destination: what a job keeps there is written, read and deleted again.</summary>
    KeepState,

    /// <summary>What a job with -CopyTag asks for besides. A policy made of such a job has it by itself.</summary>
    CopyTag,

    /// <summary>What a job with -CopyAcl asks for besides. A policy made of such a job has it by itself.</summary>
    CopyAcl,

    /// <summary>What a job with -RestoreDays asks for besides. A policy made of such a job has it by itself.</summary>
    Restore,

    /// <summary>What a job with -Versions All asks for besides; delete markers need a right to delete. A policy made of such a job has it by itself.</summary>
    CopyVersions,
}

/// <summary>Whose key a policy is for.</summary>
public enum PolicyTarget
{
    /// <summary>The key with which the job reads the source, and at the end sets its lifecycle rule.</summary>
    Source,

    /// <summary>The key with which the job writes the destination.</summary>
    Destination,

    /// <summary>The key that is handed to OSS, so that mirroring can read a private source. It reads, and nothing else.</summary>
    MirrorKey,
}

/// <summary>One statement of a policy: what is allowed where.</summary>
/// <param name="Actions">The actions, sorted.</param>
/// <param name="Resources">The resources.</param>
/// <param name="PrefixKey">The condition key that holds listings to the prefix (s3:prefix, oss:Prefix); null without a condition.</param>
/// <param name="PrefixPattern">The pattern that its value must match; null without a condition.</param>
public sealed record PolicyStatement(IReadOnlyList<string> Actions, IReadOnlyList<string> Resources, string? PrefixKey = null, string? PrefixPattern = null);

/// <summary>A least-privilege policy: every right that our requests need, and none more.</summary>
public sealed record MigrationPolicy
{
    /// <summary>Whose key it is for.</summary>
    public required PolicyTarget For { get; init; }

    /// <summary>RAM (Alibaba Cloud) or IAM (Amazon and what is compatible with it).</summary>
    public required string Dialect { get; init; }

    /// <summary>The bucket and prefix it is about.</summary>
    public required StoreAddress Address { get; init; }

    /// <summary>The steps it is enough for.</summary>
    public required IReadOnlyList<MigrationStep> Steps { get; init; }

    /// <summary>Its statements.</summary>
    public required IReadOnlyList<PolicyStatement> Statements { get; init; }

    /// <summary>What cannot be said in the policy and should be known, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>All actions, sorted, each once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Actions => [.. Statements.SelectMany(statement => statement.Actions).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The document as the console takes it.</summary>
    [JsonIgnore]
    public string Json => PolicyJson.Write(this);

    /// <summary>The document.</summary>
    public override string ToString() => Json;
}
