using System.Collections.Frozen;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3.Providers;

/// <summary>How a provider is listed.</summary>
internal enum ListingVersion
{
    /// <summary>ListObjectsV2, by start-after and continuation tokens.</summary>
    V2,

    /// <summary>The first ListObjects: a marker is both where it starts and where it goes on.</summary>
    V1,

    /// <summary>Found out by what the server answers.</summary>
    FoundOut,
}

/// <summary>
/// What is different about one provider of the S3 API. Data only: what is not named here is as at AWS, or is found in each answer. A fact
/// stands with its source at the provider.
/// </summary>
internal sealed record S3Provider
{
    /// <summary>What <c>-Provider</c> calls it.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>The endpoint, with <c>{region}</c> in the region's place; null where the user must name it, or AWS's own is made by its SDK.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Ends of hosts that are certainly this provider's, each with the dot before it or a whole host.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>How bucket and endpoint make a host where the address leaves it open; Auto for the general rule.</summary>
    public AddressingStyle Style { get; init; }

    /// <summary>The region that is signed for where the address names none; null where it is guessed and learnt as at AWS.</summary>
    public string? Region { get; init; }

    /// <summary>What stands before the region in the endpoint's host, so that it need not be named twice; null where the host does not tell it.</summary>
    public string? RegionFollows { get; init; }

    /// <summary>How it is listed.</summary>
    public ListingVersion Listing { get; init; } = ListingVersion.FoundOut;

    /// <summary>Whether a listing tells on request which archived objects are restored (x-amz-optional-object-attributes).</summary>
    public bool TellsRestoreStatus { get; init; }

    /// <summary>The Accept-Encoding that makes a read give the bytes as they are stored.</summary>
    public string AcceptEncoding { get; init; } = "identity";

    /// <summary>What headers begin with that are <c>x-amz-</c> at AWS, in answers that use the provider's own words; null for none.</summary>
    public string? HeaderPrefix { get; init; }

    /// <summary>The header with CRC-64/XZ of the whole object in decimal; null for none.</summary>
    public string? Crc64Header { get; init; }

    /// <summary>The header with <c>crc32c=</c> and <c>md5=</c> of the whole object in base64; null for none.</summary>
    public string? HashHeader { get; init; }

    /// <summary>Whether the ETag of any encrypted object may be no MD5, not only of those by KMS or the customer's key.</summary>
    public bool IsEncryptedETagOpaque { get; init; }

    /// <summary>Classes whose objects are read only after a restore.</summary>
    public IReadOnlyList<string> ArchiveClasses { get; init; } = ["GLACIER", "DEEP_ARCHIVE"];

    /// <summary>The element that holds the tier of a RestoreRequest; null where nothing is restored there.</summary>
    public string? RestoreParameters { get; init; } = "GlacierJobParameters";

    /// <summary>Storage classes in the words of OSS, where the general table lacks a name or means another by it.</summary>
    public IReadOnlyDictionary<string, string> StorageClasses { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Why no lifecycle rule of ours is set there; null where the dialect is that of S3.</summary>
    public string? WhyNoLifecycle { get; init; }

    /// <summary>Error codes that only this provider has, or means otherwise.</summary>
    public IReadOnlyDictionary<string, StoreErrorKind> ErrorCodes { get; init; } = FrozenDictionary<string, StoreErrorKind>.Empty;

    /// <summary>Whether a class is one of the archives.</summary>
    public bool IsArchive(string? storageClass) => storageClass is not null && ArchiveClasses.Contains(storageClass, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
