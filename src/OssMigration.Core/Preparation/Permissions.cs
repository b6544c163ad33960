using static OssMigration.Core.Preparation.MigrationStep;
using static OssMigration.Core.Preparation.PermissionScope;

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
        new("s3:ListBucket", ListedKeys, Test, Migrate, Mirror, MigrationStep.Cutover, Increment, Cleanup),
        new("s3:ListBucketVersions", ListedKeys, Cleanup),
        new("s3:GetBucketVersioning", Bucket, Test, Cleanup),
        new("s3:GetLifecycleConfiguration", Bucket, Cleanup),
        new("s3:PutLifecycleConfiguration", Bucket, Cleanup),
        new("s3:GetObject", Objects, Test, Migrate, Mirror, MigrationStep.Cutover, Increment),
    ];

    /// <summary>A source that is OSS itself.</summary>
    public static IReadOnlyList<Permission> OssSource { get; } =
    [
        new("oss:ListObjects", ListedKeys, Test, Migrate, Mirror, MigrationStep.Cutover, Increment, Cleanup),
        new("oss:ListObjectVersions", ListedKeys, Cleanup),
        new("oss:GetBucketInfo", Bucket, Test, Cleanup),
        new("oss:GetBucketLifecycle", Bucket, Cleanup),
        new("oss:PutBucketLifecycle", Bucket, Cleanup),
        new("oss:DeleteBucketLifecycle", Bucket, Cleanup),
        new("oss:GetObject", Objects, Test, Migrate, Mirror, MigrationStep.Cutover, Increment),
    ];

    /// <summary>The destination.</summary>
    public static IReadOnlyList<Permission> Destination { get; } =
    [
        new("oss:PutBucket", Bucket, CreateBucket),
        new("oss:GetBucketInfo", Bucket, CreateBucket, Test, Migrate, Mirror, MigrationStep.Cutover, Increment),
        new("oss:ListObjects", ListedKeys, Test, Migrate, Mirror, MigrationStep.Cutover, Increment),
        new("oss:ListMultipartUploads", Bucket, Migrate, Increment),
        new("oss:GetBucketWebsite", Bucket, Mirror, MigrationStep.Cutover),
        new("oss:PutBucketWebsite", Bucket, Mirror),
        new("oss:DeleteBucketWebsite", Bucket, Mirror),
        new("oss:GetObject", Objects, Test, Migrate, Mirror, MigrationStep.Cutover, Increment),
        new("oss:PutObject", Objects, Test, Migrate, Increment),
        new("oss:AbortMultipartUpload", Objects, Test, Migrate, Increment),
    ];

    /// <summary>What OSS does with the key of a mirroring rule. Without the right to list, S3 answers 403 for what is missing and readers get 424, not 404.</summary>
    public static IReadOnlyList<Permission> S3MirrorKey { get; } =
    [
        new("s3:ListBucket", Bucket, Mirror),
        new("s3:GetObject", Objects, Mirror),
    ];

    /// <summary>As above, where the source is OSS by its S3 interface.</summary>
    public static IReadOnlyList<Permission> OssMirrorKey { get; } =
    [
        new("oss:ListObjects", Bucket, Mirror),
        new("oss:GetObject", Objects, Mirror),
    ];
}
