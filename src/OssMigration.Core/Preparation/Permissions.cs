using Scope = OssMigration.Core.Preparation.PermissionScope;
using Step = OssMigration.Core.Preparation.MigrationStep;

namespace OssMigration.Core.Preparation;

/// <summary>What a right is about.</summary>
internal enum PermissionScope
{
    /// <summary>The bucket.</summary>
    Bucket,

    /// <summary>A listing of the bucket, which a condition can hold to a prefix.</summary>
    ListedKeys,

    /// <summary>Objects under the prefix.</summary>
    Objects,
}

/// <summary>A right, and the steps whose requests need it.</summary>
internal sealed record Permission(string Action, PermissionScope Scope, params MigrationStep[] Steps);

/// <summary>
/// The rights that our requests need. Which request needs which right: RAM policy overview of OSS (oss-facts.md 3.7) and the service
/// authorization reference of Amazon S3. A test holds each row against the requests that the steps send.
/// </summary>
internal static class Permissions
{
    /// <summary>A source that speaks S3.</summary>
    public static IReadOnlyList<Permission> S3Source { get; } =
    [
        new("s3:ListBucket", Scope.ListedKeys, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.Cleanup, Step.RemoveDeleted, Step.CreateProbe),
        new("s3:ListBucketVersions", Scope.ListedKeys, Step.Cleanup, Step.CopyVersions),
        new("s3:GetBucketVersioning", Scope.Bucket, Step.Test, Step.Cleanup),
        new("s3:GetLifecycleConfiguration", Scope.Bucket, Step.Cleanup),
        new("s3:PutLifecycleConfiguration", Scope.Bucket, Step.Cleanup),
        new("s3:GetObject", Scope.Objects, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.RemoveDeleted, Step.CreateProbe),
        new("s3:GetObjectVersion", Scope.Objects, Step.CopyVersions),
        new("s3:GetObjectTagging", Scope.Objects, Step.CopyTag),
        new("s3:GetObjectAcl", Scope.Objects, Step.CopyAcl),
        new("s3:RestoreObject", Scope.Objects, Step.Restore),
        new("s3:PutObject", Scope.Objects, Step.CreateProbe),
        new("s3:DeleteObject", Scope.Objects, Step.CreateProbe),
    ];

    /// <summary>A source that is OSS itself.</summary>
    public static IReadOnlyList<Permission> OssSource { get; } =
    [
        new("oss:ListObjects", Scope.ListedKeys, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.Cleanup, Step.RemoveDeleted, Step.CreateProbe),
        new("oss:ListObjectVersions", Scope.ListedKeys, Step.Cleanup, Step.CopyVersions),
        new("oss:GetBucketInfo", Scope.Bucket, Step.Test, Step.Cleanup),
        new("oss:GetBucketLifecycle", Scope.Bucket, Step.Cleanup),
        new("oss:PutBucketLifecycle", Scope.Bucket, Step.Cleanup),
        new("oss:DeleteBucketLifecycle", Scope.Bucket, Step.Cleanup),
        new("oss:GetObject", Scope.Objects, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.RemoveDeleted, Step.CreateProbe),
        new("oss:GetObjectVersion", Scope.Objects, Step.CopyVersions),
        new("oss:GetObjectTagging", Scope.Objects, Step.CopyTag),
        new("oss:GetObjectAcl", Scope.Objects, Step.CopyAcl),
        new("oss:RestoreObject", Scope.Objects, Step.Restore),
        new("oss:PutObject", Scope.Objects, Step.CreateProbe),
        new("oss:DeleteObject", Scope.Objects, Step.CreateProbe),
    ];

    /// <summary>The destination.</summary>
    public static IReadOnlyList<Permission> Destination { get; } =
    [
        new("oss:PutBucket", Scope.Bucket, Step.CreateBucket),
        new("oss:GetBucketInfo", Scope.Bucket, Step.CreateBucket, Step.Test, Step.Mirror, Step.Cutover, Step.Increment, Step.CreateProbe, Step.KeepState, Step.CopyVersions),
        new("oss:ListObjectVersions", Scope.ListedKeys, Step.CopyVersions),
        new("oss:ListObjects", Scope.ListedKeys, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.RemoveDeleted, Step.CreateProbe, Step.KeepState),
        new("oss:ListMultipartUploads", Scope.Bucket, Step.Migrate),
        new("oss:GetBucketLifecycle", Scope.Bucket, Step.Test),
        new("oss:GetBucketWebsite", Scope.Bucket, Step.Test, Step.Mirror, Step.Cutover, Step.Cleanup, Step.CreateProbe, Step.CopyVersions),
        new("oss:PutBucketWebsite", Scope.Bucket, Step.Mirror),
        new("oss:DeleteBucketWebsite", Scope.Bucket, Step.Mirror),
        new("oss:GetObject", Scope.Objects, Step.Test, Step.Migrate, Step.Mirror, Step.Cutover, Step.Increment, Step.RemoveDeleted, Step.CreateProbe, Step.KeepState),
        new("oss:GetObjectVersion", Scope.Objects, Step.CopyVersions),
        new("oss:PutObject", Scope.Objects, Step.Test, Step.Migrate, Step.Increment, Step.KeepState),
        new("oss:PutObjectTagging", Scope.Objects, Step.CopyTag),
        new("oss:PutObjectAcl", Scope.Objects, Step.CopyAcl),
        new("oss:AbortMultipartUpload", Scope.Objects, Step.Test, Step.Migrate, Step.Increment),
        new("oss:DeleteObject", Scope.Objects, Step.RemoveDeleted, Step.CreateProbe, Step.KeepState, Step.CopyVersions),
    ];

    /// <summary>What OSS does with the key of a mirroring rule. Without the right to list, S3 answers 403 for what is missing and readers get 424, not 404.</summary>
    public static IReadOnlyList<Permission> S3MirrorKey { get; } =
    [
        new("s3:ListBucket", Scope.Bucket, Step.Mirror),
        new("s3:GetObject", Scope.Objects, Step.Mirror),
    ];

    /// <summary>As above, where the source is OSS by its S3 interface.</summary>
    public static IReadOnlyList<Permission> OssMirrorKey { get; } =
    [
        new("oss:ListObjects", Scope.Bucket, Step.Mirror),
        new("oss:GetObject", Scope.Objects, Step.Mirror),
    ];
}
