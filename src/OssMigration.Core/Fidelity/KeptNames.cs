namespace OssMigration.Core.Fidelity;

/// <summary>
/// Names of user metadata under which a copy keeps what the destination has no other place for. Part of the contract: readers of the
/// destination look there. The source's version (S3: the ETag) and its date are kept by every copy, see <see cref="Copying.SourceStamp"/>.
/// </summary>
public static class KeptNames
{
    /// <summary>The key at the source, where it had to be encoded: an encoded word of RFC 2047.</summary>
    public const string Key = "ossmigration-key";

    /// <summary>The original names of metadata that had to be renamed: <c>new=old</c>, joined by <c>,</c>, the old ones percent-encoded.</summary>
    public const string Names = "ossmigration-names";

    /// <summary>Tags that OSS cannot hold, form-encoded: <c>k1=v1&amp;k2=v2</c>.</summary>
    public const string Tags = "ossmigration-tags";

    /// <summary>What of the ACL has no form at OSS, in words.</summary>
    public const string Acl = "ossmigration-acl";

    /// <summary>The storage class at the source, where no table has it.</summary>
    public const string StorageClass = "ossmigration-class";

    /// <summary>Retention and legal hold.</summary>
    public const string Retention = "ossmigration-retention";

    /// <summary>Where the website redirected to.</summary>
    public const string Redirect = "ossmigration-redirect";

    /// <summary>Before the lower-case name of a header whose value OSS refuses; the value is an encoded word of RFC 2047.</summary>
    public const string Header = "ossmigration-header-";
}
