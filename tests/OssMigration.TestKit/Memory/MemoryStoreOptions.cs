using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>Whose habits a memory store shows.</summary>
public enum StoreFlavor
{
    /// <summary>Lower-case ETags, keys up to 1,024 bytes, parts from 5 MiB, no CRC-64.</summary>
    S3,

    /// <summary>Upper-case ETags, keys up to 1,023 bytes without a leading slash, parts from 100 KiB, CRC-64/XZ given.</summary>
    Oss,
}

/// <summary>What ETags are made of.</summary>
public enum ETagStyle
{
    /// <summary>MD5 of the content; multipart objects get the S3 form with <c>-N</c>.</summary>
    Md5,

    /// <summary>32 hex digits that are no MD5 and differ at every write, as for objects encrypted by KMS.</summary>
    Kms,
}

/// <summary>How a <see cref="MemoryStore"/> behaves.</summary>
public sealed record MemoryStoreOptions
{
    /// <summary>S3 unless told otherwise.</summary>
    public StoreFlavor Flavor { get; init; } = StoreFlavor.S3;

    /// <summary>MD5 unless told otherwise.</summary>
    public ETagStyle ETagStyle { get; init; } = ETagStyle.Md5;

    /// <summary>The store's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Pages hold at most this many keys, whatever is asked for.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>What the bucket says of itself. Forbid-overwrite is void for an OSS-like store unless this is Off.</summary>
    public BucketVersioning Versioning { get; init; } = BucketVersioning.Off;

    /// <summary>The region the bucket names.</summary>
    public string Region { get; init; } = "memory-1";

    /// <summary>The bucket, for <see cref="IObjectReader.DisplayName"/>.</summary>
    public string Bucket { get; init; } = "memory";

    /// <summary>Limits other than those of the flavor; null for the flavor's.</summary>
    public StoreLimits? Limits { get; init; }

    internal StoreLimits EffectiveLimits => Limits ?? (Flavor == StoreFlavor.S3
        ? new StoreLimits()
        : new StoreLimits
        {
            MaxKeyBytes = 1023,
            ForbiddenFirstCharacters = "/\\",
            MinPartBytes = 100 << 10,
            MaxObjectBytes = 10_000L * (5L << 30),
            MaxMetadataBytes = 8 << 10,
        });
}
