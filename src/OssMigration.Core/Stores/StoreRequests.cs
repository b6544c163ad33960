namespace OssMigration.Core.Stores;

/// <summary>Asks for one page of a listing.</summary>
/// <param name="Prefix">Only keys that start with it; empty for all.</param>
/// <param name="StartAfter">Only keys after it (exclusive); null from the start. Sent with the first page only.</param>
/// <param name="ContinuationToken">The token of the page before; null for the first page.</param>
/// <param name="MaxKeys">At most this many keys, 1 to <see cref="StoreLimits.MaxPageSize"/>.</param>
public sealed record ListPageRequest(string Prefix, string? StartAfter, string? ContinuationToken, int MaxKeys);

/// <summary>One page of a listing.</summary>
/// <param name="Entries">The entries, in the order the store gave them. May be empty while more is to come.</param>
/// <param name="ContinuationToken">For the next page; null when this was the last.</param>
/// <param name="DeclaredCount">
/// How many keys the store says the page holds (KeyCount), counted apart from the parsed entries; where the store does
/// not say, the number of entries. Reconciliation counts what was listed from this number.
/// </param>
public sealed record ListPage(IReadOnlyList<ObjectEntry> Entries, string? ContinuationToken, int DeclaredCount);

/// <summary>A range of bytes.</summary>
/// <param name="Offset">First byte, from 0.</param>
/// <param name="Length">Number of bytes, at least 1.</param>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The last byte, inclusive, as HTTP writes ranges.</summary>
    public long Last => Offset + Length - 1;
}

/// <summary>Asks for content.</summary>
/// <param name="Key">The key.</param>
/// <param name="Range">A part of the content; null for all. A store insists on an answer for exactly this range (206 and Content-Range).</param>
/// <param name="IfVersion">Only this version: another one is <see cref="StoreErrorKind.Changed"/>. Null for whatever is there.</param>
public sealed record ReadRequest(string Key, ByteRange? Range, SourceVersion? IfVersion)
{
    /// <summary>Bytes that the answer will have as far as the caller knows: what a limit makes the request wait for. Stores ignore it.</summary>
    public long? ExpectedLength { get; init; }

    /// <summary>
    /// The id of the version to read; null for the current one. Only for a store that is an <see cref="IVersionReader"/>. A version that is not
    /// there is <see cref="StoreErrorKind.NotFound"/>.
    /// </summary>
    public string? VersionId { get; init; }
}

/// <summary>An open answer to a read. Valid only inside the consumer it is handed to.</summary>
/// <param name="Head">What the answer's headers say of the whole object.</param>
/// <param name="Length">Bytes of <paramref name="Body"/>: the whole object or the range.</param>
/// <param name="Body">
/// The content. It throws <see cref="StoreException"/> (<see cref="StoreErrorKind.Network"/>) where it ends early, and
/// <see cref="StoreErrorKind.Changed"/> where the store can tell that the content changed while it was read.
/// </param>
public sealed record ObjectContent(ObjectHead Head, long Length, Stream Body);

/// <summary>Writes one whole object.</summary>
/// <param name="Key">The key.</param>
/// <param name="Body">A seekable stream; the store reads it from position 0 to its end, again at every attempt.</param>
/// <param name="Metadata">Headers and user metadata to store.</param>
/// <param name="ForbidOverwrite">True: an existing object is left alone and the answer is <see cref="StoreErrorKind.AlreadyExists"/>.</param>
public sealed record PutRequest(string Key, Stream Body, ObjectMetadata Metadata, bool ForbidOverwrite = false)
{
    /// <summary>Knows the body's checksum once it is sent: <see cref="ProvingStore"/> holds the store's answer against it. Stores ignore it.</summary>
    public IContentHash? Expected { get; init; }

    /// <summary>
    /// MD5 of the body in hex, as far as the caller knows; null where it does not. The store refuses any other body with
    /// <see cref="StoreErrorKind.DigestMismatch"/> and keeps what stood there.
    /// </summary>
    public string? Md5 { get; init; }

    /// <summary>True: <see cref="Md5"/> was held against the body itself, so that a refusal means bytes spoiled on the way: <see cref="ProvingStore"/> makes it worth retrying.</summary>
    public bool IsMd5Certain { get; init; }

    /// <summary>
    /// The only object that may be replaced: a decorator looks at it right before each attempt, because OSS has no such
    /// condition. Null for none. Stores ignore it.
    /// </summary>
    public ExpectedObject? OnlyWhile { get; init; }
}

/// <summary>A content whose checksum is known when the last byte of it has been read.</summary>
public interface IContentHash
{
    /// <summary>CRC-64/XZ of the whole.</summary>
    ulong Crc64 { get; }
}

/// <summary>What must stand under a key for a write after cut-over to replace it.</summary>
/// <param name="ETag">Its ETag.</param>
/// <param name="Version">The version of the source that its stamp names.</param>
public sealed record ExpectedObject(string ETag, SourceVersion Version);

/// <summary>What a store says of an object that it wrote.</summary>
/// <param name="ETag">Without quotes.</param>
/// <param name="Crc64">CRC-64/XZ of what was stored, where the store gives it (OSS).</param>
public sealed record PutResult(string ETag, ulong? Crc64)
{
    /// <summary>
    /// For a write with <see cref="PutRequest.OnlyWhile"/>: from the look at what stood there to the answer. A write of
    /// somebody else in that time is lost. Null for every other write.
    /// </summary>
    public TimeSpan? Window { get; init; }

    /// <summary>The id of the version that the write made; null where the store keeps none or does not say.</summary>
    public string? VersionId { get; init; }
}

/// <summary>Opens a multipart upload.</summary>
/// <param name="Key">The key.</param>
/// <param name="Metadata">Headers and user metadata of the object to be.</param>
/// <param name="ForbidOverwrite">As for <see cref="PutRequest"/>.</param>
public sealed record InitiateRequest(string Key, ObjectMetadata Metadata, bool ForbidOverwrite = false)
{
    /// <summary>As for <see cref="PutRequest.OnlyWhile"/>; looked at when the upload completes.</summary>
    public ExpectedObject? OnlyWhile { get; init; }
}

/// <summary>Writes one part.</summary>
/// <param name="Key">The key.</param>
/// <param name="UploadId">From initiate.</param>
/// <param name="Number">1 to <see cref="StoreLimits.MaxParts"/>.</param>
/// <param name="Body">As for <see cref="PutRequest"/>.</param>
public sealed record UploadPartRequest(string Key, string UploadId, int Number, Stream Body)
{
    /// <summary>As for <see cref="PutRequest.Expected"/>.</summary>
    public IContentHash? Expected { get; init; }
}

/// <summary>A part that the store holds.</summary>
/// <param name="Number">Its number.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="Crc64">CRC-64/XZ of the part where the store gives it.</param>
/// <param name="Size">Its bytes.</param>
public sealed record UploadedPart(int Number, string ETag, ulong? Crc64, long Size);

/// <summary>Makes the object out of its parts.</summary>
/// <param name="Key">The key.</param>
/// <param name="UploadId">From initiate.</param>
/// <param name="Parts">All parts in ascending order.</param>
/// <param name="ForbidOverwrite">As for <see cref="PutRequest"/>.</param>
public sealed record CompleteRequest(string Key, string UploadId, IReadOnlyList<UploadedPart> Parts, bool ForbidOverwrite = false)
{
    /// <summary>As for <see cref="PutRequest.OnlyWhile"/>.</summary>
    public ExpectedObject? OnlyWhile { get; init; }
}

/// <summary>An upload that was begun and neither completed nor aborted.</summary>
/// <param name="Key">Its key.</param>
/// <param name="UploadId">Its id.</param>
/// <param name="Initiated">When, by the store's clock.</param>
public sealed record OpenUpload(string Key, string UploadId, DateTimeOffset Initiated);
