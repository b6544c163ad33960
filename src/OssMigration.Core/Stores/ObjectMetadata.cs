using OssMigration.Core.Fidelity;

namespace OssMigration.Core.Stores;

/// <summary>
/// The headers that travel with an object. A null header is absent. Values are the raw header text: nothing is parsed,
/// so nothing is rewritten.
/// </summary>
public sealed record ObjectMetadata
{
    // Before Empty, which is initialised with it.
    private static readonly Dictionary<string, string> EmptyUser = [];

    /// <summary>No header and no user metadata.</summary>
    public static ObjectMetadata Empty { get; } = new();

    /// <summary>Content-Type. A destination that would guess one from the key's extension is always sent one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Cache-Control.</summary>
    public string? CacheControl { get; init; }

    /// <summary>Content-Disposition.</summary>
    public string? ContentDisposition { get; init; }

    /// <summary>Content-Encoding, without the transport token aws-chunked.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Content-Language.</summary>
    public string? ContentLanguage { get; init; }

    /// <summary>Expires, as sent.</summary>
    public string? Expires { get; init; }

    /// <summary>User metadata by lower-case name without the store's prefix (x-amz-meta-, x-oss-meta-). Never null.</summary>
    public IReadOnlyDictionary<string, string> User { get; init; } = EmptyUser;

    /// <summary>What a write asks for besides: tags, ACL, storage class, encryption. Null leaves all to the bucket, and is what a read gives.</summary>
    public ObjectSettings? Settings { get; init; }

    /// <summary>The same headers with further user metadata; a name that is there already is replaced.</summary>
    public ObjectMetadata WithUser(IEnumerable<KeyValuePair<string, string>> more)
    {
        Dictionary<string, string> merged = new(User, StringComparer.Ordinal);
        foreach ((string name, string value) in more)
            merged[name] = value;
        return this with { User = merged };
    }
}

/// <summary>Algorithms of the additional checksums that S3 stores may declare for a whole object.</summary>
public enum ChecksumAlgorithm
{
    /// <summary>CRC-32 (ISO-HDLC).</summary>
    Crc32,

    /// <summary>CRC-32C (Castagnoli).</summary>
    Crc32C,

    /// <summary>CRC-64/NVME.</summary>
    Crc64Nvme,

    /// <summary>SHA-1.</summary>
    Sha1,

    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>MD5, as Azure keeps it of block blobs.</summary>
    Md5,
}

/// <summary>A checksum over the whole content that a store declares. Composite (per part) checksums are never put here.</summary>
/// <param name="Algorithm">Which one.</param>
/// <param name="Value">Base64 of the big-endian bytes, as S3 writes it.</param>
public sealed record DeclaredChecksum(ChecksumAlgorithm Algorithm, string Value);
