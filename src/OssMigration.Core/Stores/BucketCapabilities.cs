using System.Xml.Linq;

namespace OssMigration.Core.Stores;

/// <summary>A configuration document of a bucket.</summary>
public enum BucketDocumentKind
{
    /// <summary>Index page, error page and routing rules, mirroring back-to-origin among them (OSS).</summary>
    Website,

    /// <summary>Lifecycle rules (S3 and OSS).</summary>
    Lifecycle,
}

/// <summary>
/// A configuration document as the store gave it: the whole tree, so that what we do not know survives an edit.
/// </summary>
/// <param name="Root">The root element. A copy of the reader's own: it may be changed.</param>
/// <param name="Headers">
/// Headers by lower-case name that belong to the configuration and must be sent back with it (S3:
/// x-amz-transition-default-minimum-object-size). Never null.
/// </param>
public sealed record BucketDocument(XElement Root, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Never shows content: a website document may hold a secret.</summary>
    public override string ToString() => Root.Name.LocalName;
}

/// <summary>
/// Capability: configuration documents of the bucket. A store writes a document as a whole; nothing protects from a write
/// of somebody else in between. Errors as for <see cref="IObjectReader"/>; NotSupported for a kind that the store has not.
/// </summary>
public interface IBucketDocuments
{
    /// <summary>Why the bucket has no document of that kind that could be read and written here, a sentence; null where it has.</summary>
    string? WhyNoDocument(BucketDocumentKind kind) => null;

    /// <summary>Reads a document; null where none is set.</summary>
    Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken);

    /// <summary>Replaces the document.</summary>
    Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken);

    /// <summary>Removes the document. None there is no error.</summary>
    Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken);
}

/// <summary>One version of an object, or a delete marker.</summary>
/// <param name="Key">The full key.</param>
/// <param name="VersionId">The version's id; <c>null</c> as text where it was written without versioning.</param>
/// <param name="IsLatest">Whether it is the current one.</param>
/// <param name="IsDeleteMarker">Whether it says only that the key was deleted.</param>
/// <param name="Size">Bytes; 0 for a delete marker.</param>
/// <param name="LastModified">When, by the store's clock.</param>
public sealed record ObjectVersion(string Key, string VersionId, bool IsLatest, bool IsDeleteMarker, long Size, DateTimeOffset LastModified)
{
    /// <summary>What a listing says of the version, as it does of a current object; null for a delete marker.</summary>
    public ObjectEntry? Entry { get; init; }
}

/// <summary>Where a listing of versions goes on.</summary>
/// <param name="Key">The last key of the page before.</param>
/// <param name="VersionId">Its last version on that page; null where the store names none.</param>
public sealed record VersionMarker(string Key, string? VersionId);

/// <summary>One page of a listing of versions.</summary>
/// <param name="Versions">Versions and delete markers in the order of the answer.</param>
/// <param name="Next">Where the next page begins; null when this is the last.</param>
public sealed record VersionPage(IReadOnlyList<ObjectVersion> Versions, VersionMarker? Next);

/// <summary>Capability: old versions of objects. Errors as for <see cref="IObjectReader"/>.</summary>
public interface IVersionLister
{
    /// <summary>
    /// One page of the versions and delete markers of keys with the prefix, in key order, newest first within a key. A page
    /// at a time, so that each can be asked for again.
    /// </summary>
    /// <param name="keyPrefix">Full keys begin with it; empty for all.</param>
    /// <param name="after">
    /// The marker of the page before; null for the first. A marker without version goes on after any key, but may begin with that key's own
    /// versions (Ceph RGW does).
    /// </param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken);
}

/// <summary>
/// Capability: reads old versions. Besides <see cref="HeadVersionAsync"/> its store obeys <see cref="ReadRequest.VersionId"/>, and says in
/// <see cref="PutResult.VersionId"/> what version a write made.
/// </summary>
public interface IVersionReader : IVersionLister
{
    /// <summary>The headers of one version that is no delete marker; null where there is none of that id.</summary>
    Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken);
}

/// <summary>Capability: changes the headers of an object without sending its content again.</summary>
public interface IMetadataWriter
{
    /// <summary>
    /// Copies the object onto itself with other headers and user metadata, only while its ETag is the given one (else Changed).
    /// The store has no such condition for the write itself: a write that comes in between is lost.
    /// </summary>
    Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken);
}

/// <summary>What a bucket is made with, or was.</summary>
/// <param name="StorageClass">Standard, IA, Archive ...; null for the store's default.</param>
/// <param name="Redundancy">LRS or ZRS; null for the store's default.</param>
/// <param name="Acl">private, public-read ...; null for private.</param>
public sealed record BucketCreation(string? StorageClass, string? Redundancy, string? Acl);

/// <summary>Capability: makes the bucket of the address.</summary>
public interface IBucketCreator
{
    /// <summary>
    /// What the bucket was made with, where it is one's own; null where no bucket has the name. AlreadyExists where one has it that
    /// these keys may not look at.
    /// </summary>
    Task<BucketCreation?> FindBucketAsync(CancellationToken cancellationToken);

    /// <summary>Makes the bucket. AlreadyExists where the name is taken; one's own bucket with the same properties is no error where the store says so.</summary>
    Task CreateBucketAsync(BucketCreation creation, CancellationToken cancellationToken);
}
